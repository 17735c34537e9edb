//! Text to [`Document`]: one pass that validates, compacts and indexes.

use std::sync::Arc;

use crate::document::{Document, Entry, Tag};
use crate::scan::{Scanner, Text, Token};
use crate::value::Value;
use crate::write;

/// Jackson's default for the nesting of a document.
pub const DEPTH_MAX: usize = 1000;

/// A text that isn't JSON, in Jackson's words, which AWS passes on to its clients.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    pub message: String,
    /// Byte offset in the text.
    pub offset: usize,
}

impl ParseError {
    pub fn new(message: impl Into<String>, offset: usize) -> Self {
        ParseError { message: message.into(), offset }
    }
}

pub(crate) fn parse(text: &str, depth_max: usize) -> Result<Value, ParseError> {
    let mut parser = Parser {
        scanner: Scanner::new(text),
        text: String::with_capacity(text.len()),
        decoded: String::new(),
        tape: Vec::with_capacity(text.len() / 12 + 1),
        open: Vec::new(),
        depth_max,
        keys: Vec::new(),
        repeats_a_key: false,
        depth: 0,
    };
    if u32::try_from(text.len()).is_err() {
        return Err(ParseError::new("Document is longer than 4 GiB", 0));
    }
    parser.document()?;
    let repeats_a_key = parser.repeats_a_key;
    let document = Document {
        text: parser.text.into_boxed_str(),
        decoded: parser.decoded.into_boxed_str(),
        tape: parser.tape.into_boxed_slice(),
        depth: parser.depth,
    };
    let value = Value::in_document(Arc::new(document), 0);
    // Rare, so it may cost: a tree drops the earlier members, then its text is indexed again.
    if repeats_a_key { parse(&value.rebuilt().to_string(), depth_max) } else { Ok(value) }
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    text: String,
    decoded: String,
    tape: Vec<Entry>,
    /// Containers not yet closed.
    open: Vec<Open>,
    depth_max: usize,
    /// Tape indices of the keys of all open objects.
    keys: Vec<u32>,
    repeats_a_key: bool,
    depth: u32,
}

struct Open {
    entry: u32,
    is_object: bool,
    members: u32,
    first_key: usize,
}

impl<'a> Parser<'a> {
    fn document(&mut self) -> Result<(), ParseError> {
        let mut token = self.scanner.token()?;
        loop {
            // Here `token` starts a value.
            let opened = self.value(token)?;
            if opened && self.first_member(&mut token)? {
                continue;
            }
            if !self.after_value(&mut token)? {
                return Ok(());
            }
        }
    }

    /// Writes a scalar, or opens a container; says whether it opened one.
    fn value(&mut self, token: Token<'a>) -> Result<bool, ParseError> {
        match token {
            Token::ObjectStart => self.open(Tag::Object, '{')?,
            Token::ArrayStart => self.open(Tag::Array, '[')?,
            Token::String(text) => {
                self.string(text);
                return Ok(false);
            }
            Token::Number(digits) => self.scalar(Tag::Number, digits),
            Token::True => self.scalar(Tag::True, "true"),
            Token::False => self.scalar(Tag::False, "false"),
            Token::Null => self.scalar(Tag::Null, "null"),
            Token::End if self.open.is_empty() => {
                return Err(ParseError::new(
                    "No content to map due to end-of-input",
                    self.scanner.at(),
                ));
            }
            Token::End => {
                return Err(self.scanner.unexpected(self.scanner.at(), "expected a value"));
            }
            Token::ObjectEnd | Token::ArrayEnd | Token::Colon | Token::Comma => {
                let expectation = "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
                return Err(self.scanner.unexpected(self.scanner.at() - 1, expectation));
            }
        }
        Ok(matches!(token, Token::ObjectStart | Token::ArrayStart))
    }

    /// After an opening bracket: reads up to the first member's value, or finds the container empty.
    fn first_member(&mut self, token: &mut Token<'a>) -> Result<bool, ParseError> {
        let is_object = self.open.last().is_some_and(|open| open.is_object);
        match (is_object, self.scanner.peek()) {
            (true, Some(b'}')) | (false, Some(b']')) => {
                self.scanner.token()?;
                self.close();
                return Ok(false);
            }
            (true, _) => self.key()?,
            (false, _) => {}
        }
        *token = self.scanner.token()?;
        Ok(true)
    }

