//! Text to [`Program`]: text, references and directives here, what stands in parentheses in `expression`.
//!
//! White space is Velocity 1.7's: blanks between a `#set` and what was read before it vanish (text and line
//! ends keep theirs), and those behind a directive do if the line ends there, with the end of the line.

mod expression;
mod fault;
mod reference;

pub(crate) use fault::line_and_column;

use std::collections::HashMap;
use std::sync::Arc;

use fault::Within;

use crate::error::Error;
use crate::program::{Block, Expression, Node, Program, Slot};

/// Blocks, brackets and strings nested deeper than this are refused, to bound the stack.
const DEPTH_MAX: u32 = 100;

pub(crate) fn parse(source: &str) -> Result<Program, Error> {
    let mut names = Names::default();
    let mut parser = Parser::new(source, source, 0, 0, &mut names);
    let (body, end) = parser.block()?;
    if end.kind != Terminator::Eof {
        return Err(parser.encountered_block(end.at, Within::Template));
    }
    Ok(Program { source: source.into(), body, names: names.list })
}

/// The variables of a template.
#[derive(Default)]
pub(crate) struct Names {
    list: Vec<Arc<str>>,
    slots: HashMap<Arc<str>, Slot>,
}

impl Names {
    fn slot(&mut self, name: &str) -> Slot {
        if let Some(slot) = self.slots.get(name) {
            return *slot;
        }
        let name: Arc<str> = name.into();
        let slot = self.list.len() as Slot;
        self.list.push(name.clone());
        self.slots.insert(name, slot);
        slot
    }
}

pub(crate) struct Parser<'a> {
    /// The whole template, which positions in messages refer to.
    source: &'a str,
    /// What is parsed: the template, or a text in double quotes within it.
    text: &'a str,
    /// Where `text` begins in `source`.
    base: usize,
    at: usize,
    depth: u32,
    names: &'a mut Names,
}

/// What ended a block.
struct Ended {
    kind: Terminator,
    at: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Terminator {
    Eof,
    End,
    Else,
    ElseIf,
}

/// The text since the last node.
#[derive(Default)]
struct Pending {
    text: String,
    /// Where in `text` the piece begins that was read last.
    piece: usize,
    nodes: Block,
}

impl Pending {
    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.nodes.push(Node::Text(std::mem::take(&mut self.text).into()));
        }
        self.piece = 0;
    }

    fn push(&mut self, node: Node) {
        self.flush();
        self.nodes.push(node);
    }

    /// Drops the last piece if it is nothing but blanks.
    fn trim_blanks(&mut self) {
        if self.text[self.piece..].trim_matches([' ', '\t']).is_empty() {
            self.text.truncate(self.piece);
        }
    }
}

