use bytes::Bytes;

use crate::{Error, KeyRange};

/// The longest key. PostgreSQL indexes no more than 2,704 bytes, so every backend stays below it.
pub const KEY_BYTES_MAX: usize = 2_048;

/// The longest value.
pub const VALUE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Changes that take effect together or not at all, and the preconditions under which they do.
///
/// Preconditions look at the data as it was before the batch. Changes apply in the order they were added, so a later one
/// wins over an earlier one of the same key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    preconditions: Vec<Precondition>,
    changes: Vec<Change>,
}

/// What must be true of one key for a batch to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Precondition {
    /// The key it looks at.
    pub key: Bytes,
    /// What it wants to find there.
    pub expect: Expect,
}

/// What a precondition wants to find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// No value.
    Absent,
    /// Any value.
    Present,
    /// This value: a fence epoch, a version.
    Exactly(Bytes),
}

/// One change of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The key has this value from now on.
    Put {
        /// The key.
        key: Bytes,
        /// Its new value.
        value: Bytes,
    },
    /// The key has no value from now on; it needn't have had one.
    Delete {
        /// The key.
        key: Bytes,
    },
    /// No key of the range has a value from now on.
    DeleteRange(KeyRange),
}

impl Batch {
    /// A batch that changes nothing and is always written.
    pub fn new() -> Self {
        Batch::default()
    }

    /// Sets the value of `key`.
    pub fn put(&mut self, key: impl Into<Bytes>, value: impl Into<Bytes>) -> &mut Self {
        self.changes.push(Change::Put { key: key.into(), value: value.into() });
        self
    }

    /// Removes `key`, if it is there.
    pub fn delete(&mut self, key: impl Into<Bytes>) -> &mut Self {
        self.changes.push(Change::Delete { key: key.into() });
        self
    }

    /// Removes every key of `range`: for retention, and for what belongs to a removed thing. It may cost as much as a
    /// delete of each.
    pub fn delete_range(&mut self, range: KeyRange) -> &mut Self {
        self.changes.push(Change::DeleteRange(range));
        self
    }

    /// The batch is written only if `key` has no value.
    pub fn require_absent(&mut self, key: impl Into<Bytes>) -> &mut Self {
        self.require(key, Expect::Absent)
    }

    /// The batch is written only if `key` has a value.
    pub fn require_present(&mut self, key: impl Into<Bytes>) -> &mut Self {
        self.require(key, Expect::Present)
    }

    /// The batch is written only if `key` has exactly this value.
    pub fn require_value(&mut self, key: impl Into<Bytes>, value: impl Into<Bytes>) -> &mut Self {
        self.require(key, Expect::Exactly(value.into()))
    }

    fn require(&mut self, key: impl Into<Bytes>, expect: Expect) -> &mut Self {
        self.preconditions.push(Precondition { key: key.into(), expect });
        self
    }

    /// Takes over the preconditions and changes of `other`, after those already here.
    pub fn append(&mut self, other: Batch) -> &mut Self {
        self.preconditions.extend(other.preconditions);
        self.changes.extend(other.changes);
        self
    }

    /// The preconditions, in the order they were added.
    pub fn preconditions(&self) -> &[Precondition] {
        &self.preconditions
    }

    /// The changes, in the order they were added.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether it changes nothing. It may still have preconditions.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// For backends: whether all keys and values have a length that every backend takes.
    pub fn check_bounds(&self) -> Result<(), Error> {
        for precondition in &self.preconditions {
            check_length("key", &precondition.key, 1, KEY_BYTES_MAX)?;
        }
        for change in &self.changes {
            match change {
                Change::Put { key, value } => {
                    check_length("key", key, 1, KEY_BYTES_MAX)?;
                    check_length("value", value, 0, VALUE_BYTES_MAX)?;
                }
                Change::Delete { key } => check_length("key", key, 1, KEY_BYTES_MAX)?,
                Change::DeleteRange(_) => {}
            }
        }
        Ok(())
    }

    /// For backends: whether every precondition holds, given the data of the batch's turn.
    pub fn check_preconditions(
        &self,
        mut get: impl FnMut(&Bytes) -> Result<Option<Bytes>, Error>,
    ) -> Result<(), Error> {
        for Precondition { key, expect } in &self.preconditions {
            let found = get(key)?;
            let holds = match expect {
                Expect::Absent => found.is_none(),
                Expect::Present => found.is_some(),
                Expect::Exactly(value) => found.as_ref() == Some(value),
            };
            if !holds {
                return Err(Error::PreconditionFailed { key: key.clone() });
            }
        }
        Ok(())
    }
}

fn check_length(what: &'static str, bytes: &Bytes, min: usize, max: usize) -> Result<(), Error> {
    if (min..=max).contains(&bytes.len()) {
        return Ok(());
    }
    Err(Error::OutOfBounds { what, bytes: bytes.len(), min, max })
}
