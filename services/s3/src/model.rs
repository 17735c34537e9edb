//! What is kept of buckets, objects and uploads.

use base::Timestamp;

use crate::acl::Grant;

/// A bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) created_at: Timestamp,
    pub(crate) versioning: Versioning,
    /// It is being deleted: nothing is put into it any more.
    pub(crate) is_going: bool,
}

/// What becomes of an object when another is put in its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Versioning {
    /// It is gone. The only version has the id `null`.
    #[default]
    Never,
    /// It stays as an older version.
    Enabled,
    /// The version `null` is gone, others stay.
    Suspended,
}

/// The id of a version that was put without versioning.
pub(crate) const NULL_VERSION: &str = "null";

/// A version of an object, or a mark that it was deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) id: String,
    pub(crate) modified_at: Timestamp,
    /// It says that the object was deleted, and has no body.
    pub(crate) is_delete_marker: bool,
    pub(crate) body: Body,
    pub(crate) headers: Headers,
    pub(crate) tags: Vec<(String, String)>,
    /// Where nothing was said, it is private.
    pub(crate) acl: Option<Vec<Grant>>,
    pub(crate) lock: Lock,
    /// Until when an archived object can be read, since it was restored.
    pub(crate) restored_until: Option<Timestamp>,
    /// The multipart upload that brought it.
    pub(crate) upload_id: Option<String>,
}

/// What keeps a version from being deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lock {
    pub(crate) retention: Option<Retention>,
    pub(crate) has_legal_hold: bool,
}

/// A version is kept until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Retention {
    pub(crate) mode: RetentionMode,
    pub(crate) until: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetentionMode {
    /// Who has the right to may shorten it.
    Governance,
    /// Nobody may.
    Compliance,
}

/// The bytes of an object, as files one after the other, and what is known of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) segments: Vec<Segment>,
    pub(crate) size: u64,
    /// Without its quotes.
    pub(crate) etag: String,
    pub(crate) checksum: Option<Checksum>,
    /// The sizes of the parts it was uploaded in; empty if it came in one piece.
    pub(crate) part_sizes: Vec<u64>,
}

/// A file, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) file: String,
    pub(crate) size: u64,
}

/// A checksum that the client asked for, in Base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Checksum {
    pub(crate) algorithm: Algorithm,
    pub(crate) value: String,
    /// It is taken of the checksums of the parts, not of the object.
    pub(crate) is_composite: bool,
}

/// How a checksum is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

/// What a client wants to get back with an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Headers {
    pub(crate) content_type: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) website_redirect_location: Option<String>,
    pub(crate) storage_class: Option<String>,
    pub(crate) metadata: Vec<(String, String)>,
    /// What was asked for; S3's own keys if nothing was.
    pub(crate) encryption: Option<Encryption>,
}

/// How an object is said to be encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Encryption {
    /// `AES256`, `aws:kms`.
    pub(crate) algorithm: String,
    pub(crate) key_id: Option<String>,
    pub(crate) has_bucket_key: Option<bool>,
}

/// A multipart upload that isn't completed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Upload {
    pub(crate) initiated_at: Timestamp,
    pub(crate) headers: Headers,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) algorithm: Option<Algorithm>,
    /// One checksum over the whole object, not one over those of its parts.
    pub(crate) is_full_object: bool,
    pub(crate) acl: Option<Vec<Grant>>,
    pub(crate) lock: Lock,
}

/// A part of such an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) modified_at: Timestamp,
    pub(crate) body: Body,
}

impl Versioning {
    /// The id of the next version, which is new where versions are kept.
    pub(crate) fn next_id(self, new: impl FnOnce() -> String) -> String {
        match self {
            Versioning::Enabled => new(),
            Versioning::Never | Versioning::Suspended => NULL_VERSION.to_owned(),
        }
    }

    /// The id as a reply shows it, if it does.
    pub(crate) fn shown(self, version: &Version) -> Option<String> {
        (self != Versioning::Never).then(|| version.id.clone())
    }
}

impl Algorithm {
    pub(crate) const ALL: [Algorithm; 5] = [
        Algorithm::Crc32,
        Algorithm::Crc32c,
        Algorithm::Crc64Nvme,
        Algorithm::Sha1,
        Algorithm::Sha256,
    ];

    /// AWS's name for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Algorithm::Crc32 => "CRC32",
            Algorithm::Crc32c => "CRC32C",
            Algorithm::Crc64Nvme => "CRC64NVME",
            Algorithm::Sha1 => "SHA1",
            Algorithm::Sha256 => "SHA256",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Algorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}
