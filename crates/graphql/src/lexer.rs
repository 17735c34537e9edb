//! Text to tokens, with their places.

use crate::ast::Offset;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One of `! $ & ( ) : = @ [ ] { | }`.
    Mark(u8),
    Spread,
    Name,
    Int,
    Float,
    String,
    BlockString,
    End,
    /// What is no token: a stray character, a string without its end.
    Bad,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: Offset,
    pub(crate) end: Offset,
}

#[derive(Debug)]
pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Lexer { text, at: 0 }
    }

    pub(crate) fn token(&mut self) -> Token {
        self.skip_ignored();
        let start = self.at;
        let bytes = self.text.as_bytes();
        let Some(&byte) = bytes.get(start) else {
            return Token { kind: Kind::End, start: start as Offset, end: start as Offset };
        };
        let kind = match byte {
            b'!' | b'$' | b'&' | b'(' | b')' | b':' | b'=' | b'@' | b'[' | b']' | b'{' | b'|'
            | b'}' => {
                self.at += 1;
                Kind::Mark(byte)
            }
            b'.' if bytes[start..].starts_with(b"...") => {
                self.at += 3;
                Kind::Spread
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                self.skip_while(|byte| byte == b'_' || byte.is_ascii_alphanumeric());
                Kind::Name
            }
            b'-' | b'0'..=b'9' => self.number(),
            b'"' if bytes[start..].starts_with(b"\"\"\"") => self.block_string(),
            b'"' => self.string(),
            _ => self.bad(),
        };
        Token { kind, start: start as Offset, end: self.at as Offset }
    }

    /// Commas are white space in GraphQL, and so is a byte order mark.
    fn skip_ignored(&mut self) {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r' | b',') => self.at += 1,
                Some(b'#') => self.skip_while(|byte| byte != b'\n' && byte != b'\r'),
                Some(0xef) if bytes[self.at..].starts_with("\u{feff}".as_bytes()) => self.at += 3,
                _ => return,
            }
        }
    }

    fn skip_while(&mut self, belongs: impl Fn(u8) -> bool) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().position(|byte| !belongs(*byte)).unwrap_or(rest.len());
    }

    fn digits(&mut self) -> usize {
        let from = self.at;
        self.skip_while(|byte| byte.is_ascii_digit());
        self.at - from
    }

    fn number(&mut self) -> Kind {
        let bytes = self.text.as_bytes();
        let mut kind = Kind::Int;
        if bytes[self.at] == b'-' {
            self.at += 1;
        }
        let leading_zero = bytes.get(self.at) == Some(&b'0');
        let whole = self.digits();
        if whole == 0 || (leading_zero && 1 < whole) {
            return Kind::Bad;
        }
        if bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            kind = Kind::Float;
            if self.digits() == 0 {
                return Kind::Bad;
            }
        }
        if matches!(bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            kind = Kind::Float;
            if matches!(bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Kind::Bad;
            }
        }
        kind
    }

    fn string(&mut self) -> Kind {
        let bytes = self.text.as_bytes();
        self.at += 1;
        loop {
            match bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Kind::String;
                }
                Some(b'\\') if self.at + 1 < bytes.len() => {
                    self.at += 1;
                    self.bad();
                }
                Some(b'\n' | b'\r' | b'\\') | None => return Kind::Bad,
                Some(_) => self.at += 1,
            }
        }
    }

    fn block_string(&mut self) -> Kind {
        self.at += 3;
        loop {
            let rest = &self.text[self.at..];
            let Some(quotes) = rest.find("\"\"\"") else {
                self.at = self.text.len();
                return Kind::Bad;
            };
            let escaped = rest[..quotes].ends_with('\\');
            self.at += quotes + 3;
            if !escaped {
                return Kind::BlockString;
            }
        }
    }

    /// Steps over one character of any length.
    fn bad(&mut self) -> Kind {
        self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        Kind::Bad
    }
}

/// What a string means; `None` if an escape in it doesn't exist.
pub(crate) fn string_value(raw: &str) -> Option<Box<str>> {
    let inner = &raw[1..raw.len() - 1];
    if !inner.contains('\\') {
        return Some(inner.into());
    }
    let mut value = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(letter) = rest.next() {
        if letter != '\\' {
            value.push(letter);
            continue;
        }
        value.push(match rest.next()? {
            escaped @ ('"' | '\\' | '/') => escaped,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => unicode_escape(&mut rest)?,
            _ => return None,
        });
    }
    Some(value.into())
}

/// `\uD83D\uDE00` is one character: a JSON encoder of a client writes it so.
fn unicode_escape(rest: &mut std::str::Chars<'_>) -> Option<char> {
    let first = hex(rest)?;
    if let Some(letter) = char::from_u32(first) {
        return Some(letter);
    }
    let follows = rest.next() == Some('\\') && rest.next() == Some('u');
    let low = hex(rest).filter(|_| follows)?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    char::from_u32(0x10000 + ((first.checked_sub(0xd800)?) << 10) + low)
}

fn hex(rest: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |value, _| Some(value * 16 + rest.next()?.to_digit(16)?))
}

/// What a block string means: without the indent that all its lines share, without blank lines around.
/// <https://spec.graphql.org/October2021/#BlockStringValue()>
pub(crate) fn block_string_value(raw: &str) -> Box<str> {
    let inner = raw[3..raw.len() - 3].replace("\\\"\"\"", "\"\"\"").replace("\r\n", "\n");
    let lines: Vec<&str> = inner.split(['\n', '\r']).collect();
    let indent_of = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let is_blank = |line: &&str| indent_of(line) == line.len();
    let indent =
        lines.iter().skip(1).filter(|line| !is_blank(line)).map(|line| indent_of(line)).min();
    let cut: Vec<&str> = lines
        .iter()
        .enumerate()
        .map(|(i, line)| if i == 0 { line } else { line.get(indent.unwrap_or(0)..).unwrap_or("") })
        .collect();
    let first = cut.iter().position(|line| !is_blank(line)).unwrap_or(cut.len());
    let last = cut.iter().rposition(|line| !is_blank(line)).map_or(first, |last| last + 1);
    cut[first..last].join("\n").into()
}
