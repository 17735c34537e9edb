//! The rows of this room. Fields are numbered: new ones can be added, none reused.
//!
//! The versions of an object are rows from the newest to the oldest. The head of an object says which is the newest, and
//! changes with every change of its versions: a batch that was decided on a head is written only if that head still stands.

mod rows;

use base::Timestamp;
use minicbor::Decode;
use store::key::{Key, Parts};
use store::{Batch, Bytes, Error, Read, Scan, row};

use crate::acl::Grant;
use crate::model::{Bucket, Part, Upload, Version};
use rows::{BucketRow, PartRow, UploadRow, VersionRow};

const BUCKET: &str = "s3.bucket";
const CONFIGURATION: &str = "s3.configuration";
const HEAD: &str = "s3.head";
const VERSION: &str = "s3.version";
const FILE: &str = "s3.file";
const UPLOAD: &str = "s3.upload";
const PART: &str = "s3.part";
const NOTICE: &str = "s3.notice";

/// Rows that are read at once.
const SCAN_ROWS: usize = 1_000;

/// A bucket as its row held it.
#[derive(Clone, Debug)]
pub(crate) struct FoundBucket {
    pub(crate) name: String,
    pub(crate) value: Bucket,
    row: Bytes,
}

impl FoundBucket {
    /// The batch is written only if the bucket is still as it was found.
    pub(crate) fn require(&self, batch: &mut Batch) {
        batch.require_value(bucket_key(&self.name), self.row.clone());
    }

    /// A batch that changes the bucket, if it is still as it was found.
    pub(crate) fn change(&self, changed: &Bucket) -> Batch {
        let mut batch = Batch::new();
        self.require(&mut batch);
        batch.put(bucket_key(&self.name), row::encode(&BucketRow::from(changed)));
        batch
    }

    /// A batch that removes it with all its configurations, if it is still as it was found.
    pub(crate) fn removal(&self) -> Batch {
        let mut batch = Batch::new();
        self.require(&mut batch);
        batch.delete(bucket_key(&self.name));
        batch.delete_range(Key::of(CONFIGURATION).text(&self.name).range());
        batch
    }
}

/// A batch that makes a bucket, if there is none of that name.
pub(crate) fn new_bucket(name: &str, bucket: &Bucket) -> Batch {
    let mut batch = Batch::new();
    batch.require_absent(bucket_key(name));
    batch.put(bucket_key(name), row::encode(&BucketRow::from(bucket)));
    batch
}

/// Where the newest version of an object stands, as found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    /// Greater for newer versions; nothing if there is none.
    pub(crate) newest: Option<u64>,
}

impl Head {
    /// The order of a version that is put now.
    pub(crate) fn next(&self, now: Timestamp) -> u64 {
        let now = u64::try_from(now.as_millis()).unwrap_or_default() << 12;
        self.newest.map_or(now, |newest| now.max(newest + 1))
    }

    /// Moves the head, if it still stands where it was found.
    pub(crate) fn change(&self, batch: &mut Batch, bucket: &str, key: &str, newest: Option<u64>) {
        let row = head_key(bucket, key);
        match self.newest {
            Some(found) => batch.require_value(row.clone(), found.to_be_bytes().to_vec()),
            None => batch.require_absent(row.clone()),
        };
        match newest {
            Some(newest) => batch.put(row, newest.to_be_bytes().to_vec()),
            None => batch.delete(row),
        };
    }
}

/// A version and its place among those of its object.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) key: String,
    pub(crate) order: u64,
    pub(crate) version: Version,
}

pub(crate) fn put_version(
    batch: &mut Batch,
    bucket: &str,
    key: &str,
    order: u64,
    version: &Version,
) {
    batch.put(version_key(bucket, key, order), row::encode(&VersionRow::from(version)));
}

pub(crate) fn delete_version(batch: &mut Batch, bucket: &str, key: &str, order: u64) {
    batch.delete(version_key(bucket, key, order));
}

/// Says that a file belongs to something, or no longer does.
pub(crate) fn put_file(batch: &mut Batch, file: &str) {
    batch.put(Key::of(FILE).text(file), Vec::new());
}

pub(crate) fn delete_file(batch: &mut Batch, file: &str) {
    batch.delete(Key::of(FILE).text(file));
}

/// A configuration of a bucket that the same batch makes.
pub(crate) fn put_configuration_of_new(batch: &mut Batch, bucket: &str, kind: &str, text: Vec<u8>) {
    batch.put(Key::of(CONFIGURATION).text(bucket).text(kind), text);
}

pub(crate) fn put_configuration(batch: &mut Batch, bucket: &str, kind: &str, text: Vec<u8>) {
    batch.require_present(bucket_key(bucket));
    batch.put(Key::of(CONFIGURATION).text(bucket).text(kind), text);
}

