use std::ops::Bound;
use std::sync::Arc;

use bytes::Bytes;
use fjall::{Readable, Snapshot, UserKey};
use store::{Direction, Entry, Error, KeyRange, Read, Reply, Scan};

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
        let start = Bound::Included(UserKey::from(range.start.clone()));
        // fjall doesn't accept a range that ends before it starts.
        let end = match &range.end {
            None => Bound::Unbounded,
            Some(end) => Bound::Excluded(UserKey::from(end.max(&range.start).clone())),
        };
        self.snapshot.range(self.folder.rows(), (start, end))
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
