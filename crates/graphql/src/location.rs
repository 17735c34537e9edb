//! Places in a text, as people and errors name them.

use std::sync::OnceLock;

use crate::ast::Offset;

/// A line and a column, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
}

/// From here on a column counts bytes.
const EXACT_MAX: usize = 1 << 14;

/// A text whose lines are found when the first error asks for one.
#[derive(Debug)]
pub(crate) struct Source {
    text: Box<str>,
    lines: OnceLock<Vec<Offset>>,
}

impl Source {
    pub(crate) fn new(text: &str) -> Self {
        Source { text: text.into(), lines: OnceLock::new() }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn location(&self, at: Offset) -> Location {
        let starts = self.lines.get_or_init(|| {
            let after_break = |(at, _): (usize, &str)| at as Offset + 1;
            std::iter::once(0).chain(self.text.match_indices('\n').map(after_break)).collect()
        });
        let line = starts.partition_point(|start| *start <= at);
        let start = starts[line - 1] as usize;
        let before = &self.text[start..at as usize];
        // A hostile line of megabytes isn't counted again for each error.
        let characters =
            if before.len() < EXACT_MAX { before.chars().count() } else { before.len() };
        let column = characters + 1;
        Location { line: line as u32, column: column as u32 }
    }
}