/// The row of a bucket's access control list.
pub(crate) fn acl_row(grants: &[Grant]) -> Vec<u8> {
    row::encode(&rows::grant_rows(grants))
}

pub(crate) fn acl_of_row(row: &[u8]) -> Result<Vec<Grant>, Error> {
    decode::<Vec<rows::GrantRow>>(row).map(rows::grants)
}

pub(crate) fn delete_configuration(batch: &mut Batch, bucket: &str, kind: &str) {
    batch.delete(Key::of(CONFIGURATION).text(bucket).text(kind));
}

/// Which upload: of a bucket, a key, with an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UploadName {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) id: String,
}

impl UploadName {
    fn row(&self) -> Key {
        Key::of(UPLOAD).text(&self.bucket).text(&self.key).text(&self.id)
    }

    pub(crate) fn put(&self, batch: &mut Batch, upload: &Upload) {
        batch.put(self.row(), row::encode(&UploadRow::from(upload)));
    }

    /// A part of an upload that must still be there.
    pub(crate) fn put_part(&self, batch: &mut Batch, number: u64, part: &Part) {
        batch.require_present(self.row());
        batch.put(Key::of(PART).text(&self.id).u64(number), row::encode(&PartRow::from(part)));
    }

    /// Removes the upload, which must still be there, and the rows of its parts.
    pub(crate) fn delete(&self, batch: &mut Batch) {
        batch.require_present(self.row());
        self.remove(batch);
    }

    /// The same, whether or not it is still there.
    pub(crate) fn remove(&self, batch: &mut Batch) {
        batch.delete(self.row());
        batch.delete_range(Key::of(PART).text(&self.id).range());
    }
}

/// A notification that waits for its delivery.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) row: Bytes,
    pub(crate) at: Timestamp,
    /// The ARN of who is told.
    pub(crate) target: String,
    pub(crate) text: String,
}

pub(crate) fn put_notice(batch: &mut Batch, id: &str, at: Timestamp, target: &str, text: &str) {
    let key = Key::of(NOTICE).i64(at.as_millis()).text(id).text(target);
    batch.put(key, text.as_bytes().to_vec());
}

/// Reads rows, from the store or from one snapshot of it.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'r>(pub(crate) &'r dyn Read);

