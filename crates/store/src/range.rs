use bytes::Bytes;

/// The keys from `start` up to, and without, `end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRange {
    /// The first key of the range.
    pub start: Bytes,
    /// The first key after the range; `None` if there is none.
    pub end: Option<Bytes>,
}

impl KeyRange {
    /// The keys from `start` up to, and without, `end`. Empty if `end` isn't greater.
    pub fn new(start: impl Into<Bytes>, end: impl Into<Bytes>) -> Self {
        KeyRange { start: start.into(), end: Some(end.into()) }
    }

    /// Every key that begins with `prefix`.
    pub fn prefix(prefix: impl Into<Bytes>) -> Self {
        let start = prefix.into();
        let end = first_after_prefix(&start);
        KeyRange { start, end }
    }

    /// Every key there is.
    pub fn all() -> Self {
        KeyRange { start: Bytes::new(), end: None }
    }

    /// Whether `key` is one of the range.
    pub fn contains(&self, key: &[u8]) -> bool {
        *self.start <= *key && self.end.as_ref().is_none_or(|end| key < &**end)
    }

    /// Whether no key can be in it.
    pub fn is_empty(&self) -> bool {
        self.end.as_ref().is_some_and(|end| *end <= self.start)
    }

    /// Whether some key could be in both.
    pub fn overlaps(&self, other: &KeyRange) -> bool {
        let begins_before_end =
            |a: &KeyRange, b: &KeyRange| b.end.as_ref().is_none_or(|end| a.start < *end);
        !self.is_empty()
            && !other.is_empty()
            && begins_before_end(self, other)
            && begins_before_end(other, self)
    }
}

/// The smallest byte string greater than all that begin with `prefix`, if there is one.
fn first_after_prefix(prefix: &[u8]) -> Option<Bytes> {
    let last = prefix.iter().rposition(|byte| *byte < u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end.into())
}

/// Which way a scan goes through its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the smallest key up.
    Forward,
    /// From the greatest key down.
    Backward,
}

/// A question for the entries of a range: `Scan::prefix(p).backward().limit(100).after(last_key)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The keys looked at.
    pub range: KeyRange,
    /// The order of the answer.
    pub direction: Direction,
    /// The most entries in the answer.
    pub limit: usize,
}

impl Scan {
    /// All of `range`, forward.
    pub fn range(range: KeyRange) -> Self {
        Scan { range, direction: Direction::Forward, limit: usize::MAX }
    }

    /// All keys that begin with `prefix`, forward.
    pub fn prefix(prefix: impl Into<Bytes>) -> Self {
        Scan::range(KeyRange::prefix(prefix))
    }

    /// From the greatest key down.
    pub fn backward(mut self) -> Self {
        self.direction = Direction::Backward;
        self
    }

    /// At most this many entries.
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Only what follows `key` in the scan's direction, so choose the direction first: the next page, given the last key
    /// of the page before.
    pub fn after(mut self, key: &[u8]) -> Self {
        match self.direction {
            Direction::Forward => {
                let successor: Bytes = [key, &[0]].concat().into();
                self.range.start = self.range.start.max(successor);
            }
            Direction::Backward => {
                let key = Bytes::copy_from_slice(key);
                self.range.end = Some(self.range.end.map_or(key.clone(), |end| end.min(key)));
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_of_greatest_bytes_has_no_end() {
        assert_eq!(KeyRange::prefix(&b"ab"[..]), KeyRange::new(&b"ab"[..], &b"ac"[..]));
        assert_eq!(
            KeyRange::prefix(&b"a\xff\xff"[..]),
            KeyRange::new(&b"a\xff\xff"[..], &b"b"[..])
        );
        assert_eq!(KeyRange::prefix(&b"\xff\xff"[..]).end, None);
        assert!(KeyRange::prefix(&b"\xff"[..]).contains(b"\xff\xff\xff"));
    }

    #[test]
    fn ranges_overlap_only_where_a_key_can_be_in_both() {
        let range = |start: &'static str, end: &'static str| KeyRange::new(start, end);
        assert!(range("a", "c").overlaps(&range("b", "d")));
        assert!(range("b", "c").overlaps(&KeyRange::all()));
        assert!(!range("a", "b").overlaps(&range("b", "c")));
        assert!(!range("b", "b").overlaps(&KeyRange::all()));
    }

    #[test]
    fn the_next_page_begins_after_the_last_key_in_either_direction() {
        let forward = Scan::prefix("a").after(b"ab");
        assert_eq!(forward.range, KeyRange::new(&b"ab\0"[..], "b"));
        let backward = Scan::prefix("a").backward().after(b"ab");
        assert_eq!(backward.range, KeyRange::new("a", "ab"));
        assert!(!Scan::prefix("b").after(b"a").range.contains(b"ab"), "never widens the range");
        assert!(
            !Scan::prefix("a").backward().after(b"c").range.contains(b"b"),
            "never widens the range"
        );
    }
}
