//! The scanner: JSON text to tokens with their places, with Jackson's messages.
//!
//! Both the value parser of this crate and the definition parser of `asl` (which needs spans) read
//! through it, so that a text is well-formed to both or to neither.

use std::borrow::Cow;

use crate::parse::ParseError;

/// One token; [`Scanner::at`] before and after a call gives its span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    Colon,
    Comma,
    String(Text<'a>),
    Number(&'a str),
    True,
    False,
    Null,
    End,
}

/// A string as it stands between its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a> {
    pub raw: &'a str,
    /// Whether `raw` holds an escape (its value is then not `raw`).
    pub escaped: bool,
}

impl<'a> Text<'a> {
    /// The string that is meant. The scanner has checked the escapes.
    pub fn value(&self) -> Cow<'a, str> {
        if !self.escaped {
            return Cow::Borrowed(self.raw);
        }
        let mut out = String::with_capacity(self.raw.len());
        unescape(self.raw, 0, &mut out).expect("the scanner has checked the escapes");
        Cow::Owned(out)
    }
}

/// Reads tokens one by one. It knows characters, not grammar: the parser above it does.
#[derive(Debug)]
pub struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

const EXPECTED_VALUE: &str =
    "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str) -> Self {
        Scanner { text, at: 0 }
    }

    /// Byte offset of the next unread character.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Skips white space, so that [`Scanner::at`] is where the next token starts.
    pub fn skip_blank(&mut self) {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The next character that isn't blank, unread.
    pub fn peek(&mut self) -> Option<u8> {
        self.skip_blank();
        self.text.as_bytes().get(self.at).copied()
    }

    /// A field name, which is what must stand here.
    pub fn name(&mut self) -> Result<Text<'a>, ParseError> {
        if self.peek() == Some(b'"')
            && let Token::String(name) = self.string()?
        {
            return Ok(name);
        }
        Err(self.unexpected(self.at, "was expecting double-quote to start field name"))
    }

    pub fn token(&mut self) -> Result<Token<'a>, ParseError> {
        self.skip_blank();
        let Some(&byte) = self.text.as_bytes().get(self.at) else {
            return Ok(Token::End);
        };
        let single = match byte {
            b'{' => Token::ObjectStart,
            b'}' => Token::ObjectEnd,
            b'[' => Token::ArrayStart,
            b']' => Token::ArrayEnd,
            b':' => Token::Colon,
            b',' => Token::Comma,
            b'"' => return self.string(),
            b'-' | b'0'..=b'9' => return self.number(),
            _ => return self.word(),
        };
        self.at += 1;
        Ok(single)
    }

    fn string(&mut self) -> Result<Token<'a>, ParseError> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut escaped = false;
        let mut end = start;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    end += 2;
                }
                Some(&control) if control < 0x20 => {
                    let message = format!(
                        "Illegal unquoted character ((CTRL-CHAR, code {control})): has to be escaped using backslash to be included in string value"
                    );
                    return Err(ParseError::new(message, end));
                }
                Some(_) => end += 1,
                None => {
                    let message =
                        "Unexpected end-of-input: was expecting closing quote for a string value";
                    return Err(ParseError::new(message, self.text.len()));
                }
            }
        }
        let raw = &self.text[start..end];
        if escaped {
            unescape(raw, start, &mut String::new())?;
        }
        self.at = end + 1;
        Ok(Token::String(Text { raw, escaped }))
    }

    fn number(&mut self) -> Result<Token<'a>, ParseError> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut end = start;
        let digits = |end: &mut usize| {
            let from = *end;
            while bytes.get(*end).is_some_and(u8::is_ascii_digit) {
                *end += 1;
            }
            *end - from
        };
        if bytes[end] == b'-' {
            end += 1;
        }
        let leading_zero = bytes.get(end) == Some(&b'0');
        let whole = digits(&mut end);
        if whole == 0 {
            return Err(self.unexpected(
                end,
                "expected digit (0-9) to follow minus sign, for valid numeric value",
            ));
        }
        if leading_zero && 1 < whole {
            return Err(ParseError::new(
                "Invalid numeric value: Leading zeroes not allowed",
                start,
            ));
        }
        if bytes.get(end) == Some(&b'.') {
            end += 1;
            if digits(&mut end) == 0 {
                return Err(self.unexpected(end, "Decimal point not followed by a digit"));
            }
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            end += 1;
            if matches!(bytes.get(end), Some(b'+' | b'-')) {
                end += 1;
            }
            if digits(&mut end) == 0 {
                return Err(self.unexpected(end, "Exponent indicator not followed by a digit"));
            }
        }
        if !matches!(
            bytes.get(end),
            None | Some(b' ' | b'\t' | b'\n' | b'\r' | b',' | b']' | b'}' | b':')
        ) {
            let message = "Expected space separating root-level values";
            return Err(self.unexpected(end, message));
        }
        self.at = end;
        Ok(Token::Number(&self.text[start..end]))
    }

    fn word(&mut self) -> Result<Token<'a>, ParseError> {
        let rest = &self.text[self.at..];
        let length = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
            .unwrap_or(rest.len());
        let word = &rest[..length];
        let token = match word {
            "true" => Token::True,
            "false" => Token::False,
            "null" => Token::Null,
            "" => {
                return Err(
                    self.unexpected(self.at, "expected a valid value ".to_owned() + EXPECTED_VALUE)
                );
            }
            _ => {
                let message =
                    format!("Unrecognized token '{word}': was expecting {EXPECTED_VALUE}");
                return Err(ParseError::new(message, self.at));
            }
        };
        self.at += length;
        Ok(token)
    }

    /// Jackson's words for a character that can't stand where it does.
    pub fn unexpected(&self, at: usize, expectation: impl Into<String>) -> ParseError {
        let message = match self.text[at.min(self.text.len())..].chars().next() {
            Some(found) => {
                format!(
                    "Unexpected character ('{found}' (code {})): {}",
                    found as u32,
                    expectation.into()
                )
            }
            None => format!("Unexpected end-of-input: {}", expectation.into()),
        };
        ParseError::new(message, at)
    }
}