impl Tables<'_> {
    pub(crate) async fn bucket(&self, name: &str) -> Result<Option<FoundBucket>, Error> {
        let Some(row) = self.0.get(&bucket_key(name)).await? else { return Ok(None) };
        let value = decode::<BucketRow>(&row)?.into();
        Ok(Some(FoundBucket { name: name.to_owned(), value, row }))
    }

    /// Buckets by name, those after `after`.
    pub(crate) async fn buckets(&self, after: Option<&str>) -> Result<Vec<FoundBucket>, Error> {
        let mut scan = Key::of(BUCKET).scan().limit(SCAN_ROWS);
        if let Some(after) = after {
            scan = scan.after(&bucket_key(after));
        }
        let entries = self.0.scan(&scan).await?;
        let bucket = |entry: &store::Entry| {
            let name = Parts::of(BUCKET, &entry.key)?.text()?;
            let value = decode::<BucketRow>(&entry.value)?.into();
            Ok(FoundBucket { name, value, row: entry.value.clone() })
        };
        entries.iter().map(bucket).collect()
    }

    pub(crate) async fn configuration(
        &self,
        bucket: &str,
        kind: &str,
    ) -> Result<Option<Bytes>, Error> {
        self.0.get(&Key::of(CONFIGURATION).text(bucket).text(kind)).await
    }

    pub(crate) async fn head(&self, bucket: &str, key: &str) -> Result<Head, Error> {
        let row = self.0.get(&head_key(bucket, key)).await?;
        let newest = row.map(|row| {
            let bytes = row.as_ref().try_into();
            bytes.map(u64::from_be_bytes).map_err(|_| Error::Corrupt("head of an object"))
        });
        Ok(Head { newest: newest.transpose()? })
    }

    /// The newest version of an object, a mark of its deletion included.
    pub(crate) async fn newest(
        &self,
        bucket: &str,
        key: &str,
        head: &Head,
    ) -> Result<Option<Version>, Error> {
        let Some(order) = head.newest else { return Ok(None) };
        let row = self.0.get(&version_key(bucket, key, order)).await?;
        let row = row.ok_or(Error::Corrupt("an object without its newest version"))?;
        Ok(Some(decode::<VersionRow>(&row)?.into()))
    }

    /// All versions of an object, the newest first.
    pub(crate) async fn versions_of(&self, bucket: &str, key: &str) -> Result<Vec<Placed>, Error> {
        let scan = Key::of(VERSION).text(bucket).text(key).scan();
        self.0.scan(&scan).await?.iter().map(placed).collect()
    }

    /// Versions of the bucket's objects whose keys begin with `prefix`, by key, the newest of each first; those after
    /// that place, or after every key that begins with that text.
    pub(crate) async fn versions(
        &self,
        bucket: &str,
        prefix: &str,
        after: &After,
    ) -> Result<Vec<Placed>, Error> {
        let of_bucket = Key::of(VERSION).text(bucket);
        let mut scan = Scan::prefix(of_bucket.clone().beginning(prefix)).limit(SCAN_ROWS);
        let start = match after {
            After::Nothing => None,
            After::Version(key, order) => {
                scan = scan.after(&version_key(bucket, key, *order));
                None
            }
            After::Key(key) => of_bucket.text(key).range().end,
            After::Beginning(text) => of_bucket.beginning(text).range().end,
        };
        if let Some(start) = start {
            scan.range.start = scan.range.start.max(start);
        }
        self.0.scan(&scan).await?.iter().map(placed).collect()
    }

    pub(crate) async fn upload(&self, name: &UploadName) -> Result<Option<Upload>, Error> {
        let row = self.0.get(&name.row()).await?;
        row.map(|row| Ok(decode::<UploadRow>(&row)?.into())).transpose()
    }

    /// The uploads of a bucket by key and id, those after `after`.
    pub(crate) async fn uploads(
        &self,
        bucket: &str,
        prefix: &str,
        after: Option<&UploadName>,
    ) -> Result<Vec<(UploadName, Upload)>, Error> {
        let mut scan =
            Scan::prefix(Key::of(UPLOAD).text(bucket).beginning(prefix)).limit(SCAN_ROWS);
        if let Some(after) = after {
            scan = scan.after(&after.row());
        }
        let entries = self.0.scan(&scan).await?;
        let upload = |entry: &store::Entry| {
            let mut parts = Parts::of(UPLOAD, &entry.key)?;
            let name = UploadName { bucket: parts.text()?, key: parts.text()?, id: parts.text()? };
            Ok((name, decode::<UploadRow>(&entry.value)?.into()))
        };
        entries.iter().map(upload).collect()
    }

    /// The parts of an upload by number: at most 10,000.
    pub(crate) async fn parts(&self, upload: &UploadName) -> Result<Vec<(u64, Part)>, Error> {
        let entries = self.0.scan(&Key::of(PART).text(&upload.id).scan()).await?;
        let part = |entry: &store::Entry| {
            let mut parts = Parts::of(PART, &entry.key)?;
            parts.text()?;
            Ok((parts.u64()?, decode::<PartRow>(&entry.value)?.into()))
        };
        entries.iter().map(part).collect()
    }

    /// Whether something has a file of that name.
    pub(crate) async fn names_file(&self, file: &str) -> Result<bool, Error> {
        Ok(self.0.get(&Key::of(FILE).text(file)).await?.is_some())
    }

    /// The oldest notifications that wait.
    pub(crate) async fn notices(&self, limit: usize) -> Result<Vec<Notice>, Error> {
        let entries = self.0.scan(&Key::of(NOTICE).scan().limit(limit)).await?;
        let notice = |entry: store::Entry| {
            let mut parts = Parts::of(NOTICE, &entry.key)?;
            let at = Timestamp::from_millis(parts.i64()?);
            parts.text()?;
            let target = parts.text()?;
            let text = String::from_utf8(entry.value.to_vec());
            let text = text.map_err(|_| Error::Corrupt("a notification isn't UTF-8"))?;
            Ok(Notice { row: entry.key, at, target, text })
        };
        entries.into_iter().map(notice).collect()
    }
}

/// Where a scan of versions goes on.
#[derive(Clone, Debug)]
pub(crate) enum After {
    Nothing,
    Version(String, u64),
    /// Every version of that key.
    Key(String),
    /// Every key that begins so.
    Beginning(String),
}

fn placed(entry: &store::Entry) -> Result<Placed, Error> {
    let mut parts = Parts::of(VERSION, &entry.key)?;
    parts.text()?;
    let (key, order) = (parts.text()?, !parts.u64()?);
    Ok(Placed { key, order, version: decode::<VersionRow>(&entry.value)?.into() })
}

fn bucket_key(bucket: &str) -> Key {
    Key::of(BUCKET).text(bucket)
}

fn head_key(bucket: &str, key: &str) -> Key {
    Key::of(HEAD).text(bucket).text(key)
}

/// Newer versions come first.
fn version_key(bucket: &str, key: &str, order: u64) -> Key {
    Key::of(VERSION).text(bucket).text(key).u64(!order)
}

fn decode<'b, T: Decode<'b, ()>>(row: &'b [u8]) -> Result<T, Error> {
    row::decode(row, "a row of the s3 room")
}
