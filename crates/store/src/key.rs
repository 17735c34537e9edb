//! Keys made of parts, ordered as the parts are: first by the first part, then by the second.
//!
//! A key is a table's name followed by typed parts. Numbers take eight bytes; texts and byte strings end with a mark that
//! sorts before every byte that could follow, so that `("ab", x)` comes before `("abc", y)`, and a key's first parts are
//! a prefix to scan by.
//! Nothing in a key says what its parts are: the table that made it reads it back with the same parts, by [`Parts`].
//!
//! ```
//! use store::key::{Key, Parts};
//!
//! let key = Key::of("timer").i64(-5).text("wake");
//! let mut parts = Parts::of("timer", &key)?;
//! assert_eq!((parts.i64()?, parts.text()?), (-5, "wake".to_owned()));
//! parts.end()?;
//! assert!(key.starts_with(&Key::of("timer").i64(-5)));
//! # Ok::<(), store::Error>(())
//! ```

use std::ops::Deref;

use bytes::Bytes;

use crate::{Error, KeyRange, Scan};

/// A zero byte inside a text is written as these two.
const ZERO: [u8; 2] = [0, 0xff];
/// The end of a text: less than a zero byte inside one, and than anything else that can follow.
const END: [u8; 2] = [0, 0];

/// A key, or the first parts of one, under construction. Derefs to its bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(Vec<u8>);

impl Key {
    /// Begins a key of the table with this name. The name is the first part, so no table's keys are among another's.
    pub fn of(table: &str) -> Self {
        Key(Vec::with_capacity(64)).text(table)
    }

    /// Appends a text, ordered by its UTF-8 bytes.
    pub fn text(self, part: &str) -> Self {
        self.bytes(part.as_bytes())
    }

    /// Appends the beginning of a text: what follows may be any end of it. Only for ranges and scans.
    pub fn beginning(mut self, part: &str) -> Self {
        self.escape(part.as_bytes());
        self
    }

    /// Appends a byte string.
    pub fn bytes(mut self, part: &[u8]) -> Self {
        self.escape(part);
        self.0.extend(END);
        self
    }

    fn escape(&mut self, part: &[u8]) {
        for byte in part {
            match byte {
                0 => self.0.extend(ZERO),
                _ => self.0.push(*byte),
            }
        }
    }

    /// Appends a number.
    pub fn u64(mut self, part: u64) -> Self {
        self.0.extend(part.to_be_bytes());
        self
    }

    /// Appends a number that may be negative.
    pub fn i64(self, part: i64) -> Self {
        self.u64(part.cast_unsigned() ^ SIGN)
    }

    /// All keys that begin with these parts.
    pub fn range(self) -> KeyRange {
        KeyRange::prefix(self)
    }

    /// A forward scan of all keys that begin with these parts.
    pub fn scan(self) -> Scan {
        Scan::range(self.range())
    }
}

/// Flipping the sign bit makes the order of unsigned bytes that of signed numbers.
const SIGN: u64 = 1 << 63;

impl Deref for Key {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Key> for Bytes {
    fn from(key: Key) -> Bytes {
        key.0.into()
    }
}

/// Reads a key back, part by part. Every way to misread is [`Error::Corrupt`].
#[derive(Clone, Debug)]
pub struct Parts<'a>(&'a [u8]);

impl<'a> Parts<'a> {
    /// The parts after the name of the table, which must be this one.
    pub fn of(table: &str, key: &'a [u8]) -> Result<Self, Error> {
        let of_table = Key::of(table);
        key.strip_prefix(&*of_table).map(Parts).ok_or(Error::Corrupt("key of another table"))
    }

    /// Reads a text.
    pub fn text(&mut self) -> Result<String, Error> {
        String::from_utf8(self.bytes()?).map_err(|_| Error::Corrupt("text in a key isn't UTF-8"))
    }