/// Appends what `raw` means to `out`; `offset` is where `raw` stands in the text, for errors.
fn unescape(raw: &str, offset: usize, out: &mut String) -> Result<(), ParseError> {
    let mut rest = raw;
    while let Some(backslash) = rest.find('\\') {
        out.push_str(&rest[..backslash]);
        let escape_at = offset + (raw.len() - rest.len()) + backslash;
        rest = &rest[backslash + 1..];
        let kind = rest.chars().next().ok_or_else(|| bad_escape('"', escape_at))?;
        rest = &rest[kind.len_utf8()..];
        out.push(match kind {
            '"' | '\\' | '/' => kind,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => unicode_escape(&mut rest, escape_at)?,
            other => return Err(bad_escape(other, escape_at)),
        });
    }
    out.push_str(rest);
    Ok(())
}

fn unicode_escape(rest: &mut &str, at: usize) -> Result<char, ParseError> {
    let first = hex_digits(rest, at)?;
    if let Some(scalar) = char::from_u32(first) {
        return Ok(scalar);
    }
    let lone = || ParseError::new("Unpaired surrogate in a string value", at);
    let after = rest.strip_prefix("\\u").filter(|_| first < 0xdc00).ok_or_else(lone)?;
    *rest = after;
    let second = hex_digits(rest, at)?;
    let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400).ok_or_else(lone)?;
    char::from_u32(0x10000 + ((first - 0xd800) << 10) + low).ok_or_else(lone)
}

fn hex_digits(rest: &mut &str, at: usize) -> Result<u32, ParseError> {
    let digits = rest.get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    let Some(digits) = digits else {
        return Err(ParseError::new("expected a hex-digit for character escape sequence", at));
    };
    *rest = &rest[4..];
    Ok(u32::from_str_radix(digits, 16).expect("four hex digits"))
}

fn bad_escape(kind: char, at: usize) -> ParseError {
    ParseError::new(format!("Unrecognized character escape '{kind}' (code {})", kind as u32), at)
}
