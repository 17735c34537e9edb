//! Text → filter.

use std::sync::Arc;

use json::Value;
use regex::Regex;

use crate::path::PathError;
use crate::path::filter::{Filter, Inner, Operand, Relation};
use crate::path::parse::{Cursor, Setting};

/// What stands between the parentheses of `[?(…)]`.
pub(crate) fn parse(cursor: &mut Cursor<'_>) -> Result<Filter, PathError> {
    let filters = separated(cursor, "||", conjunction)?;
    Ok(one_or(filters, Filter::Or))
}

fn conjunction(cursor: &mut Cursor<'_>) -> Result<Filter, PathError> {
    let filters = separated(cursor, "&&", condition)?;
    Ok(one_or(filters, Filter::And))
}

fn separated(
    cursor: &mut Cursor<'_>,
    separator: &str,
    part: impl Fn(&mut Cursor<'_>) -> Result<Filter, PathError>,
) -> Result<Vec<Filter>, PathError> {
    let mut parts = vec![part(cursor)?];
    loop {
        cursor.skip_blanks();
        if !cursor.take(separator) {
            return Ok(parts);
        }
        parts.push(part(cursor)?);
    }
}

fn one_or(parts: Vec<Filter>, many: fn(Vec<Filter>) -> Filter) -> Filter {
    match <[Filter; 1]>::try_from(parts) {
        Ok([filter]) => filter,
        Err(filters) => many(filters),
    }
}

fn condition(cursor: &mut Cursor<'_>) -> Result<Filter, PathError> {
    cursor.skip_blanks();
    if cursor.take("(") {
        let filter = cursor.nested(parse)?;
        cursor.expect(")")?;
        return Ok(filter);
    }
    let negated = cursor.take("!");
    cursor.skip_blanks();
    if negated && !matches!(cursor.peek(), Some('$' | '@')) {
        return Ok(Filter::Not(Box::new(cursor.nested(condition)?)));
    }
    let left = operand(cursor)?;
    match (relation(cursor)?, left) {
        // Jayway ignores the `!` of `!@.a == 1`.
        (Some(relation), left) => {
            let right = operand(cursor)?;
            Ok(Filter::Compare { left, relation, right })
        }
        (None, Operand::Path(path)) => Ok(Filter::Exists { path, wanted: !negated }),
        (None, Operand::Literal(_) | Operand::Pattern(_)) => cursor.fail("Expected path node"),
    }
}

fn relation(cursor: &mut Cursor<'_>) -> Result<Option<Relation>, PathError> {
    cursor.skip_blanks();
    let signs = cursor.take_while(|c| matches!(c, '<' | '>' | '=' | '~' | '!'));
    let written =
        if signs.is_empty() { cursor.take_while(|c| c.is_ascii_alphabetic()) } else { signs };
    if written.is_empty() {
        return Ok(None);
    }
    let relation = match written.to_ascii_lowercase().as_str() {
        "==" => Relation::Equal,
        "!=" => Relation::NotEqual,
        "===" => Relation::Same,
        "!==" => Relation::NotSame,
        "<" => Relation::Less,
        "<=" => Relation::LessOrEqual,
        ">" => Relation::Greater,
        ">=" => Relation::GreaterOrEqual,
        "=~" => Relation::Matches,
        "in" => Relation::In,
        "nin" => Relation::NotIn,
        "contains" => Relation::Contains,
        "all" => Relation::All,
        "size" => Relation::Size,
        "empty" => Relation::Empty,
        "subsetof" => Relation::SubsetOf,
        "anyof" => Relation::AnyOf,
        "noneof" => Relation::NoneOf,
        _ => return cursor.fail(format!("Filter operator {written} is not supported!")),
    };
    Ok(Some(relation))
}

fn operand(cursor: &mut Cursor<'_>) -> Result<Operand, PathError> {
    cursor.skip_blanks();
    match cursor.peek() {
        Some(root @ ('$' | '@')) => {
            cursor.next();
            let steps = cursor.nested(|cursor| cursor.steps(Setting::Filter))?;
            Ok(Operand::Path(Inner { from_root: root == '$', steps }))
        }
        Some('/') => pattern(cursor),
        Some('\'' | '"' | '[' | '{') | None => literal(cursor).map(Operand::Literal),
        Some(_) => {
            let word = cursor
                .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.' | '_'));
            bare(cursor, word).map(Operand::Literal)
        }
    }
}

/// A number, a truth value or `null`.
fn bare(cursor: &Cursor<'_>, word: &str) -> Result<Value, PathError> {
    Value::parse(word).or_else(|_| cursor.fail(format!("Expected a value instead of: {word}")))
}

/// `/…/flags`, with Java's flags. `d`, `u` and `U` say what is so here anyway.
fn pattern(cursor: &mut Cursor<'_>) -> Result<Operand, PathError> {
    cursor.next();
    let mut source = String::new();
    loop {
        match cursor.next() {
            None => return cursor.fail("Pattern not closed. Expected /"),
            Some('/') => break,
            Some('\\') if cursor.take("/") => source.push('/'),
            Some('\\') => {
                source.push('\\');
                source.extend(cursor.next());
            }
            Some(c) => source.push(c),
        }
    }
    let written = cursor.take_while(|c| matches!(c, 'd' | 'i' | 'x' | 'm' | 's' | 'u' | 'U'));
    let flags: String = written.chars().filter(|c| matches!(c, 'i' | 'x' | 'm' | 's')).collect();
    let flags = if flags.is_empty() { flags } else { format!("(?{flags})") };
    // The line break keeps a comment of an `x` pattern from swallowing the end.
    let end = if flags.contains('x') { "\n)" } else { ")" };
    match Regex::new(&format!(r"\A(?:{flags}{source}{end}\z")) {
        Ok(regex) => Ok(Operand::Pattern(Arc::new(regex))),
        Err(_) => cursor.fail(format!("Pattern /{source}/ is not supported")),
    }
}

/// JSON as Jayway's parser of literals takes it: single quotes do, and words inside need none.
pub(crate) fn literal(cursor: &mut Cursor<'_>) -> Result<Value, PathError> {
    cursor.take_while(|c| c.is_ascii_whitespace());
    match cursor.peek() {
        Some(quote @ ('\'' | '"')) => text(cursor, quote).map(Value::from),
        Some('[') => cursor.nested(array),
        Some('{') => cursor.nested(object),
        Some(_) => {
            let word = word(cursor);
            bare(cursor, word)
        }
        None => cursor.fail("Expected a value"),
    }
}

fn item(cursor: &mut Cursor<'_>) -> Result<Value, PathError> {
    cursor.take_while(|c| c.is_ascii_whitespace());
    if cursor.peek().is_some_and(char::is_alphabetic) {
        let word = word(cursor);
        return Ok(Value::parse(word).unwrap_or_else(|_| word.into()));
    }
    literal(cursor)
}

fn word<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    cursor.take_while(|c| {
        !matches!(c, ',' | ']' | '}' | ')' | ':' | '&' | '|') && !c.is_ascii_whitespace()
    })
}

