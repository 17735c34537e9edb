use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;

use crate::{
    Batch, Change, Direction, Entry, Error, KeyRange, Read, Reply, Scan, Store, Watch, Watchers,
};

/// The contract in memory: the model that other backends are compared with, and the store of tests.
///
/// Nothing is durable; its "stable storage" is the process. A commit copies the map if a snapshot holds it, so it suits
/// thousands of rows, not millions.
#[derive(Debug, Default)]
pub struct Memory {
    content: Arc<RwLock<Arc<Rows>>>,
    watchers: Watchers,
}

type Rows = BTreeMap<Bytes, Bytes>;

impl Memory {
    /// An empty store.
    pub fn new() -> Self {
        Memory::default()
    }

    /// Another store with the content of this one, as a restarted process would open it. Watches of one don't hear of
    /// what the other commits, so only one should be in use.
    pub fn reopen(&self) -> Memory {
        Memory { content: Arc::clone(&self.content), watchers: Watchers::default() }
    }

    fn rows(&self) -> Arc<Rows> {
        // A commit that panics has changed a copy at most, or stopped between two rows that no answer promised.
        Arc::clone(&self.content.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn apply(&self, batch: &Batch) -> Result<(), Error> {
        batch.check_bounds()?;
        let mut rows = self.content.write().unwrap_or_else(PoisonError::into_inner);
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
            self.watchers.notify(batch.changes());
        }
        Reply::ready(result)
    }

    fn watch(&self, prefix: &[u8]) -> Watch {
        self.watchers.watch(prefix)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Backend;

    struct Process(Memory);

    impl Backend for Process {
        fn open(&self) -> Arc<dyn Store> {
            Arc::new(self.0.reopen())
        }
    }

    crate::contract_tests!(Process(Memory::new()));
}
