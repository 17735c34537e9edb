//! Text → steps, by Jayway's grammar.
//!
//! Where Jayway's own parser is lax (`$.a]`, `$['a']b`) this one is too; what fields refuse beyond
//! that is `validate`'s business. Two things aren't Jayway's: `\` in a name without quotes keeps the
//! next character from ending it (States Language specification, reference paths), and `&&` and `||`
//! end a name in a filter even without a blank before them.

use std::sync::Arc;

use crate::path::function::{Argument, Function};
use crate::path::step::{Name, Slice, Step, Steps};
use crate::path::{PathError, Root, filter};

/// How deep filters, arguments and parentheses may nest.
const DEPTH_MAX: usize = 64;
/// How many steps a path may have: evaluation nests as deep.
const STEPS_MAX: usize = 500;

/// Where a path stands, which decides what ends a name without quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setting {
    /// Alone: the path goes on to the end of the text.
    Alone,
    /// An operand in a filter.
    Filter,
    /// An argument of a function.
    Argument,
}

/// Reads a whole path, with its root.
pub(crate) fn path(text: &str) -> Result<(Root, Steps), PathError> {
    let mut cursor = Cursor { text, at: 0, depth: 0 };
    cursor.skip_blanks();
    let root = cursor.root()?;
    cursor.text = text.trim_end_matches(' ');
    let steps = cursor.steps(Setting::Alone)?;
    match cursor.peek() {
        None => Ok((root, steps)),
        Some(_) => cursor.fail(format!("Could not parse token starting at position {}", cursor.at)),
    }
}

