//! `$name.property.method(arguments)[index]`, and the same in braces.

use crate::error::Error;
use crate::program::{Expression, Reference, Step};

use super::Parser;

impl<'a> Parser<'a> {
    /// The reference that begins here, if a name follows the `$`; else nothing is read.
    pub(super) fn reference(&mut self) -> Result<Option<Reference>, Error> {
        let start = self.at;
        if !self.eat("$") {
            return Ok(None);
        }
        let quiet = self.eat("!");
        let braced = self.eat("{");
        let Some(name) = self.identifier() else {
            self.at = start;
            return Ok(None);
        };
        let root = self.names.slot(name);
        self.descend()?;
        let steps = self.steps()?;
        self.depth -= 1;
        if braced {
            self.skip_blank();
            if !self.eat("}") {
                return Err(self.encountered(self.at, &["\"[\" ...", "\"}\" ..."]));
            }
        }
        let literal = self.text[start..self.at].into();
        Ok(Some(Reference { root, steps, quiet, escapes: 0, literal }))
    }

    fn steps(&mut self) -> Result<Vec<Step>, Error> {
        let mut steps = Vec::new();
        loop {
            let at = self.at;
            if self.eat(".") {
                // Names of members begin with a letter: `$x._version` is `$x` and text.
                let name = self.identifier().filter(|name| !name.starts_with('_'));
                let Some(name) = name else {
                    self.at = at;
                    return Ok(steps);
                };
                let offset = self.base + at + 1;
                steps.push(match self.opens_arguments() {
                    true => {
                        Step::Method { name: name.into(), arguments: self.arguments()?, offset }
                    }
                    false => Step::Property(name.into()),
                });
            } else if !self.rest().starts_with("[]") && self.eat("[") {
                let index = self.expression()?;
                self.skip_blank();
                if !self.eat("]") {
                    return Err(self.encountered(self.at, &["\"]\" ...", "<WHITESPACE> ..."]));
                }
                steps.push(Step::Index { index, offset: self.base + at });
            } else {
                return Ok(steps);
            }
        }
    }

    /// A parenthesis with an argument, a blank or another parenthesis behind it; else it is text.
    fn opens_arguments(&mut self) -> bool {
        let Some(inner) = self.rest().strip_prefix('(') else { return false };
        let word =
            inner.split(|char: char| !char.is_ascii_alphanumeric()).next().unwrap_or_default();
        let opens = match inner.chars().next() {
            Some(char) if char.is_ascii_alphabetic() => {
                matches!(word, "true" | "false" | "null" | "not")
            }
            Some(char) => " \t\r\n\"'[{$-.(!)".contains(char) || char.is_ascii_digit(),
            None => true,
        };
        self.at += usize::from(opens);
        opens
    }

    /// Up to and with the closing parenthesis.
    fn arguments(&mut self) -> Result<Vec<Expression>, Error> {
        let mut arguments = Vec::new();
        self.skip_blank();
        if self.eat(")") {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            let blank = self.skip_blank();
            if self.eat(")") {
                return Ok(arguments);
            }
            if !self.eat(",") {
                let expected = ["\",\" ...", "\")\" ...", "<WHITESPACE> ..."];
                return Err(self.encountered(self.at, &expected[..if blank { 2 } else { 3 }]));
            }
        }
    }

    /// A letter or underscore, then letters, digits, underscores and hyphens.
    fn identifier(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let starts = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
        rest.bytes().next().filter(|byte| starts(*byte))?;
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        let length = rest.bytes().take_while(|byte| is_part(*byte)).count();
        self.at += length;
        Some(&rest[..length])
    }
}
