//! `[ip, user, ..., status = 4*, bytes > 1000]` over messages whose fields are separated by blanks.

use super::Invalid;
use super::scan::{Scanner, Test};

#[derive(Debug)]
pub(crate) struct Fields {
    before: Vec<Field>,
    /// Behind `...`; without that a message has exactly the fields before.
    after: Option<Vec<Field>>,
}

/// Alternatives, of which each is a list of tests that all have to pass; none for a field without conditions.
#[derive(Debug, Default)]
struct Field(Vec<Vec<Test>>);

impl Fields {
    pub(super) fn parse(text: &str) -> Result<Self, Invalid> {
        let mut scanner = Scanner::new(text);
        if !scanner.take("[") {
            return Err(Invalid);
        }
        let mut fields = Fields { before: Vec::new(), after: None };
        if !scanner.take("]") {
            loop {
                if scanner.take("...") {
                    if fields.after.replace(Vec::new()).is_some() {
                        return Err(Invalid);
                    }
                } else {
                    let field = Field::parse(&mut scanner)?;
                    fields.after.as_mut().unwrap_or(&mut fields.before).push(field);
                }
                if scanner.take("]") {
                    break;
                }
                if !scanner.take(",") {
                    return Err(Invalid);
                }
            }
        }
        scanner.skip_blank();
        if scanner.is_at_end() { Ok(fields) } else { Err(Invalid) }
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        let values = split(message);
        let after = self.after.as_deref().unwrap_or_default();
        let named = self.before.len() + after.len();
        let fits = match self.after {
            Some(_) => named <= values.len(),
            None => named == values.len(),
        };
        fits && self.before.iter().zip(&values).all(|(field, value)| field.matches(value))
            && after
                .iter()
                .rev()
                .zip(values.iter().rev())
                .all(|(field, value)| field.matches(value))
    }
}

impl Field {
    fn parse(scanner: &mut Scanner<'_>) -> Result<Self, Invalid> {
        let mut field = Field::default();
        let mut tests = Vec::new();
        loop {
            scanner.skip_blank();
            let of_name =
                |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
            if scanner.word(of_name).is_empty() {
                return Err(Invalid);
            }
            scanner.skip_blank();
            if matches!(scanner.peek(), Some(',' | ']')) && tests.is_empty() && field.0.is_empty() {
                return Ok(field);
            }
            tests.push(Test::parse(scanner, &[',', ']', '&', '|'])?);
            if scanner.take("&&") {
                continue;
            }
            field.0.push(std::mem::take(&mut tests));
            if !scanner.take("||") {
                return Ok(field);
            }
        }
    }

    fn matches(&self, value: &str) -> bool {
        let number = value.parse().ok();
        let passes = |tests: &Vec<Test>| tests.iter().all(|test| test.passes(value, number));
        self.0.is_empty() || self.0.iter().any(passes)
    }
}

/// Fields end at blanks, unless they stand in quotes or brackets, which are no part of them.
fn split(message: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let mut rest = message.trim_start();
    while !rest.is_empty() {
        let closing = match rest.as_bytes()[0] {
            b'"' => Some('"'),
            b'[' => Some(']'),
            _ => None,
        };
        let closed = closing.and_then(|mark| Some((1, rest[1..].find(mark)? + 1, 1)));
        let plain = || (0, rest.find(char::is_whitespace).unwrap_or(rest.len()), 0);
        let (start, end, mark_length) = closed.unwrap_or_else(plain);
        fields.push(&rest[start..end]);
        rest = rest[end + mark_length..].trim_start();
    }
    fields
}
