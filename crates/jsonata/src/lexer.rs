//! Text to tokens.

use crate::error::{Fault, Result, fault};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Name(String),
    /// Without its `$`; empty for `$` itself.
    Variable(String),
    Text(String),
    Number(f64),
    Bool(bool),
    Null,
    Regex {
        pattern: String,
        flags: String,
    },
    Operator(&'static str),
    End,
}

impl Token {
    /// The token as error messages show it.
    pub(crate) fn shown(&self) -> json::Value {
        match self {
            Token::Name(text) | Token::Variable(text) | Token::Text(text) => text.as_str().into(),
            Token::Number(number) => {
                json::Number::from_f64(*number).map_or(json::Value::NULL, json::Value::from)
            }
            Token::Bool(bool) => (*bool).into(),
            Token::Null => json::Value::NULL,
            Token::Regex { pattern, flags } => format!("/{pattern}/{flags}").into(),
            Token::Operator(operator) => (*operator).into(),
            Token::End => "(end)".into(),
        }
    }
}

const OPERATORS: [&str; 33] = [
    "..", ":=", "!=", ">=", "<=", "**", "~>", ".", "[", "]", "{", "}", "(", ")", ",", "@", "#",
    ";", ":", "?", "+", "-", "*", "/", "%", "|", "=", "<", ">", "^", "&", "!", "~",
];

const BLANK: [char; 5] = [' ', '\t', '\n', '\r', '\u{b}'];

pub(crate) struct Lexer<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        Lexer { source, at: 0 }
    }

    /// Byte offset after the last token.
    pub(crate) fn at(&self) -> u32 {
        self.at as u32
    }

    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    fn fail(&self, code: &'static str) -> Box<Fault> {
        fault(code).at(self.at())
    }

    /// After a value a slash divides; elsewhere it opens a regular expression.
    pub(crate) fn next(&mut self, after_value: bool) -> Result<Token> {
        self.skip_blank()?;
        let Some(first) = self.rest().chars().next() else { return Ok(Token::End) };
        match first {
            '/' if !after_value => return self.regex(),
            '"' | '\'' => return self.text(first),
            '`' => return self.quoted_name(),
            '0'..='9' => return self.number(),
            _ => {}
        }
        let operator = OPERATORS.iter().find(|operator| self.rest().starts_with(**operator));
        match operator {
            Some(operator) => {
                self.at += operator.len();
                Ok(Token::Operator(operator))
            }
            None => Ok(self.word()),
        }
    }

    fn skip_blank(&mut self) -> Result<()> {
        loop {
            self.at = self.source.len() - self.rest().trim_start_matches(BLANK).len();
            let Some(comment) = self.rest().strip_prefix("/*") else { return Ok(()) };
            let Some(end) = comment.find("*/") else {
                self.at = self.source.len();
                return Err(self.fail("S0106"));
            };
            self.at += end + 4;
        }
    }

    fn regex(&mut self) -> Result<Token> {
        self.at += 1;
        let (mut depth, mut escaped) = (0_i32, false);
        for (offset, char) in self.rest().char_indices() {
            match char {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                '/' if depth == 0 => {
                    let pattern = &self.rest()[..offset];
                    if pattern.is_empty() {
                        return Err(self.fail("S0301"));
                    }
                    self.at += offset + 1;
                    let flags =
                        self.rest().len() - self.rest().trim_start_matches(['i', 'm']).len();
                    let flags = &self.rest()[..flags];
                    self.at += flags.len();
                    return Ok(Token::Regex {
                        pattern: pattern.to_owned(),
                        flags: flags.to_owned(),
                    });
                }
                _ => {}
            }
        }
        Err(self.fail("S0302"))
    }

    fn text(&mut self, quote: char) -> Result<Token> {
        self.at += 1;
        let mut text = String::new();
        while let Some(char) = self.rest().chars().next() {
            self.at += char.len_utf8();
            if char == quote {
                return Ok(Token::Text(text));
            }
            text.push(if char == '\\' { self.escape()? } else { char });
        }
        Err(self.fail("S0101"))
    }

    fn escape(&mut self) -> Result<char> {
        let Some(kind) = self.rest().chars().next() else {
            return Err(self.fail("S0103").token(""));
        };
        if kind == 'u' {
            self.at += 1;
            return self.unicode_escape();
        }
        let meant = match kind {
            '"' | '\'' | '\\' | '/' => kind,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => return Err(self.fail("S0103").token(kind.to_string())),
        };
        self.at += kind.len_utf8();
        Ok(meant)
    }

    /// Surrogates must come in pairs: strings hold Unicode text only.
    fn unicode_escape(&mut self) -> Result<char> {
        let high = self.hex_digits()?;
        if let Some(char) = char::from_u32(high) {
            return Ok(char);
        }
        let low = if self.rest().starts_with("\\u") {
            self.at += 2;
            self.hex_digits()?
        } else {
            0
        };
        let pair = [high as u16, low as u16];
        match char::decode_utf16(pair).next() {
            Some(Ok(char)) => Ok(char),
            _ => Err(self.fail("S0104")),
        }
    }

    fn hex_digits(&mut self) -> Result<u32> {
        let digits =
            self.rest().get(..4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(digits) = digits else { return Err(self.fail("S0104")) };
        self.at += 4;
        Ok(u32::from_str_radix(digits, 16).unwrap_or_default())
    }

    fn number(&mut self) -> Result<Token> {
        let bytes = self.rest().as_bytes();
        let digits = |from: usize| {
            from + bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count()
        };
        let mut end = if bytes[0] == b'0' { 1 } else { digits(0) };
        if bytes.get(end) == Some(&b'.') && end + 1 < digits(end + 1) {
            end = digits(end + 1);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let from = end + 1 + sign;
            if from <= bytes.len() && from < digits(from) {
                end = digits(from);
            }
        }
        let text = &self.rest()[..end];
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                self.at += end;
                Ok(Token::Number(number))
            }
            _ => Err(self.fail("S0102").token(text)),
        }
    }

    fn quoted_name(&mut self) -> Result<Token> {
        let name = &self.rest()[1..];
        let Some(end) = name.find('`') else {
            self.at = self.source.len();
            return Err(self.fail("S0105"));
        };
        self.at += end + 2;
        Ok(Token::Name(name[..end].to_owned()))
    }

    fn word(&mut self) -> Token {
        let ends = |char: char| {
            BLANK.contains(&char) || OPERATORS.iter().any(|o| o.len() == 1 && o.starts_with(char))
        };
        let word = self.rest();
        let word = &word[..word.find(ends).unwrap_or(word.len())];
        self.at += word.len();
        if let Some(variable) = word.strip_prefix('$') {
            return Token::Variable(variable.to_owned());
        }
        match word {
            "or" => Token::Operator("or"),
            "in" => Token::Operator("in"),
            "and" => Token::Operator("and"),
            "true" => Token::Bool(true),
            "false" => Token::Bool(false),
            "null" => Token::Null,
            _ => Token::Name(word.to_owned()),
        }
    }
}