/// A place in the text of a path.
pub(crate) struct Cursor<'a> {
    pub(crate) text: &'a str,
    pub(crate) at: usize,
    depth: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Goes past `wanted` if it is next.
    pub(crate) fn take(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    /// Goes past what `wanted` accepts, and returns it.
    pub(crate) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    pub(crate) fn skip_blanks(&mut self) {
        self.take_while(|c| c == ' ');
    }

    pub(crate) fn expect(&mut self, wanted: &str) -> Result<(), PathError> {
        self.skip_blanks();
        if self.take(wanted) { Ok(()) } else { self.fail(format!("Expected character: {wanted}")) }
    }

    pub(crate) fn fail<T>(&self, message: impl Into<String>) -> Result<T, PathError> {
        Err(PathError { message: message.into(), position: self.at })
    }

    /// Runs `inner` one level deeper, or fails where that is too deep.
    pub(crate) fn nested<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, PathError>,
    ) -> Result<T, PathError> {
        if self.depth == DEPTH_MAX {
            return self.fail("Path is nested too deep");
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }

    fn root(&mut self) -> Result<Root, PathError> {
        if self.take("$$") {
            return Ok(Root::Context);
        }
        if !self.take("$") {
            return self.fail("Path must start with '$'");
        }
        let name = self.take_while(|c| c == '_' || c.is_alphanumeric());
        Ok(if name.is_empty() { Root::Data } else { Root::Variable(name.into()) })
    }

    /// Steps up to the end of the path: of the text, or of what the setting says.
    pub(crate) fn steps(&mut self, setting: Setting) -> Result<Steps, PathError> {
        let mut steps = Vec::new();
        if setting == Setting::Alone && !matches!(self.peek(), None | Some('.' | '[')) {
            return self
                .fail(format!("Illegal character at position {} expected '.' or '['", self.at));
        }
        loop {
            match self.peek() {
                None => break,
                Some('[') => steps.push(self.nested(Self::bracket)?),
                Some('.') => {
                    self.at += 1;
                    if self.take(".") {
                        steps.push(Step::Scan);
                    }
                    match self.peek() {
                        None => return self.fail("Path must not end with a '.' or '..'"),
                        Some('.') => {
                            return self.fail(format!(
                                "Character '.' on position {} is not valid.",
                                self.at
                            ));
                        }
                        Some('[') => {}
                        Some('*') => {
                            self.at += 1;
                            steps.push(Step::Wildcard);
                        }
                        Some(_) => steps.push(self.name(setting)?),
                    }
                }
                Some('*') => {
                    self.at += 1;
                    steps.push(Step::Wildcard);
                }
                Some(_) if setting == Setting::Alone => steps.push(self.name(setting)?),
                Some(_) => break,
            }
            if STEPS_MAX < steps.len() {
                return self.fail("Path has too many steps");
            }
        }
        Ok(function_of_scan(steps))
    }

    /// A name without quotes, or a call of a function.
    fn name(&mut self, setting: Setting) -> Result<Step, PathError> {
        let start = self.at;
        let mut name = String::new();
        while let Some(c) = self.peek() {
            if c == '(' {
                return self.call(&name);
            }
            if c == ' ' && setting == Setting::Alone {
                return self.fail(format!(
                    "Use bracket notion ['my prop'] if your property contains blank characters. position: {start}"
                ));
            }
            if ends_name(c, setting) {
                break;
            }
            self.at += c.len_utf8();
            match (c, self.peek()) {
                ('\\', Some(kept)) => {
                    self.at += kept.len_utf8();
                    name.push(kept);
                }
                (c, _) => name.push(c),
            }
        }
        if name.is_empty() {
            return self.fail(format!("Could not parse token starting at position {start}"));
        }
        Ok(Step::Name(Name { text: name.into(), quote: '\'' }))
    }

    fn call(&mut self, name: &str) -> Result<Step, PathError> {
        self.at += 1;
        let mut arguments = Vec::new();
        loop {
            self.take_while(|c| c.is_ascii_whitespace() || c == ',');
            match self.peek() {
                None => {
                    return self
                        .fail(format!("Arguments to function: '{name}' are not closed properly."));
                }
                Some(')') => break,
                Some(_) => arguments.extend(self.nested(Self::argument)?),
            }
        }
        self.at += 1;
        Ok(Step::Call(Function::named(name), arguments))
    }

    /// A path, or JSON that starts with a digit, `-`, `"` or `{`. Jayway passes over anything else.
    fn argument(&mut self) -> Result<Option<Argument>, PathError> {
        match self.peek() {
            Some('$' | '@') => {
                self.at += 1;
                Ok(Some(Argument::Path(self.steps(Setting::Argument)?)))
            }
            Some('"' | '{' | '-' | '0'..='9') => Ok(Some(Argument::Json(filter::literal(self)?))),
            Some('\'' | '[') => filter::literal(self).map(|_| None),
            _ => {
                self.next();
                self.take_while(|c| !matches!(c, ',' | ')'));
                Ok(None)
            }
        }
    }

    fn bracket(&mut self) -> Result<Step, PathError> {
        let start = self.at;
        self.at += 1;
        self.skip_blanks();
        match self.peek() {
            Some(quote @ ('\'' | '"')) => self.quoted_names(quote),
            Some('0'..='9' | '-' | ':') => self.numbers(),
            Some('*') => {
                self.at += 1;
                self.skip_blanks();
                if self.take("]") {
                    return Ok(Step::Wildcard);
                }
                self.fail(format!(
                    "Expected wildcard token to end with ']' on position {}",
                    self.at
                ))
            }
            Some('?') => {
                self.at += 1;
                self.expect("(")?;
                let filter = filter::parse(self)?;
                self.expect(")")?;
                self.expect("]")?;
                Ok(Step::Filter(Arc::new(filter)))
            }
            _ => self.fail(format!(
                "Could not parse token starting at position {start}. Expected ?, ', 0-9, * "
            )),
        }
    }

    fn quoted_names(&mut self, quote: char) -> Result<Step, PathError> {
        let mut names = Vec::new();
        loop {
            self.skip_blanks();
            if self.peek() != Some(quote) {
                return self.fail(format!("Found empty property at index {}", self.at));
            }
            let text = self.quoted(quote)?;
            names.push(Name { text: text.into(), quote });
            self.skip_blanks();
            match self.next() {
                Some(',') => {}
                Some(']') => break,
                Some(_) => {
                    return self.fail(format!(
                        "Property must be separated by comma or Property must be terminated close square bracket at index {}",
                        self.at - 1
                    ));
                }
                None => return self.fail("Property has not been closed - missing closing ]"),
            }
        }
        Ok(match <[Name; 1]>::try_from(names) {
            Ok([name]) => Step::Name(name),
            Err(names) => Step::Names(names),
        })
    }

    /// A text in quotes. A backslash keeps the quote from ending it and is otherwise itself: AWS
    /// finds `Test\""Name"` under `['Test\""Name"']` (recorded: `escape_sequence_parsing`).
    fn quoted(&mut self, quote: char) -> Result<String, PathError> {
        self.at += quote.len_utf8();
        let mut text = String::new();
        loop {
            match self.next() {
                None => {
                    return self
                        .fail(format!("Property has not been closed - missing closing {quote}"));
                }
                Some(c) if c == quote => return Ok(text),
                Some('\\') if self.peek() == Some(quote) => {
                    self.at += quote.len_utf8();
                    text.push(quote);
                }
                Some(c) => text.push(c),
            }
        }
    }

    /// `[0]`, `[0,2]`, `[1:3]`.
    fn numbers(&mut self) -> Result<Step, PathError> {
        let start = self.at - 1;
        let Some(end) = self.rest().find(']') else {
            return self.fail(format!(
                "Could not parse token starting at position {start}. Expected ?, ', 0-9, * "
            ));
        };
        let expression = self.rest()[..end].trim_matches(' ');
        let step = if expression.contains(':') { slice(expression) } else { indices(expression) };
        let Some(step) = step else {
            let operation = if expression.contains(':') { "Slice" } else { "ArrayIndex" };
            return self.fail(format!("Failed to parse {operation}Operation: {expression}"));
        };
        self.at += end + 1;
        Ok(step)
    }
}

