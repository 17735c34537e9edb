use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;

use crate::{
    Batch, Change, Direction, Entry, Error, KeyRange, Read, Reply, Scan, Store, Watch, Watchers,
};

/// The contract in memory: the model that other backends are compared with, and the store of tests.
///
/// Nothing is durable; "stable storage" is the process. Clones share one content, so that a test can drop a server and
/// start another on the same data. A commit copies the map if a snapshot holds it, so it suits thousands of rows, not
/// millions.
#[derive(Clone, Debug, Default)]
pub struct Memory(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    rows: RwLock<Arc<Rows>>,
    watchers: Watchers,
}

type Rows = BTreeMap<Bytes, Bytes>;

impl Memory {
    /// An empty store.
    pub fn new() -> Self {
        Memory::default()
    }

    fn rows(&self) -> Arc<Rows> {
        // A commit that panics has changed a copy at most, or stopped between two rows that no answer promised.
        Arc::clone(&self.0.rows.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn apply(&self, batch: &Batch) -> Result<(), Error> {
        batch.check_bounds()?;
        let mut rows = self.0.rows.write().unwrap_or_else(PoisonError::into_inner);
        batch.check_preconditions(|key| Ok(rows.get(key).cloned()))?;
        if batch.is_empty() {
            return Ok(());
        }
        let rows = Arc::make_mut(&mut rows);
        for change in batch.changes() {
            match change {
                Change::Put { key, value } => {
                    rows.insert(key.clone(), value.clone());
                }
                Change::Delete { key } => {
                    rows.remove(key);
                }
                Change::DeleteRange(range) => rows.retain(|key, _| !range.contains(key)),
            }
        }
        Ok(())
    }
}

impl Store for Memory {
    fn snapshot(&self) -> Reply<Arc<dyn Read>> {
        Reply::ready(Ok(Arc::new(Frozen(self.rows()))))
    }

    fn commit(&self, batch: Batch) -> Reply<()> {
        let result = self.apply(&batch);
        if result.is_ok() {
            self.0.watchers.notify(batch.changes());
        }
        Reply::ready(result)
    }

    fn watch(&self, prefix: &[u8]) -> Watch {
        self.0.watchers.watch(prefix)
    }
}

impl Read for Memory {
    fn get(&self, key: &[u8]) -> Reply<Option<Bytes>> {
        get(&self.rows(), key)
    }

    fn scan(&self, scan: &Scan) -> Reply<Vec<Entry>> {
        self::scan(&self.rows(), scan)
    }
}

struct Frozen(Arc<Rows>);

impl Read for Frozen {
    fn get(&self, key: &[u8]) -> Reply<Option<Bytes>> {
        get(&self.0, key)
    }

    fn scan(&self, scan: &Scan) -> Reply<Vec<Entry>> {
        self::scan(&self.0, scan)
    }
}

fn get(rows: &Rows, key: &[u8]) -> Reply<Option<Bytes>> {
    Reply::ready(Ok(rows.get(key).cloned()))
}

fn scan(rows: &Rows, scan: &Scan) -> Reply<Vec<Entry>> {
    if scan.range.is_empty() {
        return Reply::ready(Ok(Vec::new()));
    }
    let KeyRange { start, end } = &scan.range;
    let end = end.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
    let range = rows.range::<[u8], _>((Bound::Included(&**start), end));
    let entry = |(key, value): (&Bytes, &Bytes)| Entry { key: key.clone(), value: value.clone() };
    Reply::ready(Ok(match scan.direction {
        Direction::Forward => range.map(entry).take(scan.limit).collect(),
        Direction::Backward => range.rev().map(entry).take(scan.limit).collect(),
    }))
}