impl<'a> Parser<'a> {
    fn new(source: &'a str, text: &'a str, base: usize, depth: u32, names: &'a mut Names) -> Self {
        Parser { source, text, base, at: 0, depth, names }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    fn descend(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if DEPTH_MAX < self.depth {
            return Err(Error::Parse("The template is nested too deeply.".into()));
        }
        Ok(())
    }

    /// Nodes up to the end of the text, or to an `#end`, `#else` or `#elseif`.
    fn block(&mut self) -> Result<(Block, Ended), Error> {
        self.descend()?;
        let mut pending = Pending::default();
        let ended = loop {
            let rest = self.rest();
            let plain = rest.find(['$', '#', '\\']).unwrap_or(rest.len());
            pending.piece = pending.text.len();
            pending.text.push_str(&rest[..plain]);
            self.at += plain;
            let found = match self.peek() {
                None => Some(Ended { kind: Terminator::Eof, at: self.at }),
                Some(b'\\') => self.backslashes(&mut pending)?,
                Some(b'$') => {
                    self.text_reference(0, &mut pending)?;
                    None
                }
                Some(_) => self.hash(0, &mut pending)?,
            };
            if let Some(ended) = found {
                break ended;
            }
        };
        pending.flush();
        self.depth -= 1;
        Ok((pending.nodes, ended))
    }

    /// Backslashes escape the reference or directive behind them.
    fn backslashes(&mut self, pending: &mut Pending) -> Result<Option<Ended>, Error> {
        let count = self.rest().bytes().take_while(|byte| *byte == b'\\').count();
        self.at += count;
        match self.peek() {
            Some(b'$') => {
                self.text_reference(count, pending)?;
                Ok(None)
            }
            Some(b'#') => self.hash(count, pending),
            _ => {
                pending.text.push_str(&"\\".repeat(count));
                Ok(None)
            }
        }
    }

    /// `$`: a reference if a name follows, else text.
    fn text_reference(&mut self, escapes: usize, pending: &mut Pending) -> Result<(), Error> {
        if let Some(mut reference) = self.reference()? {
            reference.escapes = escapes;
            pending.push(Node::Reference(reference));
        } else {
            pending.text.push_str(&"\\".repeat(escapes));
            pending.text.push('$');
            self.at += 1;
        }
        Ok(())
    }

    /// `#`: a comment, a raw text, a directive, or text.
    fn hash(&mut self, escapes: usize, pending: &mut Pending) -> Result<Option<Ended>, Error> {
        let rest = self.rest();
        let (name, length) = directive_name(&rest[1..]);
        let known = DIRECTIVES.contains(&name);
        if known {
            pending.text.push_str(&"\\".repeat(escapes / 2));
            if escapes % 2 == 1 {
                pending.text.push_str(&rest[..length + 1]);
                self.at += length + 1;
                return Ok(None);
            }
            return self.directive(name, length + 1, pending);
        }
        pending.text.push_str(&"\\".repeat(escapes));
        if rest.starts_with("##") {
            let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
            self.at += line;
            self.end_of_line();
        } else if rest.starts_with("#*") {
            let end = rest
                .find("*#")
                .ok_or_else(|| self.encountered_block(self.text.len(), Within::Template))?;
            self.at += end + 2;
        } else if rest.starts_with("#[[") {
            let end = rest
                .find("]]#")
                .ok_or_else(|| self.encountered_block(self.text.len(), Within::Template))?;
            pending.text.push_str(&rest[3..end]);
            self.at += end + 3;
        } else {
            let length = length + 1 + literal_arguments(&rest[length + 1..], name);
            pending.text.push_str(&rest[..length]);
            self.at += length;
        }
        Ok(None)
    }

    fn directive(
        &mut self,
        name: &str,
        length: usize,
        pending: &mut Pending,
    ) -> Result<Option<Ended>, Error> {
        let at = self.at;
        self.at += length;
        let kind = match name {
            "end" => Terminator::End,
            "else" => Terminator::Else,
            "elseif" => Terminator::ElseIf,
            "set" => {
                if !self.opens() {
                    pending.text.push_str(&self.text[at..self.at]);
                    return Ok(None);
                }
                pending.trim_blanks();
                pending.push(self.set()?);
                return Ok(None);
            }
            "if" => {
                pending.push(self.branches()?);
                return Ok(None);
            }
            "foreach" => {
                pending.push(self.foreach()?);
                return Ok(None);
            }
            _ => {
                pending.push(self.ending(name)?);
                return Ok(None);
            }
        };
        if kind != Terminator::ElseIf {
            self.rest_of_line();
        }
        Ok(Some(Ended { kind, at }))
    }

    /// An opening parenthesis after blanks.
    fn opens(&mut self) -> bool {
        let rest = self.rest();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if !rest[blanks..].starts_with('(') {
            return false;
        }
        self.at += blanks + 1;
        true
    }

    fn open(&mut self) -> Result<(), Error> {
        if self.opens() { Ok(()) } else { Err(self.encountered(self.at, &["\"(\" ..."])) }
    }

    fn close(&mut self) -> Result<(), Error> {
        let blank = self.skip_blank();
        if !self.eat(")") {
            return Err(self.encountered_operator(self.at, blank));
        }
        self.rest_of_line();
        Ok(())
    }

    /// `#break`, `#stop`, `#return`, `#return(value)`.
    fn ending(&mut self, name: &str) -> Result<Node, Error> {
        let at = self.at;
        let mut value = None;
        if self.opens() {
            self.skip_blank();
            // `#break($foreach)` names what it leaves: the loop it stands in, as without.
            if self.peek() != Some(b')') {
                value = Some(self.expression()?);
            }
            self.close()?;
        } else {
            self.at = at;
        }
        Ok(match name {
            "break" => Node::Break,
            "stop" => Node::Stop,
            _ => Node::Return(value),
        })
    }

    fn set(&mut self) -> Result<Node, Error> {
        self.skip_blank();
        let Some(target) = self.reference()? else {
            return Err(self.encountered(self.at, &["<IDENTIFIER> ...", "\"{\" ..."]));
        };
        let blank = self.skip_blank();
        if !self.eat("=") {
            let expected: &[&str] = match blank {
                true => &["\"=\" ..."],
                false => &["\"[\" ...", "<WHITESPACE> ...", "\"=\" ..."],
            };
            return Err(self.encountered(self.at, expected));
        }
        let value = self.expression()?;
        self.close()?;
        Ok(Node::Set { target, value })
    }

    fn branches(&mut self) -> Result<Node, Error> {
        let mut branches = Vec::new();
        loop {
            let condition = self.condition()?;
            let (body, ended) = self.block()?;
            branches.push((condition, body));
            match ended.kind {
                Terminator::ElseIf => {}
                Terminator::End => return Ok(Node::If { branches, otherwise: Block::new() }),
                Terminator::Eof => return Err(self.encountered_block(ended.at, Within::If)),
                Terminator::Else => {
                    let (otherwise, ended) = self.block()?;
                    if ended.kind != Terminator::End {
                        return Err(self.encountered_block(ended.at, Within::Else));
                    }
                    return Ok(Node::If { branches, otherwise });
                }
            }
        }
    }

    fn condition(&mut self) -> Result<Expression, Error> {
        self.open()?;
        let condition = self.expression()?;
        self.close()?;
        Ok(condition)
    }

    fn foreach(&mut self) -> Result<Node, Error> {
        self.open()?;
        self.skip_blank();
        let item = self.reference()?.filter(|item| item.steps.is_empty());
        let Some(item) = item else {
            return Err(self.encountered(self.at, &["<IDENTIFIER> ...", "\"{\" ..."]));
        };
        self.skip_blank();
        if !self.eat("in") {
            return Err(self.encountered(self.at, &["<WORD> ..."]));
        }
        let source = self.expression()?;
        self.close()?;
        let (body, ended) = self.block()?;
        if ended.kind != Terminator::End {
            return Err(self.encountered_block(ended.at, Within::Foreach));
        }
        Ok(Node::Foreach { item: item.root, source, body })
    }

    /// Blanks up to the end of the line and the line's end, if there is nothing else.
    fn rest_of_line(&mut self) {
        let rest = self.rest();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if rest[blanks..].starts_with(['\n', '\r']) {
            self.at += blanks;
            self.end_of_line();
        }
    }

    fn end_of_line(&mut self) {
        let _ = self.eat("\r\n") || self.eat("\n") || self.eat("\r");
    }
}

const DIRECTIVES: [&str; 9] =
    ["set", "if", "elseif", "else", "end", "foreach", "break", "stop", "return"];

/// The name behind a `#` (`name` or `{name}`), and how many bytes it takes.
fn directive_name(rest: &str) -> (&str, usize) {
    let word = |text: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'@';
        let starts =
            text.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'@');
        if starts { text.bytes().take_while(|byte| is_part(*byte)).count() } else { 0 }
    };
    if let Some(inner) = rest.strip_prefix('{') {
        let length = word(inner);
        if 0 < length && inner[length..].starts_with('}') {
            return (&inner[..length], length + 2);
        }
    }
    let length = word(rest);
    (&rest[..length], length)
}

/// The length of what stands in parentheses behind an unknown directive: it stays as it is.
fn literal_arguments(rest: &str, name: &str) -> usize {
    if name.is_empty() || !rest.trim_start_matches([' ', '\t']).starts_with('(') {
        return 0;
    }
    let mut depth = 0;
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') if depth == 1 => return at + 1,
            (None, b')') => depth -= 1,
            _ => {}
        }
    }
    0
}
