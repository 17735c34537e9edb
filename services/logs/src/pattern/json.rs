//! `{ $.status >= 500 && ($.user.name = "a*" || $.tags[0] NOT EXISTS) }`

use ::json::{Kind, Value};

use super::Invalid;
use super::scan::{Scanner, Test};

/// How deep parentheses nest.
const DEPTH_MAX: usize = 50;

#[derive(Debug)]
pub(crate) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Holds(Vec<Step>, Check),
}

/// One step from a value into it.
#[derive(Debug)]
pub(crate) enum Step {
    Member(String),
    Item(usize),
    AnyItem,
}

#[derive(Debug)]
pub(crate) enum Check {
    Passes(Test),
    IsTrue,
    IsFalse,
    IsNull,
    Exists,
    IsAbsent,
}

impl Condition {
    pub(super) fn parse(text: &str) -> Result<Self, Invalid> {
        let mut scanner = Scanner::new(text);
        if !scanner.take("{") {
            return Err(Invalid);
        }
        let condition = any(&mut scanner, DEPTH_MAX)?;
        if !scanner.take("}") {
            return Err(Invalid);
        }
        scanner.skip_blank();
        if scanner.is_at_end() { Ok(condition) } else { Err(Invalid) }
    }

    pub(super) fn matches(&self, message: &str) -> bool {
        let value = Value::parse(message.trim()).ok();
        value.filter(|value| value.kind() == Kind::Object).is_some_and(|value| self.holds(&value))
    }

    fn holds(&self, value: &Value) -> bool {
        match self {
            Condition::All(parts) => parts.iter().all(|part| part.holds(value)),
            Condition::Any(parts) => parts.iter().any(|part| part.holds(value)),
            Condition::Holds(path, check) => {
                let mut found = Vec::new();
                walk(value.clone(), path, &mut found);
                match check {
                    Check::IsAbsent => found.is_empty(),
                    _ => found.iter().any(|value| check.holds(value)),
                }
            }
        }
    }
}

impl Check {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Check::IsTrue => value.as_bool() == Some(true),
            Check::IsFalse => value.as_bool() == Some(false),
            Check::IsNull => value.is_null(),
            Check::Exists => true,
            Check::IsAbsent => false,
            Check::Passes(test) => match value.kind() {
                Kind::String => test.passes(value.as_str().unwrap_or_default(), None),
                Kind::Number | Kind::Bool => test.passes(&value.to_string(), value.as_f64()),
                Kind::Null | Kind::Array | Kind::Object => false,
            },
        }
    }
}

fn walk(value: Value, path: &[Step], found: &mut Vec<Value>) {
    let Some((step, rest)) = path.split_first() else { return found.push(value) };
    match step {
        Step::Member(name) => {
            value.get(name).into_iter().for_each(|value| walk(value, rest, found));
        }
        Step::Item(place) => {
            value.at(*place).into_iter().for_each(|value| walk(value, rest, found));
        }
        Step::AnyItem => value.items().for_each(|value| walk(value, rest, found)),
    }
}

fn any(scanner: &mut Scanner<'_>, depth: usize) -> Result<Condition, Invalid> {
    let mut parts = vec![all(scanner, depth)?];
    while scanner.take("||") {
        parts.push(all(scanner, depth)?);
    }
    Ok(Condition::Any(parts))
}

fn all(scanner: &mut Scanner<'_>, depth: usize) -> Result<Condition, Invalid> {
    let mut parts = vec![one(scanner, depth)?];
    while scanner.take("&&") {
        parts.push(one(scanner, depth)?);
    }
    Ok(Condition::All(parts))
}

fn one(scanner: &mut Scanner<'_>, depth: usize) -> Result<Condition, Invalid> {
    if scanner.take("(") {
        let condition = any(scanner, depth.checked_sub(1).ok_or(Invalid)?)?;
        return if scanner.take(")") { Ok(condition) } else { Err(Invalid) };
    }
    let path = path(scanner)?;
    Ok(Condition::Holds(path, check(scanner)?))
}

fn check(scanner: &mut Scanner<'_>) -> Result<Check, Invalid> {
    if scanner.take("NOT") {
        return if scanner.take("EXISTS") { Ok(Check::IsAbsent) } else { Err(Invalid) };
    }
    if scanner.take("EXISTS") {
        return Ok(Check::Exists);
    }
    if scanner.take("IS") {
        let words = [("TRUE", Check::IsTrue), ("FALSE", Check::IsFalse), ("NULL", Check::IsNull)];
        let found = words.into_iter().find(|(word, _)| scanner.take(word));
        return found.map(|(_, check)| check).ok_or(Invalid);
    }
    Test::parse(scanner, &['}', ')', '&', '|']).map(Check::Passes)
}

/// `$.a.b[0]['c d'][*]`
fn path(scanner: &mut Scanner<'_>) -> Result<Vec<Step>, Invalid> {
    if !scanner.take("$") {
        return Err(Invalid);
    }
    let mut path = Vec::new();
    loop {
        match scanner.peek() {
            Some('.') => {
                scanner.take(".");
                if scanner.peek() == Some('[') {
                    continue;
                }
                let of_name = |letter: char| {
                    letter.is_alphanumeric() || matches!(letter, '_' | '-' | '@' | ':' | '/')
                };
                match scanner.word(of_name) {
                    "" => return Err(Invalid),
                    name => path.push(Step::Member(name.to_owned())),
                }
            }
            Some('[') => {
                scanner.take("[");
                path.push(bracket(scanner)?);
                if !scanner.take("]") {
                    return Err(Invalid);
                }
            }
            _ if path.is_empty() => return Err(Invalid),
            _ => return Ok(path),
        }
    }
}

fn bracket(scanner: &mut Scanner<'_>) -> Result<Step, Invalid> {
    scanner.skip_blank();
    match scanner.peek() {
        Some(mark @ ('\'' | '"')) => scanner.quoted(mark).map(Step::Member),
        Some('*') if scanner.take("*") => Ok(Step::AnyItem),
        _ => {
            let digits = scanner.word(|letter| letter.is_ascii_digit());
            digits.parse().map(Step::Item).map_err(|_| Invalid)
        }
    }
}
