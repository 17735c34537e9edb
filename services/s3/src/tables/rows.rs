//! The stored form of each row, and the way from and to what it holds.

use base::Timestamp;
use minicbor::{Decode, Encode};

use crate::acl::{Grant, Grantee, Permission};
use crate::model::{
    Algorithm, Body, Bucket, Checksum, Encryption, Headers, Lock, Part, Retention, RetentionMode,
    Segment, Upload, Version, Versioning,
};

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct BucketRow {
    #[n(0)]
    account: String,
    #[n(1)]
    region: String,
    #[n(2)]
    created_at: i64,
    #[n(3)]
    versioning: VersioningRow,
    #[n(4)]
    is_going: bool,
}

#[derive(Clone, Copy, Encode, Decode)]
#[cbor(index_only)]
enum VersioningRow {
    #[n(0)]
    Never,
    #[n(1)]
    Enabled,
    #[n(2)]
    Suspended,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct VersionRow {
    #[n(0)]
    id: String,
    #[n(1)]
    modified_at: i64,
    #[n(2)]
    is_delete_marker: bool,
    #[n(3)]
    body: BodyRow,
    #[n(4)]
    headers: HeadersRow,
    #[n(5)]
    tags: Vec<PairRow>,
    #[n(6)]
    acl: Option<Vec<GrantRow>>,
    #[n(7)]
    retention: Option<RetentionRow>,
    #[n(8)]
    has_legal_hold: Option<bool>,
    #[n(9)]
    restored_until: Option<i64>,
    #[n(10)]
    upload_id: Option<String>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct GrantRow {
    #[n(0)]
    grantee: GranteeRow,
    #[n(1)]
    permission: PermissionRow,
}

#[derive(Encode, Decode)]
enum GranteeRow {
    #[n(0)]
    User(#[n(0)] String),
    #[n(1)]
    Group(#[n(0)] String),
    #[n(2)]
    Email(#[n(0)] String),
}

#[derive(Clone, Copy, Encode, Decode)]
#[cbor(index_only)]
enum PermissionRow {
    #[n(0)]
    Read,
    #[n(1)]
    Write,
    #[n(2)]
    ReadAcp,
    #[n(3)]
    WriteAcp,
    #[n(4)]
    FullControl,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct RetentionRow {
    #[n(0)]
    is_compliance: bool,
    #[n(1)]
    until: i64,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct BodyRow {
    #[n(0)]
    segments: Vec<SegmentRow>,
    #[n(1)]
    size: u64,
    #[n(2)]
    etag: String,
    #[n(3)]
    checksum: Option<ChecksumRow>,
    #[n(4)]
    part_sizes: Vec<u64>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct SegmentRow {
    #[n(0)]
    file: String,
    #[n(1)]
    size: u64,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct ChecksumRow {
    #[n(0)]
    algorithm: AlgorithmRow,
    #[n(1)]
    value: String,
    #[n(2)]
    is_composite: bool,
}

#[derive(Clone, Copy, Encode, Decode)]
#[cbor(index_only)]
enum AlgorithmRow {
    #[n(0)]
    Crc32,
    #[n(1)]
    Crc32c,
    #[n(2)]
    Crc64Nvme,
    #[n(3)]
    Sha1,
    #[n(4)]
    Sha256,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct HeadersRow {
    #[n(0)]
    content_type: Option<String>,
    #[n(1)]
    cache_control: Option<String>,
    #[n(2)]
    content_disposition: Option<String>,
    #[n(3)]
    content_encoding: Option<String>,
    #[n(4)]
    content_language: Option<String>,
    #[n(5)]
    expires_at: Option<i64>,
    #[n(6)]
    website_redirect_location: Option<String>,
    #[n(7)]
    storage_class: Option<String>,
    #[n(8)]
    metadata: Vec<PairRow>,
    #[n(9)]
    encryption: Option<EncryptionRow>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct EncryptionRow {
    #[n(0)]
    algorithm: String,
    #[n(1)]
    key_id: Option<String>,
    #[n(2)]
    has_bucket_key: Option<bool>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct PairRow {
    #[n(0)]
    name: String,
    #[n(1)]
    value: String,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct UploadRow {
    #[n(0)]
    initiated_at: i64,
    #[n(1)]
    headers: HeadersRow,
    #[n(2)]
    tags: Vec<PairRow>,
    #[n(3)]
    algorithm: Option<AlgorithmRow>,
    #[n(4)]
    is_full_object: Option<bool>,
    #[n(5)]
    acl: Option<Vec<GrantRow>>,
    #[n(6)]
    retention: Option<RetentionRow>,
    #[n(7)]
    has_legal_hold: Option<bool>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct PartRow {
    #[n(0)]
    modified_at: i64,
    #[n(1)]
    body: BodyRow,
}

impl From<&Bucket> for BucketRow {
    fn from(bucket: &Bucket) -> Self {
        BucketRow {
            account: bucket.account.clone(),
            region: bucket.region.clone(),
            created_at: bucket.created_at.as_millis(),
            versioning: match bucket.versioning {
                Versioning::Never => VersioningRow::Never,
                Versioning::Enabled => VersioningRow::Enabled,
                Versioning::Suspended => VersioningRow::Suspended,
            },
            is_going: bucket.is_going,
        }
    }
}

impl From<BucketRow> for Bucket {
    fn from(row: BucketRow) -> Self {
        Bucket {
            account: row.account,
            region: row.region,
            created_at: Timestamp::from_millis(row.created_at),
            versioning: match row.versioning {
                VersioningRow::Never => Versioning::Never,
                VersioningRow::Enabled => Versioning::Enabled,
                VersioningRow::Suspended => Versioning::Suspended,
            },
            is_going: row.is_going,
        }
    }
}

impl From<&Version> for VersionRow {
    fn from(version: &Version) -> Self {
        VersionRow {
            id: version.id.clone(),
            modified_at: version.modified_at.as_millis(),
            is_delete_marker: version.is_delete_marker,
            body: (&version.body).into(),
            headers: (&version.headers).into(),
            tags: pairs(&version.tags),
            acl: version.acl.as_deref().map(grant_rows),
            retention: version.lock.retention.as_ref().map(Into::into),
            has_legal_hold: version.lock.has_legal_hold.then_some(true),
            restored_until: version.restored_until.map(Timestamp::as_millis),
            upload_id: version.upload_id.clone(),
        }
    }
}

impl From<VersionRow> for Version {
    fn from(row: VersionRow) -> Self {
        Version {
            id: row.id,
            modified_at: Timestamp::from_millis(row.modified_at),
            is_delete_marker: row.is_delete_marker,
            body: row.body.into(),
            headers: row.headers.into(),
            tags: unpaired(row.tags),
            acl: row.acl.map(grants),
            lock: lock(row.retention, row.has_legal_hold),
            restored_until: row.restored_until.map(Timestamp::from_millis),
            upload_id: row.upload_id,
        }
    }
}

fn lock(retention: Option<RetentionRow>, has_legal_hold: Option<bool>) -> Lock {
    let has_legal_hold = has_legal_hold == Some(true);
    Lock { retention: retention.map(Into::into), has_legal_hold }
}

impl From<&Retention> for RetentionRow {
    fn from(retention: &Retention) -> Self {
        let is_compliance = retention.mode == RetentionMode::Compliance;
        RetentionRow { is_compliance, until: retention.until.as_millis() }
    }
}

impl From<RetentionRow> for Retention {
    fn from(row: RetentionRow) -> Self {
        let mode = match row.is_compliance {
            true => RetentionMode::Compliance,
            false => RetentionMode::Governance,
        };
        Retention { mode, until: Timestamp::from_millis(row.until) }
    }
}

pub(super) fn grant_rows(grants: &[Grant]) -> Vec<GrantRow> {
    let row = |grant: &Grant| GrantRow {
        grantee: match grant.grantee.clone() {
            Grantee::User(id) => GranteeRow::User(id),
            Grantee::Group(uri) => GranteeRow::Group(uri),
            Grantee::Email(address) => GranteeRow::Email(address),
        },
        permission: match grant.permission {
            Permission::Read => PermissionRow::Read,
            Permission::Write => PermissionRow::Write,
            Permission::ReadAcp => PermissionRow::ReadAcp,
            Permission::WriteAcp => PermissionRow::WriteAcp,
            Permission::FullControl => PermissionRow::FullControl,
        },
    };
    grants.iter().map(row).collect()
}

pub(super) fn grants(rows: Vec<GrantRow>) -> Vec<Grant> {
    let grant = |row: GrantRow| Grant {
        grantee: match row.grantee {
            GranteeRow::User(id) => Grantee::User(id),
            GranteeRow::Group(uri) => Grantee::Group(uri),
            GranteeRow::Email(address) => Grantee::Email(address),
        },
        permission: match row.permission {
            PermissionRow::Read => Permission::Read,
            PermissionRow::Write => Permission::Write,
            PermissionRow::ReadAcp => Permission::ReadAcp,
            PermissionRow::WriteAcp => Permission::WriteAcp,
            PermissionRow::FullControl => Permission::FullControl,
        },
    };
    rows.into_iter().map(grant).collect()
}

impl From<&Body> for BodyRow {
    fn from(body: &Body) -> Self {
        let segment =
            |segment: &Segment| SegmentRow { file: segment.file.clone(), size: segment.size };
        BodyRow {
            segments: body.segments.iter().map(segment).collect(),
            size: body.size,
            etag: body.etag.clone(),
            checksum: body.checksum.as_ref().map(|checksum| ChecksumRow {
                algorithm: checksum.algorithm.into(),
                value: checksum.value.clone(),
                is_composite: checksum.is_composite,
            }),
            part_sizes: body.part_sizes.clone(),
        }
    }
}

impl From<BodyRow> for Body {
    fn from(row: BodyRow) -> Self {
        let segment = |row: SegmentRow| Segment { file: row.file, size: row.size };
        Body {
            segments: row.segments.into_iter().map(segment).collect(),
            size: row.size,
            etag: row.etag,
            checksum: row.checksum.map(|row| Checksum {
                algorithm: row.algorithm.into(),
                value: row.value,
                is_composite: row.is_composite,
            }),
            part_sizes: row.part_sizes,
        }
    }
}

impl From<Algorithm> for AlgorithmRow {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Crc32 => AlgorithmRow::Crc32,
            Algorithm::Crc32c => AlgorithmRow::Crc32c,
            Algorithm::Crc64Nvme => AlgorithmRow::Crc64Nvme,
            Algorithm::Sha1 => AlgorithmRow::Sha1,
            Algorithm::Sha256 => AlgorithmRow::Sha256,
        }
    }
}

impl From<AlgorithmRow> for Algorithm {
    fn from(row: AlgorithmRow) -> Self {
        match row {
            AlgorithmRow::Crc32 => Algorithm::Crc32,
            AlgorithmRow::Crc32c => Algorithm::Crc32c,
            AlgorithmRow::Crc64Nvme => Algorithm::Crc64Nvme,
            AlgorithmRow::Sha1 => Algorithm::Sha1,
            AlgorithmRow::Sha256 => Algorithm::Sha256,
        }
    }
}

impl From<&Headers> for HeadersRow {
    fn from(headers: &Headers) -> Self {
        HeadersRow {
            content_type: headers.content_type.clone(),
            cache_control: headers.cache_control.clone(),
            content_disposition: headers.content_disposition.clone(),
            content_encoding: headers.content_encoding.clone(),
            content_language: headers.content_language.clone(),
            expires_at: headers.expires_at.map(Timestamp::as_millis),
            website_redirect_location: headers.website_redirect_location.clone(),
            storage_class: headers.storage_class.clone(),
            metadata: pairs(&headers.metadata),
            encryption: headers.encryption.clone().map(|encryption| EncryptionRow {
                algorithm: encryption.algorithm,
                key_id: encryption.key_id,
                has_bucket_key: encryption.has_bucket_key,
            }),
        }
    }
}

impl From<HeadersRow> for Headers {
    fn from(row: HeadersRow) -> Self {
        Headers {
            content_type: row.content_type,
            cache_control: row.cache_control,
            content_disposition: row.content_disposition,
            content_encoding: row.content_encoding,
            content_language: row.content_language,
            expires_at: row.expires_at.map(Timestamp::from_millis),
            website_redirect_location: row.website_redirect_location,
            storage_class: row.storage_class,
            metadata: unpaired(row.metadata),
            encryption: row.encryption.map(|row| Encryption {
                algorithm: row.algorithm,
                key_id: row.key_id,
                has_bucket_key: row.has_bucket_key,
            }),
        }
    }
}

impl From<&Upload> for UploadRow {
    fn from(upload: &Upload) -> Self {
        UploadRow {
            initiated_at: upload.initiated_at.as_millis(),
            headers: (&upload.headers).into(),
            tags: pairs(&upload.tags),
            algorithm: upload.algorithm.map(Into::into),
            is_full_object: upload.is_full_object.then_some(true),
            acl: upload.acl.as_deref().map(grant_rows),
            retention: upload.lock.retention.as_ref().map(Into::into),
            has_legal_hold: upload.lock.has_legal_hold.then_some(true),
        }
    }
}

impl From<UploadRow> for Upload {
    fn from(row: UploadRow) -> Self {
        Upload {
            initiated_at: Timestamp::from_millis(row.initiated_at),
            headers: row.headers.into(),
            tags: unpaired(row.tags),
            algorithm: row.algorithm.map(Into::into),
            is_full_object: row.is_full_object == Some(true),
            acl: row.acl.map(grants),
            lock: lock(row.retention, row.has_legal_hold),
        }
    }
}

impl From<&Part> for PartRow {
    fn from(part: &Part) -> Self {
        PartRow { modified_at: part.modified_at.as_millis(), body: (&part.body).into() }
    }
}

impl From<PartRow> for Part {
    fn from(row: PartRow) -> Self {
        Part { modified_at: Timestamp::from_millis(row.modified_at), body: row.body.into() }
    }
}

fn pairs(pairs: &[(String, String)]) -> Vec<PairRow> {
    let row =
        |(name, value): &(String, String)| PairRow { name: name.clone(), value: value.clone() };
    pairs.iter().map(row).collect()
}

fn unpaired(rows: Vec<PairRow>) -> Vec<(String, String)> {
    rows.into_iter().map(|row| (row.name, row.value)).collect()
}
