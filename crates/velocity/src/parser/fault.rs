//! What Velocity's parser (made by JavaCC) says, which AppSync passes on to the client.

use crate::error::Error;

use super::Parser;

const OPERATORS: [&str; 13] = [
    "\"-\" ...",
    "\"+\" ...",
    "\"*\" ...",
    "\"/\" ...",
    "\"%\" ...",
    "<LOGICAL_AND> ...",
    "<LOGICAL_OR> ...",
    "<LOGICAL_LT> ...",
    "<LOGICAL_LE> ...",
    "<LOGICAL_GT> ...",
    "<LOGICAL_GE> ...",
    "<LOGICAL_EQUALS> ...",
    "<LOGICAL_NOT_EQUALS> ...",
];

const OPERANDS: [&str; 11] = [
    "\"[\" ...",
    "\"{\" ...",
    "\"(\" ...",
    "<STRING_LITERAL> ...",
    "\"true\" ...",
    "\"false\" ...",
    "<INTEGER_LITERAL> ...",
    "<FLOATING_POINT_LITERAL> ...",
    "<IDENTIFIER> ...",
    "\"{\" ...",
    "\"[\" ...",
];

/// What a block belongs to, which decides how it may end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Template,
    If,
    Else,
    Foreach,
}

const IN_TEXT: [&str; 25] = [
    "\"(\" ...",
    "<RPAREN> ...",
    "<ESCAPE_DIRECTIVE> ...",
    "<SET_DIRECTIVE> ...",
    "\"##\" ...",
    "\"\\\\\\\\\" ...",
    "\"\\\\\" ...",
    "<TEXT> ...",
    "\"*#\" ...",
    "\"*#\" ...",
    "\"]]#\" ...",
    "<STRING_LITERAL> ...",
    "<END> ...",
    "<IF_DIRECTIVE> ...",
    "<ELSEIF_DIRECTIVE> ...",
    "<ELSE_DIRECTIVE> ...",
    "<INTEGER_LITERAL> ...",
    "<FLOATING_POINT_LITERAL> ...",
    "<WORD> ...",
    "<BRACKETED_WORD> ...",
    "<IDENTIFIER> ...",
    "<DOT> ...",
    "\"{\" ...",
    "\"}\" ...",
    "<EMPTY_INDEX> ...",
];

impl Parser<'_> {
    /// What stands at `at` isn't among what may stand there.
    pub(super) fn encountered(&self, at: usize, expected: &[&str]) -> Error {
        let token = self.token(at);
        // The end of the text is told at its last character.
        let place = if at == self.text.len() { at.saturating_sub(1) } else { at };
        let (line, column) = line_and_column(self.source, self.base + place);
        let expected: String = expected.iter().map(|one| format!("    {one}\n")).collect();
        Error::Parse(format!(
            "Encountered \"{token}\" at velocity[line {line}, column {column}]\nWas expecting one of:\n{expected}    "
        ))
    }

    /// An operator or the closing parenthesis should stand there.
    pub(super) fn encountered_operator(&self, at: usize, after_blank: bool) -> Error {
        let blank = if after_blank { None } else { Some("<WHITESPACE> ...") };
        let expected: Vec<&str> =
            ["<RPAREN> ..."].into_iter().chain(blank).chain(OPERATORS).collect();
        self.encountered(at, &expected)
    }

    /// A value should stand there.
    pub(super) fn encountered_operand(&self, at: usize) -> Error {
        self.encountered(at, &OPERANDS)
    }

    /// A block ends where it can't, or doesn't end at all.
    pub(super) fn encountered_block(&self, at: usize, within: Within) -> Error {
        let end = (within == Within::Template).then_some("<EOF> ");
        let inner = IN_TEXT.iter().copied().filter(|one| match *one {
            "<END> ..." => within != Within::Template,
            "<ELSEIF_DIRECTIVE> ..." | "<ELSE_DIRECTIVE> ..." => within == Within::If,
            _ => true,
        });
        let expected: Vec<&str> = end.into_iter().chain(inner).collect();
        self.encountered(at, &expected)
    }

    /// The token at `at`, roughly as JavaCC cuts it.
    fn token(&self, at: usize) -> &str {
        let rest = &self.text[at..];
        let is_word = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let Some(first) = rest.chars().next() else { return "<EOF>" };
        let start = if first == '#' { 1 } else { 0 };
        let word = rest[start..].find(|char| !is_word(char)).unwrap_or(rest.len() - start);
        let length = start + word;
        &rest[..length.max(first.len_utf8())]
    }
}

/// Both from 1; columns count characters.
pub(crate) fn line_and_column(source: &str, offset: usize) -> (usize, usize) {
    let before = &source[..source.floor_char_boundary(offset)];
    let line = before.matches('\n').count() + 1;
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (line, before[line_start..].chars().count() + 1)
}
