//! What a client wants to get back with an object, as the requests that put one say it.

use s3s::dto::{Metadata, StorageClass};
use s3s::{S3Result, s3_error};

use crate::errors;
use crate::model::{Encryption, Headers};
use crate::ops::configurations::{self, Kind};
use crate::tables::FoundBucket;
use crate::visit::Visit;

/// All names and values of a user's metadata, in bytes.
const METADATA_BYTES_MAX: usize = 2_048;

/// What objects may be stored as.
const CLASSES: [&str; 8] = [
    StorageClass::DEEP_ARCHIVE,
    StorageClass::GLACIER,
    StorageClass::GLACIER_IR,
    StorageClass::INTELLIGENT_TIERING,
    StorageClass::ONEZONE_IA,
    StorageClass::REDUCED_REDUNDANCY,
    StorageClass::STANDARD,
    StorageClass::STANDARD_IA,
];

/// The headers that PutObject, CopyObject and CreateMultipartUpload name alike.
macro_rules! headers_of {
    ($req:expr) => {
        $crate::model::Headers {
            content_type: $req.content_type.clone(),
            cache_control: $req.cache_control.clone(),
            content_disposition: $req.content_disposition.clone(),
            content_encoding: $crate::ops::headers::plain_encoding(
                $req.content_encoding.as_deref(),
            ),
            content_language: $req.content_language.clone(),
            expires_at: $req.expires.as_ref().and_then($crate::visit::instant),
            website_redirect_location: $req.website_redirect_location.clone(),
            storage_class: $req.storage_class.as_ref().map(|class| class.as_str().to_owned()),
            metadata: $crate::ops::headers::metadata($req.metadata.as_ref()),
            encryption: $req.server_side_encryption.as_ref().map(|algorithm| {
                $crate::model::Encryption {
                    algorithm: algorithm.as_str().to_owned(),
                    key_id: $req.ssekms_key_id.clone(),
                    has_bucket_key: $req.bucket_key_enabled,
                }
            }),
        }
    };
}
pub(crate) use headers_of;

/// `aws-chunked` says how the request was sent, not what the object is.
pub(crate) fn plain_encoding(encoding: Option<&str>) -> Option<String> {
    let kept: Vec<&str> = encoding?
        .split(',')
        .map(str::trim)
        .filter(|encoding| !encoding.is_empty() && *encoding != "aws-chunked")
        .collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

pub(crate) fn metadata(given: Option<&Metadata>) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = given
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
        .collect();
    pairs.sort();
    pairs
}

impl Visit<'_> {
    /// The headers of what is put into a bucket: within their bounds, encrypted as the bucket says where they don't.
    pub(crate) async fn headers_in(
        &self,
        found: &FoundBucket,
        mut headers: Headers,
    ) -> S3Result<Headers> {
        let bytes: usize =
            headers.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
        if METADATA_BYTES_MAX < bytes {
            return Err(s3_error!(
                MetadataTooLarge,
                "Your metadata headers exceed the maximum allowed metadata size"
            ));
        }
        if headers.storage_class.as_deref().is_some_and(|class| !CLASSES.contains(&class)) {
            return Err(s3_error!(
                InvalidStorageClass,
                "The storage class you specified is not valid"
            ));
        }
        if headers.encryption.is_none() {
            headers.encryption = self.default_encryption(found).await?;
        }
        Ok(headers)
    }

    pub(crate) async fn default_encryption(
        &self,
        found: &FoundBucket,
    ) -> S3Result<Option<Encryption>> {
        let kept = self.tables().configuration(&found.name, Kind::Encryption.name()).await;
        let Some(xml) = kept.map_err(errors::of_store)? else { return Ok(None) };
        let kept: s3s::dto::ServerSideEncryptionConfiguration = configurations::parse(&xml)?;
        let rule = kept.rules.into_iter().next();
        Ok(rule.and_then(|rule| {
            let default = rule.apply_server_side_encryption_by_default?;
            Some(Encryption {
                algorithm: default.sse_algorithm.as_str().to_owned(),
                key_id: default.kms_master_key_id,
                has_bucket_key: rule.bucket_key_enabled.filter(|is_enabled| *is_enabled),
            })
        }))
    }
}