    /// Reads a byte string.
    pub fn bytes(&mut self) -> Result<Vec<u8>, Error> {
        let mut part = Vec::new();
        loop {
            let zero = self.0.iter().position(|byte| *byte == 0);
            let (plain, rest) = self.0.split_at(zero.ok_or(UNFINISHED)?);
            part.extend_from_slice(plain);
            let (mark, rest) = rest.split_first_chunk::<2>().ok_or(UNFINISHED)?;
            self.0 = rest;
            match *mark {
                ZERO => part.push(0),
                END => return Ok(part),
                _ => return Err(Error::Corrupt("unknown mark in a key")),
            }
        }
    }

    /// Reads a number.
    pub fn u64(&mut self) -> Result<u64, Error> {
        let (number, rest) = self.0.split_first_chunk().ok_or(UNFINISHED)?;
        self.0 = rest;
        Ok(u64::from_be_bytes(*number))
    }

    /// Reads a number that may be negative.
    pub fn i64(&mut self) -> Result<i64, Error> {
        Ok((self.u64()? ^ SIGN).cast_signed())
    }

    /// Checks that every part has been read.
    pub fn end(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Corrupt("more parts in a key")) }
    }
}

const UNFINISHED: Error = Error::Corrupt("key ends inside a part");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Row = (Vec<u8>, i64, String, u64);

    fn encode((bytes, signed, text, unsigned): &Row) -> Key {
        Key::of("table").bytes(bytes).i64(*signed).text(text).u64(*unsigned)
    }

    /// Few byte values, so that prefixes, zeros and greatest bytes meet often.
    fn row() -> impl Strategy<Value = Row> {
        let byte = prop_oneof![Just(0), Just(1), Just(0xfe), Just(0xff)];
        let text = prop::collection::vec(prop_oneof![Just('\0'), Just('a'), Just('é')], 0..4);
        let text = text.prop_map(String::from_iter);
        (prop::collection::vec(byte, 0..4), any::<i64>(), text, any::<u64>())
    }

    proptest! {
        #[test]
        fn keys_are_ordered_as_their_parts(a in row(), b in row(), same_start in any::<bool>()) {
            let b = if same_start { (a.0.clone(), a.1, b.2, b.3) } else { b };
            prop_assert_eq!(encode(&a).cmp(&encode(&b)), a.cmp(&b));
        }

        #[test]
        fn parts_are_read_back(row in row()) {
            let key = encode(&row);
            let mut parts = Parts::of("table", &key).unwrap();
            let read = (parts.bytes().unwrap(), parts.i64().unwrap(), parts.text().unwrap(), parts.u64().unwrap());
            prop_assert_eq!(read, row);
            parts.end().unwrap();
        }

        #[test]
        fn reading_foreign_bytes_never_panics(key in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut parts = Parts(&key);
            while parts.bytes().is_ok() {}
            let _ = parts.u64();
        }
    }

    #[test]
    fn a_table_whose_name_begins_with_anothers_is_apart() {
        let range = Key::of("execution").range();
        assert!(range.contains(&Key::of("execution").u64(u64::MAX)));
        assert!(!range.contains(&Key::of("executions").u64(0)));
    }

    #[test]
    fn the_beginning_of_a_text_is_a_prefix_of_all_that_begin_so() {
        let range = Key::of("t").text("b").beginning("a\0").range();
        assert!(range.contains(&Key::of("t").text("b").text("a\0").u64(1)));
        assert!(range.contains(&Key::of("t").text("b").text("a\0z").u64(1)));
        assert!(!range.contains(&Key::of("t").text("b").text("a")));
        assert!(!range.contains(&Key::of("t").text("c").text("a\0")));
    }

    #[test]
    fn misreading_is_corruption() {
        let key = Key::of("table").u64(1);
        assert!(matches!(Parts::of("other", &key), Err(Error::Corrupt(_))));
        let mut parts = Parts::of("table", &key).unwrap();
        assert!(matches!(parts.clone().end(), Err(Error::Corrupt("more parts in a key"))));
        parts.u64().unwrap();
        assert!(matches!(parts.u64(), Err(Error::Corrupt("key ends inside a part"))));
    }
}
