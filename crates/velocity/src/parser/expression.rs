//! What stands in the parentheses of directives: operators by precedence, and literals.

use crate::error::Error;
use crate::program::{Expression, Operator};

use super::Parser;
use super::fault::Within;

use Operator::{
    Add, And, Divide, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Multiply, Or, Remainder,
    Subtract, Unequal,
};

/// From the weakest binding to the strongest; longer signs before those they begin with.
const LEVELS: [&[(&str, Operator)]; 6] = [
    &[("||", Or), ("or", Or)],
    &[("&&", And), ("and", And)],
    &[("==", Equal), ("eq", Equal), ("!=", Unequal), ("ne", Unequal)],
    &[
        ("<=", LessOrEqual),
        ("<", Less),
        (">=", GreaterOrEqual),
        (">", Greater),
        ("lt", Less),
        ("le", LessOrEqual),
        ("gt", Greater),
        ("ge", GreaterOrEqual),
    ],
    &[("+", Add), ("-", Subtract)],
    &[("*", Multiply), ("/", Divide), ("%", Remainder)],
];

impl Parser<'_> {
    /// White space, line ends included; whether there was any.
    pub(super) fn skip_blank(&mut self) -> bool {
        let rest = self.rest();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        self.at += blanks;
        0 < blanks
    }

    pub(super) fn expression(&mut self) -> Result<Expression, Error> {
        self.descend()?;
        let expression = self.binary(0)?;
        self.depth -= 1;
        Ok(expression)
    }

    fn binary(&mut self, level: usize) -> Result<Expression, Error> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        loop {
            let before = self.at;
            self.skip_blank();
            let Some(operator) = self.operator(operators) else {
                self.at = before;
                return Ok(left);
            };
            let right = self.binary(level + 1)?;
            left = Expression::Binary(operator, Box::new((left, right)));
        }
    }

    fn operator(&mut self, operators: &[(&str, Operator)]) -> Option<Operator> {
        let rest = self.rest();
        let fits = |sign: &str| {
            let Some(behind) = rest.strip_prefix(sign) else { return false };
            let is_word = sign.as_bytes()[0].is_ascii_alphabetic();
            !is_word || !behind.starts_with(|char: char| char.is_ascii_alphanumeric())
        };
        let (sign, operator) = operators.iter().find(|(sign, _)| fits(sign))?;
        self.at += sign.len();
        Some(*operator)
    }

    fn unary(&mut self) -> Result<Expression, Error> {
        self.skip_blank();
        let negated = if self.rest().starts_with("!=") {
            false
        } else {
            self.eat("!") || self.eat_word("not")
        };
        if !negated {
            return self.primary();
        }
        self.descend()?;
        let operand = self.unary()?;
        self.depth -= 1;
        Ok(Expression::Not(Box::new(operand)))
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let behind = self.rest().strip_prefix(word);
        let is_part = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let found = behind.is_some_and(|behind| !behind.starts_with(is_part));
        if found {
            self.at += word.len();
        }
        found
    }

    fn primary(&mut self) -> Result<Expression, Error> {
        let at = self.at;
        match self.peek() {
            Some(b'$') => {
                let reference = self.reference()?;
                reference.map(Expression::Reference).ok_or_else(|| self.encountered_operand(at))
            }
            Some(b'"') => self.double_quoted(),
            Some(b'\'') => self.single_quoted(),
            Some(b'[') => self.list_or_range(),
            Some(b'{') => self.map(),
            Some(b'(') => {
                self.at += 1;
                let inner = self.expression()?;
                let blank = self.skip_blank();
                if !self.eat(")") {
                    return Err(self.encountered_operator(self.at, blank));
                }
                Ok(inner)
            }
            Some(byte) if byte.is_ascii_digit() || byte == b'-' || byte == b'.' => self.number(),
            _ if self.eat_word("true") => Ok(Expression::Bool(true)),
            _ if self.eat_word("false") => Ok(Expression::Bool(false)),
            _ if self.eat_word("null") => Ok(Expression::Null),
            _ => Err(self.encountered_operand(at)),
        }
    }

    fn number(&mut self) -> Result<Expression, Error> {
        let at = self.at;
        let bytes = self.text.as_bytes();
        let digits =
            |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let whole_from = at + usize::from(bytes[at] == b'-');
        let whole = digits(whole_from);
        let mut end = whole_from + whole;
        let mut fraction = 0;
        // Two dots belong to a range.
        if bytes.get(end) == Some(&b'.') && bytes.get(end + 1) != Some(&b'.') {
            fraction = digits(end + 1);
            if 0 < fraction || 0 < whole {
                end += 1 + fraction;
            }
        }
        if whole + fraction == 0 {
            return Err(self.encountered_operand(at));
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits((end + 1 + sign).min(bytes.len()));
            if 0 < exponent {
                end += 1 + sign + exponent;
            }
        }
        self.at = end;
        let text = &self.text[at..end];
        if let Ok(int) = text.parse() {
            return Ok(Expression::Int(int));
        }
        text.parse().map(Expression::Float).map_err(|_| self.encountered_operand(at))
    }

    /// The content up to the closing quote, which doubled stands for itself.
    fn quoted(&mut self, quote: char) -> Result<String, Error> {
        let at = self.at;
        self.at += 1;
        let mut content = String::new();
        loop {
            let rest = self.rest();
            let Some(length) = rest.find(quote) else {
                return Err(self.encountered_operand(at));
            };
            content.push_str(&rest[..length]);
            self.at += length + 1;
            if !self.rest().starts_with(quote) {
                return Ok(content);
            }
            content.push(quote);
            self.at += 1;
        }
    }

    fn single_quoted(&mut self) -> Result<Expression, Error> {
        Ok(Expression::Text(self.quoted('\'')?.into()))
    }

    /// `\u0041` stands for a character; no other backslash means anything.
    fn double_quoted(&mut self) -> Result<Expression, Error> {
        let at = self.at;
        let mut content = self.quoted('"')?;
        if content.contains("\\u") {
            content = unescaped(&content);
        }
        if !content.contains(['$', '#']) {
            return Ok(Expression::Text(content.into()));
        }
        let base = self.base + at + 1;
        let mut inner = Parser::new(self.source, &content, base, self.depth, self.names);
        let (block, ended) = inner.block()?;
        if ended.kind != super::Terminator::Eof {
            return Err(inner.encountered_block(ended.at, Within::Template));
        }
        Ok(Expression::Interpolated(block))
    }

    fn list_or_range(&mut self) -> Result<Expression, Error> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_blank();
        if self.eat("]") {
            return Ok(Expression::List(items));
        }
        loop {
            items.push(self.expression()?);
            self.skip_blank();
            if items.len() == 1 && self.eat("..") {
                let to = self.expression()?;
                self.skip_blank();
                if !self.eat("]") {
                    return Err(self.encountered(self.at, &["\"]\" ...", "<WHITESPACE> ..."]));
                }
                let from = items.pop().unwrap_or(Expression::Null);
                return Ok(Expression::Range(Box::new((from, to))));
            }
            if self.eat("]") {
                return Ok(Expression::List(items));
            }
            if !self.eat(",") {
                return Err(self.encountered(self.at, &["\",\" ...", "\"]\" ..."]));
            }
        }
    }

    fn map(&mut self) -> Result<Expression, Error> {
        self.at += 1;
        let mut members = Vec::new();
        self.skip_blank();
        if self.eat("}") {
            return Ok(Expression::Map(members));
        }
        loop {
            let key = self.expression()?;
            self.skip_blank();
            if !self.eat(":") {
                return Err(self.encountered(self.at, &["\":\" ...", "<WHITESPACE> ..."]));
            }
            let value = self.expression()?;
            members.push((key, value));
            self.skip_blank();
            if self.eat("}") {
                return Ok(Expression::Map(members));
            }
            if !self.eat(",") {
                return Err(self.encountered(self.at, &["\",\" ...", "\"}\" ..."]));
            }
        }
    }
}

fn unescaped(content: &str) -> String {
    let mut text = String::new();
    let mut rest = content;
    while let Some(at) = rest.find("\\u") {
        text.push_str(&rest[..at]);
        let digits = rest.get(at + 2..at + 6).unwrap_or_default();
        match u32::from_str_radix(digits, 16).ok().and_then(char::from_u32) {
            Some(char) => {
                text.push(char);
                rest = &rest[at + 6..];
            }
            None => {
                text.push_str("\\u");
                rest = &rest[at + 2..];
            }
        }
    }
    text + rest
}
