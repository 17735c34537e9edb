//! A validated text with its index.
//!
//! The tape has one [`Entry`] a value and one a key, in the order of the text; `next` leads over a
//! whole subtree. A string with escapes has its meaning in `decoded`, so that reading one always borrows.

/// What stands at one place of the tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Null,
    False,
    True,
    Number,
    /// A string whose value is its text without the quotes.
    Plain,
    /// A string whose value stands in `decoded`, at `extra`.
    Escaped,
    Array,
    Object,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) tag: Tag,
    /// Span in `text`, quotes and brackets included.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Index of the entry after this value.
    pub(crate) next: u32,
    /// Number of members of a container; start in `decoded` of an escaped string.
    pub(crate) extra: u32,
    /// Length in `decoded` of an escaped string.
    pub(crate) length: u32,
}

#[derive(Debug)]
pub(crate) struct Document {
    /// Compact, with canonical escapes: any span of it can be copied into an output.
    pub(crate) text: Box<str>,
    pub(crate) decoded: Box<str>,
    pub(crate) tape: Box<[Entry]>,
    /// How deep containers are nested in the whole text.
    pub(crate) depth: u32,
}

impl Document {
    pub(crate) fn entry(&self, index: u32) -> &Entry {
        &self.tape[index as usize]
    }

    pub(crate) fn span(&self, index: u32) -> &str {
        let entry = self.entry(index);
        &self.text[entry.start as usize..entry.end as usize]
    }

    /// The string at `index`, which must be one.
    pub(crate) fn string(&self, index: u32) -> &str {
        let entry = self.entry(index);
        match entry.tag {
            Tag::Escaped => {
                &self.decoded[entry.extra as usize..(entry.extra + entry.length) as usize]
            }
            Tag::Plain
            | Tag::Null
            | Tag::False
            | Tag::True
            | Tag::Number
            | Tag::Array
            | Tag::Object => &self.text[entry.start as usize + 1..entry.end as usize - 1],
        }
    }
}
