//! Text → call.

use json::{Kind, Value};

use crate::intrinsic::{Argument, Call, Function, NESTING_MAX};
use crate::path::{Path, PathError};

/// A whole text that is one call.
pub(super) fn call(text: &str) -> Result<Call, PathError> {
    let mut cursor = Cursor { text, at: 0 };
    cursor.skip_blanks();
    let call = cursor.call(1)?;
    cursor.skip_blanks();
    match cursor.rest() {
        "" => Ok(call),
        rest => cursor.fail(format!("Unexpected '{rest}' after the function call")),
    }
}

/// What a backslash may stand before.
pub(super) fn is_escapable(c: char) -> bool {
    matches!(c, '\'' | '{' | '}' | '\\')
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len();
        }
        found
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, PathError> {
        Err(PathError { message: message.into(), position: self.at })
    }

    fn call(&mut self, depth: usize) -> Result<Call, PathError> {
        if NESTING_MAX < depth {
            return self.fail(format!("Intrinsic functions nest deeper than {NESTING_MAX}"));
        }
        let rest = self.rest();
        let end = rest.find(|c: char| c != '.' && !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let name = rest[..end].strip_prefix("States.");
        let function = name.and_then(|name| Function::ALL.into_iter().find(|f| f.name() == name));
        let Some(function) = function else {
            return self.fail(format!("'{}' is not an intrinsic function", &rest[..end]));
        };
        self.at += end;
        if !self.take("(") {
            return self.fail("Expected '('");
        }
        let arguments = self.arguments(depth)?;
        let (least, most) = function.arity();
        if arguments.len() < least || most < arguments.len() {
            let (name, count) = (function.name(), arguments.len());
            return self.fail(format!("States.{name} doesn't take {count} arguments"));
        }
        Ok(Call { function, arguments })
    }

    fn arguments(&mut self, depth: usize) -> Result<Vec<Argument>, PathError> {
        let mut arguments = Vec::new();
        self.skip_blanks();
        if self.take(")") {
            return Ok(arguments);
        }
        loop {
            self.skip_blanks();
            arguments.push(self.argument(depth)?);
            self.skip_blanks();
            if self.take(")") {
                return Ok(arguments);
            }
            if !self.take(",") {
                return self.fail("Expected ',' or ')'");
            }
        }
    }

    fn argument(&mut self, depth: usize) -> Result<Argument, PathError> {
        match self.rest().chars().next() {
            Some('\'') => self.quoted(),
            Some('$') => {
                let text = self.path();
                let path = Path::parse(text).map_err(|error| PathError {
                    position: self.at - text.len() + error.position,
                    ..error
                })?;
                Ok(Argument::Path(path))
            }
            Some('S') => self.call(depth + 1).map(Argument::Call),
            _ => {
                let rest = self.rest();
                let end = rest
                    .find(|c: char| matches!(c, ',' | ')') || c.is_whitespace())
                    .unwrap_or(rest.len());
                match Value::parse(&rest[..end]) {
                    Ok(value) if matches!(value.kind(), Kind::Number | Kind::Bool | Kind::Null) => {
                        self.at += end;
                        Ok(Argument::Literal(value))
                    }
                    Ok(_) | Err(_) => self.fail(format!("'{}' is not an argument", &rest[..end])),
                }
            }
        }
    }

    /// `'…'`, in which a backslash takes the meaning from `'`, `{`, `}` and itself. Before anything
    /// else it stands for itself, and [`Intrinsic::is_well_escaped`](super::Intrinsic::is_well_escaped)
    /// tells.
    fn quoted(&mut self) -> Result<Argument, PathError> {
        self.at += 1;
        let (mut value, mut escaped) = (String::new(), String::new());
        let mut characters = self.rest().char_indices();
        while let Some((place, c)) = characters.next() {
            match c {
                '\'' => {
                    self.at += place + 1;
                    return Ok(Argument::Text { value: value.into(), escaped: escaped.into() });
                }
                '\\' => {
                    let Some((_, next)) = characters.next() else { break };
                    if !is_escapable(next) {
                        value.push('\\');
                    }
                    value.push(next);
                    escaped.extend(['\\', next]);
                }
                c => {
                    value.push(c);
                    escaped.push(c);
                }
            }
        }
        self.fail("A quoted argument isn't closed")
    }

    /// A path goes on to a comma or parenthesis that is outside of its brackets and calls.
    fn path(&mut self) -> &'a str {
        let rest = self.rest();
        let (mut brackets, mut parentheses) = (0usize, 0usize);
        let mut quote = None;
        let mut escaped = false;
        let mut end = rest.len();
        for (place, c) in rest.char_indices() {
            match (quote, c) {
                _ if escaped => escaped = false,
                (_, '\\') => escaped = true,
                (Some(open), c) if c == open => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') if 0 < brackets + parentheses => quote = Some(c),
                (None, '[') => brackets += 1,
                (None, ']') => brackets = brackets.saturating_sub(1),
                (None, '(') => parentheses += 1,
                (None, ')') if 0 < parentheses => parentheses -= 1,
                (None, ',' | ')') if brackets == 0 && parentheses == 0 => {
                    end = place;
                    break;
                }
                (None, _) => {}
            }
        }
        let text = rest[..end].trim_end();
        self.at += text.len();
        text
    }
}
