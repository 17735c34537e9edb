//! AWS Signature Version 2 as S3's presigned URLs still carry it: boto3 makes such links unless it is told otherwise.
//!
//! Requests signed so in their head aren't known: no SDK of this day sends them.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html#RESTAuthenticationQueryStringAuth>

use std::collections::BTreeMap;

use base::Timestamp;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, Mac as _};
use sha1::Sha1;

use crate::Error;
use crate::sigv4::{Credentials, Request, query_parameters};

/// The parameters that name a part of a resource, and so are signed with it.
const PARTS_OF_RESOURCE: &[&str] = &[
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// The signature of a presigned URL, not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    access_key_id: String,
    expires: String,
    signature: String,
    session_token: Option<String>,
}

impl Presented {
    /// Reads it from a query, if one is there.
    pub fn of(query: &str) -> Option<Self> {
        let mut parameters: BTreeMap<String, String> = query_parameters(query).collect();
        Some(Presented {
            access_key_id: parameters.remove("AWSAccessKeyId")?,
            expires: parameters.remove("Expires")?,
            signature: parameters.remove("Signature")?,
            session_token: parameters.remove("x-amz-security-token"),
        })
    }

    /// The key that it says it was made with.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The token that temporary credentials go with.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    /// Holds the signature against the key of its name, at that time.
    /// `bucket` is the one that the host names, where it does.
    pub fn verify(
        &self,
        request: &Request<'_>,
        bucket: Option<&str>,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<(), Error> {
        let until = self.expires.parse::<i64>().ok();
        if until.is_none_or(|until| until.saturating_mul(1000) < now.as_millis()) {
            return Err(Error::new(403, "AccessDenied", "Request has expired"));
        }
        if self.session_token != credentials.session_token {
            return Err(Error::unrecognized_client());
        }
        let key = credentials.secret_access_key.as_bytes();
        let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes a key of any length");
        mac.update(self.string_to_sign(request, bucket).as_bytes());
        let given = BASE64_STANDARD.decode(&self.signature).unwrap_or_default();
        mac.verify_slice(&given).map_err(|_| {
            let message = "The request signature we calculated does not match the signature you provided. \
                           Check your key and signing method.";
            Error::new(403, "SignatureDoesNotMatch", message)
        })
    }

    fn string_to_sign(&self, request: &Request<'_>, bucket: Option<&str>) -> String {
        let parameters: BTreeMap<String, String> = query_parameters(request.query).collect();
        let header = |name: &str| {
            let of_head = request.headers.get(name).and_then(|value| value.to_str().ok());
            of_head.or_else(|| parameters.get(name).map(String::as_str)).unwrap_or_default()
        };
        let mut text = format!(
            "{}\n{}\n{}\n{}\n",
            request.method,
            header("content-md5"),
            header("content-type"),
            self.expires
        );
        for (name, value) in amz_headers(request, &parameters) {
            text.push_str(&format!("{name}:{value}\n"));
        }
        if let Some(bucket) = bucket {
            text.push('/');
            text.push_str(bucket);
        }
        text.push_str(request.path);
        let parts = parameters.iter().filter(|(name, _)| PARTS_OF_RESOURCE.contains(&&***name));
        for (place, (name, value)) in parts.enumerate() {
            text.push(if place == 0 { '?' } else { '&' });
            text.push_str(name);
            if !value.is_empty() {
                text.push('=');
                text.push_str(value);
            }
        }
        text
    }
}

/// The headers that begin with `x-amz-`, in the head or, as SDKs move them there, in the query.
fn amz_headers(
    request: &Request<'_>,
    parameters: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in request.headers {
        let value = String::from_utf8_lossy(value.as_bytes()).trim().to_owned();
        let joined = headers.entry(name.as_str().to_owned()).or_default();
        match joined.is_empty() {
            true => *joined = value,
            false => *joined = format!("{joined},{value}"),
        }
    }
    let moved = parameters.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    headers.extend(moved);
    headers.retain(|name, _| name.starts_with("x-amz-"));
    headers
}

/// The bucket that a host name begins with: `bucket.s3.localhost:4566`, `bucket.s3.us-east-1.amazonaws.com`.
pub fn bucket_of_host(host: &str) -> Option<&str> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_end = |at: usize| matches!(name.as_bytes().get(at), None | Some(b'.' | b'-'));
    let (at, _) = name.match_indices(".s3").find(|(at, dot)| is_end(at + dot.len()))?;
    Some(&name[..at]).filter(|bucket| !bucket.is_empty())
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    const SECRET: &str = "uV3F3YluFJax1cknvbcGwgjvx4QpvB+leU8dUj2o";

    fn credentials() -> Credentials {
        Credentials {
            access_key_id: "44CF9590006BF252F707".into(),
            secret_access_key: SECRET.into(),
            session_token: None,
        }
    }

    /// Made by botocore's `HmacV1QueryAuth`.
    const QUERY: &str =
        "versionId=v1&AWSAccessKeyId=44CF9590006BF252F707&Signature=SIGNATURE&Expires=1141889120";

    fn verify(path: &str, bucket: Option<&str>, now: i64) -> Result<(), String> {
        let query = QUERY.replace("SIGNATURE", MADE_BY_BOTOCORE);
        let headers = HeaderMap::new();
        let request = Request { method: "GET", path, query: &query, headers: &headers, body: b"" };
        let presented = Presented::of(&query).expect("is there");
        let now = Timestamp::from_millis(now);
        presented
            .verify(&request, bucket, &credentials(), now)
            .map_err(|error| error.code.into_owned())
    }

    const MADE_BY_BOTOCORE: &str = "HCQtsJAcpB1rsZU7sX98Q5dKz60%3D";

    #[test]
    fn a_link_that_botocore_made_is_verified() {
        assert_eq!(verify("/bucket/k%20ey", None, 0), Ok(()));
        assert_eq!(verify("/k%20ey", Some("bucket"), 0), Ok(()));
    }

    #[test]
    fn a_link_to_something_else_or_too_old_is_refused() {
        let mismatch = Err("SignatureDoesNotMatch".to_owned());
        assert_eq!(verify("/bucket/key", None, 0), mismatch);
        assert_eq!(verify("/bucket/k%20ey", Some("other"), 0), mismatch);
        let expired = Err("AccessDenied".to_owned());
        assert_eq!(verify("/bucket/k%20ey", None, 1_141_889_121_000), expired);
    }

    #[test]
    fn buckets_are_found_in_host_names() {
        for host in ["b.s3.localhost:4566", "b.s3.us-east-1.amazonaws.com", "b.s3-eu-west-1.x"] {
            assert_eq!(bucket_of_host(host), Some("b"), "{host}");
        }
        for host in ["s3.localhost", "localhost:4566", "b.s3x.localhost"] {
            assert_eq!(bucket_of_host(host), None, "{host}");
        }
    }
}
