//! Rows: how a value is written into one, and what is decided on the row that was found.
//!
//! A row is CBOR with numbered fields (`minicbor`), so that fields can be added to rows that are stored already. Its form
//! belongs to the crate that writes it; here is what those crates do alike.
//!
//! What is read, changed and written back is a [`Found`]: its batches are written only if the row is still as it was
//! found. So decisions about one row are serial, however many are made at once, and whoever comes second reads again.

use bytes::Bytes;
use minicbor::{Decode, Encode};

use crate::{Batch, Error, Key, Read, Store};

/// A value that is stored in a row.
pub trait Stored: Sized {
    /// The form of the row, which may be the value itself.
    type Row: Encode<()> + for<'b> Decode<'b, ()> + From<Self> + TryInto<Self, Error: Into<Error>>;

    /// What the row is called where it can't be read ([`Error::Corrupt`]).
    const WHAT: &'static str;
}

/// The bytes of the row that holds `value`.
pub fn of<T: Stored>(value: T) -> Vec<u8> {
    encode(&T::Row::from(value))
}

/// The value that a row of these bytes holds.
pub fn value<T: Stored>(row: &[u8]) -> Result<T, Error> {
    decode::<T::Row>(row, T::WHAT)?.try_into().map_err(Into::into)
}

/// The bytes of a row.
pub fn encode<R: Encode<()>>(row: &R) -> Vec<u8> {
    minicbor::to_vec(row).expect("a vector takes all that is written")
}

/// The row of these bytes; `what` names it where they are none.
pub fn decode<'b, R: Decode<'b, ()>>(row: &'b [u8], what: &'static str) -> Result<R, Error> {
    minicbor::decode(row).map_err(|_| Error::Corrupt(what))
}

/// A batch that stores `value` under `key`, if there is nothing yet.
pub fn creation<T: Stored>(key: Key, value: T) -> Batch {
    let mut batch = Batch::new();
    batch.require_absent(key.clone()).put(key, of(value));
    batch
}

/// A value as its row held it.
#[derive(Clone, Debug)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    key: Bytes,
    row: Option<Bytes>,
}

impl<T> Found<T> {
    /// A value that is there although it has no row yet.
    pub fn without_row(value: T, key: Key) -> Self {
        Found { value, key: key.into(), row: None }
    }

    /// Key and value of its row, if it has one.
    pub fn row(&self) -> Option<(Bytes, Bytes)> {
        self.row.as_ref().map(|row| (self.key.clone(), row.clone()))
    }

    /// The batch is written only if the row is still as it was found.
    pub fn require(&self, batch: &mut Batch) {
        match &self.row {
            Some(row) => batch.require_value(self.key.clone(), row.clone()),
            None => batch.require_absent(self.key.clone()),
        };
    }

    /// An empty batch that is written only if the row is still as it was found.
    pub fn unchanged(&self) -> Batch {
        let mut batch = Batch::new();
        self.require(&mut batch);
        batch
    }

    /// The batch removes the row, and is written only if that is still as it was found.
    pub fn remove(&self, batch: &mut Batch) {
        self.require(batch);
        batch.delete(self.key.clone());
    }

    /// A batch that removes the row, if it is still as it was found.
    pub fn removal(&self) -> Batch {
        let mut batch = Batch::new();
        self.remove(&mut batch);
        batch
    }
}

impl<T: Stored> Found<T> {
    /// The value under `key`, if there is one.
    pub async fn read(store: &dyn Read, key: Key) -> Result<Option<Self>, Error> {
        let Some(row) = store.get(&key).await? else { return Ok(None) };
        Ok(Some(Found { value: value(&row)?, key: key.into(), row: Some(row) }))
    }

    /// The batch puts the changed value in the place of this one, and is written only if the row is still as it was found.
    pub fn replace(&self, batch: &mut Batch, changed: T) {
        self.require(batch);
        batch.put(self.key.clone(), of(changed));
    }

    /// A batch that puts the changed value in the place of this one, if the row is still as it was found.
    pub fn change(&self, changed: T) -> Batch {
        let mut batch = Batch::new();
        self.replace(&mut batch, changed);
        batch
    }
}

/// What became of a batch that was decided on what had been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// It is durable.
    Done,
    /// Another one was faster: read again and decide again.
    Raced,
}

/// Commits what was decided on what had been read.
pub async fn commit(store: &dyn Store, batch: Batch) -> Result<Commit, Error> {
    match store.commit(batch).await {
        Ok(()) => Ok(Commit::Done),
        Err(Error::PreconditionFailed { .. }) => Ok(Commit::Raced),
        Err(error) => Err(error),
    }
}

impl From<std::convert::Infallible> for Error {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Memory;
    use crate::reply::block_on;

    #[derive(Clone, Debug, PartialEq, Encode, Decode)]
    #[cbor(map)]
    struct Count {
        #[n(0)]
        count: u64,
    }

    impl Stored for Count {
        type Row = Self;
        const WHAT: &'static str = "a count";
    }

    fn key() -> Key {
        Key::of("test.count").text("one")
    }

    async fn found(store: &Memory) -> Found<Count> {
        Found::read(store, key()).await.expect("can be read").expect("is there")
    }

    #[test]
    fn of_two_who_found_the_same_row_one_changes_it() {
        block_on(Box::pin(async {
            let store = Memory::new();
            store.commit(creation(key(), Count { count: 1 })).await.expect("is new");
            let (one, other) = (found(&store).await, found(&store).await);
            let changed = commit(&store, one.change(Count { count: 2 })).await;
            assert_eq!(changed.expect("is as it was found"), Commit::Done);
            for late in [other.change(Count { count: 3 }), other.removal(), other.unchanged()] {
                assert_eq!(commit(&store, late).await.expect("no trouble"), Commit::Raced);
            }
            assert_eq!(found(&store).await.value, Count { count: 2 });
        }));
    }

    #[test]
    fn what_had_no_row_is_written_only_while_there_is_none() {
        block_on(Box::pin(async {
            let store = Memory::new();
            let absent = Found::without_row(Count { count: 0 }, key());
            assert_eq!(absent.row(), None);
            store.commit(absent.change(Count { count: 1 })).await.expect("there is none");
            store.commit(absent.change(Count { count: 1 })).await.expect_err("there is one");
        }));
    }

    #[test]
    fn a_row_that_is_none_is_corrupt_by_its_name() {
        let error = value::<Count>(b"\xff").expect_err("is no CBOR");
        assert!(matches!(error, Error::Corrupt("a count")), "{error}");
    }
}
