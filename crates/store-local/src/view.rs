//! Reading, always from a fjall snapshot.

use std::ops::Bound;
use std::sync::Arc;

use bytes::Bytes;
use fjall::{Readable, Snapshot, UserKey};
use store::{Direction, Entry, Error, KEY_BYTES_MAX, KeyRange, Read, Reply, Scan};

use crate::folder::Folder;

/// The rows as of the last published group.
pub(crate) struct View {
    snapshot: Snapshot,
    // Keeps the folder open for as long as somebody reads.
    folder: Arc<Folder>,
}

impl View {
    pub(crate) fn of(folder: &Arc<Folder>) -> Self {
        View { snapshot: folder.database().snapshot(), folder: Arc::clone(folder) }
    }

    pub(crate) fn value(&self, key: &[u8]) -> Result<Option<Bytes>, Error> {
        if KEY_BYTES_MAX < key.len() {
            return Ok(None);
        }
        let value = self.snapshot.get(self.folder.rows(), key).map_err(Error::read)?;
        Ok(value.map(Bytes::from))
    }

    pub(crate) fn keys(&self, range: &KeyRange) -> impl Iterator<Item = Result<Bytes, Error>> {
        self.iterate(range).map(|row| row.key().map(Bytes::from).map_err(Error::read))
    }

    fn entries(&self, scan: &Scan) -> Result<Vec<Entry>, Error> {
        let entry = |row: fjall::Guard| {
            let (key, value) = row.into_inner().map_err(Error::read)?;
            Ok(Entry { key: key.into(), value: value.into() })
        };
        let rows = self.iterate(&scan.range);
        match scan.direction {
            Direction::Forward => rows.take(scan.limit).map(entry).collect(),
            Direction::Backward => rows.rev().take(scan.limit).map(entry).collect(),
        }
    }

    fn iterate(&self, range: &KeyRange) -> fjall::Iter {
        // fjall doesn't accept a range that ends before it starts.
        let end = range.end.as_ref().map(|end| end.max(&range.start));
        let start = bound(&range.start, Bound::Included, Bound::Excluded);
        let end = end.map_or(Bound::Unbounded, |end| bound(end, Bound::Excluded, Bound::Included));
        self.snapshot.range(self.folder.rows(), (start, end))
    }
}

/// fjall panics at more than 65,535 bytes. No key is that long, so those before an overlong bound are those up to its
/// first bytes.
fn bound(
    key: &Bytes,
    fitting: fn(UserKey) -> Bound<UserKey>,
    overlong: fn(UserKey) -> Bound<UserKey>,
) -> Bound<UserKey> {
    if key.len() <= KEY_BYTES_MAX {
        fitting(key.clone().into())
    } else {
        overlong(key.slice(..KEY_BYTES_MAX).into())
    }
}

impl Read for View {
    fn get(&self, key: &[u8]) -> Reply<Option<Bytes>> {
        Reply::ready(self.value(key))
    }

    fn scan(&self, scan: &Scan) -> Reply<Vec<Entry>> {
        Reply::ready(self.entries(scan))
    }
}