fn array(cursor: &mut Cursor<'_>) -> Result<Value, PathError> {
    cursor.next();
    let mut items = Vec::new();
    loop {
        cursor.take_while(|c| c.is_ascii_whitespace() || c == ',');
        if cursor.take("]") {
            return Ok(items.into());
        }
        items.push(item(cursor)?);
    }
}

fn object(cursor: &mut Cursor<'_>) -> Result<Value, PathError> {
    cursor.next();
    let mut members = json::Object::new();
    loop {
        cursor.take_while(|c| c.is_ascii_whitespace() || c == ',');
        if cursor.take("}") {
            return Ok(members.into());
        }
        let key = match cursor.peek() {
            Some(quote @ ('\'' | '"')) => text(cursor, quote)?,
            _ => word(cursor).to_owned(),
        };
        cursor.expect(":")?;
        members.insert(key, item(cursor)?);
    }
}

fn text(cursor: &mut Cursor<'_>, quote: char) -> Result<String, PathError> {
    cursor.next();
    let mut text = String::new();
    loop {
        match cursor.next() {
            None => {
                return cursor.fail(format!(
                    "String literal does not have matching quotes. Expected {quote}"
                ));
            }
            Some(c) if c == quote => return Ok(text),
            Some('\\') => text.extend(escaped(cursor)),
            Some(c) => text.push(c),
        }
    }
}

fn escaped(cursor: &mut Cursor<'_>) -> Option<char> {
    Some(match cursor.next()? {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => {
            let digits = cursor.rest().get(..4);
            let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
            let Some(c) = code.and_then(char::from_u32) else {
                return Some('u');
            };
            cursor.at += 4;
            c
        }
        c => c,
    })
}