    /// After a value: a comma leads to the next one, brackets close, the end ends. False at the end.
    fn after_value(&mut self, token: &mut Token<'a>) -> Result<bool, ParseError> {
        loop {
            self.scanner.skip_blank();
            let before = self.scanner.at();
            let next = self.scanner.token()?;
            let Some(open) = self.open.last_mut() else {
                return match next {
                    Token::End => Ok(false),
                    _ => Err(ParseError::new(
                        "Trailing token after the end of the JSON value",
                        before,
                    )),
                };
            };
            open.members += 1;
            let is_object = open.is_object;
            match next {
                Token::Comma => {
                    self.text.push(',');
                    if is_object {
                        self.key()?;
                    }
                    *token = self.scanner.token()?;
                    return Ok(true);
                }
                Token::ObjectEnd if is_object => self.close(),
                Token::ArrayEnd if !is_object => self.close(),
                _ => {
                    let kind = if is_object { "Object entries" } else { "Array entries" };
                    let at = if next == Token::End { self.scanner.at() } else { before };
                    let expectation = format!("was expecting comma to separate {kind}");
                    return Err(self.scanner.unexpected(at, expectation));
                }
            }
        }
    }

    fn key(&mut self) -> Result<(), ParseError> {
        let name = self.scanner.name()?;
        self.keys.push(self.tape.len() as u32);
        self.string(name);
        self.scanner.skip_blank();
        let at = self.scanner.at();
        if self.scanner.token()? != Token::Colon {
            return Err(self
                .scanner
                .unexpected(at, "was expecting a colon to separate field name and value"));
        }
        self.text.push(':');
        Ok(())
    }

    fn open(&mut self, tag: Tag, bracket: char) -> Result<(), ParseError> {
        if self.open.len() == self.depth_max {
            let message = format!(
                "Document nesting depth ({}) exceeds the maximum allowed ({}, from `StreamReadConstraints.getMaxNestingDepth()`)",
                self.depth_max + 1,
                self.depth_max
            );
            return Err(ParseError::new(message, self.scanner.at()));
        }
        self.open.push(Open {
            entry: self.tape.len() as u32,
            is_object: tag == Tag::Object,
            members: 0,
            first_key: self.keys.len(),
        });
        self.depth = self.depth.max(self.open.len() as u32);
        self.push(tag, self.text.len(), 0, 0);
        self.text.push(bracket);
        Ok(())
    }

    fn close(&mut self) {
        let open = self.open.pop().expect("a container is open");
        self.text.push(if open.is_object { '}' } else { ']' });
        if open.is_object {
            self.repeats_a_key |= self.any_key_repeated(open.first_key);
            self.keys.truncate(open.first_key);
        }
        let next = self.tape.len() as u32;
        let entry = &mut self.tape[open.entry as usize];
        entry.end = self.text.len() as u32;
        entry.next = next;
        entry.extra = open.members;
    }

    fn any_key_repeated(&self, first_key: usize) -> bool {
        let text = |index: &u32| {
            let entry = &self.tape[*index as usize];
            &self.text[entry.start as usize..entry.end as usize]
        };
        let keys = &self.keys[first_key..];
        if keys.len() <= 8 {
            return keys
                .iter()
                .enumerate()
                .any(|(i, key)| keys[..i].iter().any(|k| text(k) == text(key)));
        }
        let mut sorted: Vec<&str> = keys.iter().map(text).collect();
        sorted.sort_unstable();
        sorted.windows(2).any(|pair| pair[0] == pair[1])
    }

    fn scalar(&mut self, tag: Tag, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.push(tag, start, 0, 0);
    }

    fn string(&mut self, text: Text<'a>) {
        let start = self.text.len();
        if text.escaped {
            let value = text.value();
            write::string(&value, &mut self.text);
            let (extra, length) = (self.decoded.len() as u32, value.len() as u32);
            self.decoded.push_str(&value);
            self.push(Tag::Escaped, start, extra, length);
        } else {
            self.text.push('"');
            self.text.push_str(text.raw);
            self.text.push('"');
            self.push(Tag::Plain, start, 0, 0);
        }
    }

    /// Appends an entry that ends where the text ends now.
    fn push(&mut self, tag: Tag, start: usize, extra: u32, length: u32) {
        let next = self.tape.len() as u32 + 1;
        let (start, end) = (start as u32, self.text.len() as u32);
        self.tape.push(Entry { tag, start, end, next, extra, length });
    }
}