fn ends_name(c: char, setting: Setting) -> bool {
    matches!(c, '.' | '[')
        || match setting {
            Setting::Alone => false,
            Setting::Filter => matches!(c, ' ' | ')' | '<' | '>' | '=' | '~' | '!' | '&' | '|'),
            Setting::Argument => matches!(c, ' ' | ')' | ','),
        }
}

fn slice(expression: &str) -> Option<Step> {
    let mut ends = expression.split(':').map(|end| (!end.is_empty()).then(|| integer(end)));
    let mut end = || match ends.next().flatten() {
        None => Some(None),
        Some(number) => number.map(Some),
    };
    let (from, to) = (end()?, end()?);
    (from.is_some() || to.is_some()).then_some(Step::Slice(Slice { from, to }))
}

fn indices(expression: &str) -> Option<Step> {
    let mut indices = Vec::new();
    for index in expression.split(',') {
        indices.push(integer(index.trim_matches(' '))?);
    }
    Some(match indices[..] {
        [index] => Step::Index(index),
        _ => Step::Indices(indices),
    })
}

/// A number that is too large for any array is still beyond its end.
fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let valid = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let beyond = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    valid.then(|| text.parse().unwrap_or(beyond))
}

/// `$..x.sum()` applies the function once, to all that the scan finds, not to each find.
fn function_of_scan(mut steps: Steps) -> Steps {
    if !matches!((steps.first(), steps.last()), (Some(Step::Scan), Some(Step::Call(..)))) {
        return steps;
    }
    let Some(place) = steps.iter().position(|step| matches!(step, Step::Call(..))) else {
        return steps;
    };
    let mut rest = steps.split_off(place);
    if let Some(Step::Call(_, arguments)) = rest.first_mut() {
        *arguments = vec![Argument::Path(steps)];
    }
    rest
}
