//! `java.lang.String`. Places count UTF-16 units, as Java does.

use std::sync::Arc;

use crate::error::Fault;
use crate::regex::{Regex, RegexError};
use crate::value::{Heap, Value};

pub(super) fn call(
    heap: &mut Heap,
    text: &Arc<str>,
    name: &str,
    arguments: &[Value],
) -> Result<Option<Value>, Fault> {
    heap.charge_reading(text.len())?;
    if let Some(value) = ask(heap, text, name, arguments)? {
        return Ok(Some(value));
    }
    heap.charge(text.len())?;
    let made = match (name, arguments) {
        ("trim", []) => text.trim_matches(|char| char <= ' ').to_owned(),
        ("strip", []) => text.trim().to_owned(),
        ("toUpperCase", []) => text.to_uppercase(),
        ("toLowerCase", []) => text.to_lowercase(),
        ("substring", [Value::Int(from)]) => substring(text, *from, None)?.to_owned(),
        ("substring" | "subSequence", [Value::Int(from), Value::Int(to)]) => {
            substring(text, *from, Some(*to))?.to_owned()
        }
        ("charAt", [Value::Int(place)]) => char_at(text, *place)?,
        ("concat", [Value::Text(other)]) => format!("{text}{other}"),
        ("repeat", [Value::Int(times)]) => {
            let times = usize::try_from(*times).unwrap_or(0);
            heap.charge(text.len().saturating_mul(times))?;
            text.repeat(times)
        }
        ("replace", [Value::Text(sought), Value::Text(replacement)]) => {
            let matches = text.matches(&**sought).count();
            heap.charge(matches.saturating_mul(replacement.len()))?;
            text.replace(&**sought, replacement)
        }
        ("replaceAll", [Value::Text(pattern), Value::Text(replacement)]) => {
            replaced(heap, text, pattern, replacement, usize::MAX)?
        }
        ("replaceFirst", [Value::Text(pattern), Value::Text(replacement)]) => {
            replaced(heap, text, pattern, replacement, 1)?
        }
        ("split", [Value::Text(pattern)]) => return split(heap, text, pattern, 0).map(Some),
        ("split", [Value::Text(pattern), Value::Int(limit)]) => {
            return split(heap, text, pattern, *limit).map(Some);
        }
        ("join", [Value::Text(separator), Value::List(list)]) => {
            let items = heap.items(*list).to_vec();
            let texts = items.iter().map(|item| heap.text(item));
            texts.collect::<Result<Vec<String>, Fault>>()?.join(separator)
        }
        ("format", [Value::Text(format), values @ ..]) => formatted(heap, format, values)?,
        _ => return Ok(None),
    };
    heap.made(made).map(Some)
}

/// The methods that make no text.
fn ask(
    heap: &Heap,
    text: &Arc<str>,
    name: &str,
    arguments: &[Value],
) -> Result<Option<Value>, Fault> {
    Ok(Some(match (name, arguments) {
        ("length", []) => Value::Int(units(text) as i64),
        ("isEmpty", []) => Value::Bool(text.is_empty()),
        ("isBlank", []) => Value::Bool(text.trim().is_empty()),
        ("toString" | "intern", []) => Value::Text(text.clone()),
        ("equalsIgnoreCase", [Value::Text(other)]) => {
            Value::Bool(text.to_lowercase() == other.to_lowercase())
        }
        ("compareTo", [Value::Text(other)]) => Value::Int(compare(text, other)),
        ("startsWith", [Value::Text(prefix)]) => Value::Bool(text.starts_with(&**prefix)),
        ("endsWith", [Value::Text(suffix)]) => Value::Bool(text.ends_with(&**suffix)),
        ("contains", [Value::Text(part)]) => Value::Bool(text.contains(&**part)),
        ("indexOf", [Value::Text(part)]) => place(text, text.find(&**part)),
        ("indexOf", [Value::Text(part), Value::Int(from)]) => {
            let from = byte_at(text, usize::try_from(*from).unwrap_or(0)).unwrap_or(text.len());
            place(text, text[from..].find(&**part).map(|at| from + at))
        }
        ("lastIndexOf", [Value::Text(part)]) => place(text, text.rfind(&**part)),
        ("matches", [Value::Text(pattern)]) => {
            heap.check_matching(pattern)?;
            let matches = Regex::of(pattern).is_full_match(text);
            Value::Bool(matches.map_err(thrown)?)
        }
        _ => return Ok(None),
    }))
}

fn thrown(error: RegexError) -> Fault {
    Fault::Thrown(format!("java.util.regex.PatternSyntaxException: {error}"))
}

fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(char::len_utf16).sum() }
}

/// The byte at which the character of that unit begins.
fn byte_at(text: &str, unit: usize) -> Option<usize> {
    if text.is_ascii() {
        return (unit <= text.len()).then_some(unit);
    }
    let mut seen = 0;
    for (byte, char) in text.char_indices() {
        if unit <= seen {
            return Some(byte);
        }
        seen += char.len_utf16();
    }
    (unit <= seen).then_some(text.len())
}

fn place(text: &str, byte: Option<usize>) -> Value {
    Value::Int(byte.map_or(-1, |byte| units(&text[..byte]) as i64))
}

fn compare(text: &str, other: &str) -> i64 {
    let mut pairs = text.encode_utf16().zip(other.encode_utf16());
    match pairs.find(|(a, b)| a != b) {
        Some((a, b)) => i64::from(a) - i64::from(b),
        None => units(text) as i64 - units(other) as i64,
    }
}

fn substring(text: &str, from: i64, to: Option<i64>) -> Result<&str, Fault> {
    let length = units(text);
    let end = to.unwrap_or(length as i64);
    let byte = |unit: i64| usize::try_from(unit).ok().and_then(|unit| byte_at(text, unit));
    match (byte(from), byte(end)) {
        (Some(start), Some(stop)) if start <= stop => Ok(&text[start..stop]),
        _ => Err(Fault::Thrown(format!(
            "java.lang.StringIndexOutOfBoundsException: begin {from}, end {end}, length {length}"
        ))),
    }
}

fn char_at(text: &str, unit: i64) -> Result<String, Fault> {
    let byte = usize::try_from(unit).ok().and_then(|unit| byte_at(text, unit));
    let char = byte.and_then(|byte| text[byte..].chars().next());
    char.map(String::from).ok_or_else(|| {
        Fault::Thrown(format!(
            "java.lang.StringIndexOutOfBoundsException: Index {unit} out of bounds for length {}",
            units(text)
        ))
    })
}

fn replaced(
    heap: &mut Heap,
    text: &str,
    pattern: &str,
    replacement: &str,
    limit: usize,
) -> Result<String, Fault> {
    // The longest that can come of it: the replacement, with groups, at every place.
    heap.charge((text.len() + 1).saturating_mul(replacement.len() + 1))?;
    heap.check_matching(pattern)?;
    let regex = Regex::of(pattern);
    regex
        .replace(text, replacement, limit)
        .map_err(|error| Fault::Thrown(format!("java.lang.IllegalArgumentException: {error}")))
}

fn split(heap: &mut Heap, text: &str, pattern: &str, limit: i64) -> Result<Value, Fault> {
    heap.check_matching(pattern)?;
    let regex = Regex::of(pattern);
    let parts = regex.split(text, limit).map_err(thrown)?;
    heap.charge(parts.len() * size_of::<Value>() + text.len())?;
    let items = parts.into_iter().map(|part| Value::Text(part.into())).collect();
    Ok(heap.list(items))
}

/// `String.format` with `%s`, `%d`, `%n` and `%%`.
fn formatted(heap: &mut Heap, format: &str, values: &[Value]) -> Result<String, Fault> {
    let mut values = values.iter();
    let mut text = String::new();
    let mut chars = format.chars();
    while let Some(char) = chars.next() {
        if char != '%' {
            text.push(char);
            continue;
        }
        match chars.next() {
            Some('s' | 'd') => {
                let value = values.next().cloned().unwrap_or_default();
                text += &heap.text(&value)?;
            }
            Some('%') => text.push('%'),
            Some('n') => text.push('\n'),
            other => {
                let conversion = other.map_or_else(|| "%".to_owned(), |char| char.to_string());
                return Err(Fault::Thrown(format!(
                    "java.util.UnknownFormatConversionException: Conversion = '{conversion}'"
                )));
            }
        }
    }
    Ok(text)
}
