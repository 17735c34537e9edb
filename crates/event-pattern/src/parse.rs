//! From JSON to matchers. The sentences are those of AWS's event-ruler, without the place in the text.

use json::{Kind, Value};

use crate::cidr::Cidr;
use crate::matcher::{Bound, Matcher, Range, Scalar, Text};
use crate::wildcard::Wildcard;
use crate::{Fields, Node, PatternError};

const OR: &str = "$or";
/// What numeric matchers may name (event-ruler, `Constants.FIVE_BILLION`).
const NUMBER_MAX: f64 = 5_000_000_000.0;

fn refuse<T>(sentence: impl Into<String>) -> Result<T, PatternError> {
    Err(PatternError(sentence.into()))
}

/// The whole pattern.
pub(crate) fn pattern(value: &Value) -> Result<Fields, PatternError> {
    if value.kind() != Kind::Object {
        return refuse("Filter is not an object");
    }
    if value.is_empty() {
        return refuse("Empty Event patterns are not allowed");
    }
    fields(value)
}

fn fields(object: &Value) -> Result<Fields, PatternError> {
    let mut fields = Fields::default();
    for (name, value) in object.entries() {
        match value.kind() {
            Kind::Array if name == OR && is_choice(&value) => {
                let choice: Result<_, _> =
                    value.items().map(|object| self::fields(&object)).collect();
                fields.choices.push(choice?);
            }
            Kind::Array => fields.members.push((name.into(), Node::OneOf(one_of(&value)?))),
            Kind::Object if value.is_empty() => {
                return refuse("Empty objects are not allowed");
            }
            Kind::Object => fields.members.push((name.into(), Node::Fields(self::fields(&value)?))),
            Kind::Null | Kind::Bool | Kind::Number | Kind::String => {
                return refuse(format!("\"{name}\" must be an object or an array"));
            }
        }
    }
    Ok(fields)
}

/// `$or` is a member's name like any other unless two or more objects stand in it, none of which is a matcher.
fn is_choice(list: &Value) -> bool {
    let names_members = |object: &Value| {
        !object.is_empty() && object.entries().all(|(name, _)| !KEYWORDS.contains(&name))
    };
    2 <= list.len() && list.items().all(|item| names_members(&item))
}

const KEYWORDS: [&str; 8] = [
    "exists",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "numeric",
    "cidr",
    "wildcard",
];

fn one_of(list: &Value) -> Result<Vec<Matcher>, PatternError> {
    if list.is_empty() {
        return refuse("Empty arrays are not allowed");
    }
    list.items().map(|item| matcher(&item)).collect()
}

fn matcher(value: &Value) -> Result<Matcher, PatternError> {
    if let Some(scalar) = Scalar::of(value) {
        return Ok(Matcher::Is(scalar));
    }
    if value.kind() == Kind::Array {
        return refuse("Match value must be String, number, true, false, or null");
    }
    let (keyword, operand) = only_member(value, "match expression")?;
    match keyword {
        "anything-but" => anything_but(&operand),
        "numeric" => numeric(&operand).map(Matcher::Numeric),
        "exists" => match operand.as_bool() {
            Some(wanted) => Ok(Matcher::Exists(wanted)),
            None => refuse("exists match pattern must be either true or false."),
        },
        "cidr" => match operand.as_str() {
            None => refuse("prefix match pattern must be a string"),
            Some(block) => match Cidr::parse(block) {
                Some(block) => Ok(Matcher::Cidr(block)),
                None => refuse(format!("Malformed CIDR, one '/' required: {block}")),
            },
        },
        "prefix" | "suffix" | "equals-ignore-case" | "wildcard" => {
            text(keyword, &operand).map(Matcher::Text)
        }
        _ => refuse(format!("Unrecognized match type {keyword}")),
    }
}

fn only_member<'v>(object: &'v Value, of: &str) -> Result<(&'v str, Value), PatternError> {
    let mut members = object.entries();
    match (members.next(), members.next()) {
        (Some((keyword, operand)), None) => Ok((keyword, operand)),
        (None, _) => refuse(format!("Empty {of} is not allowed")),
        (Some(_), Some(_)) => refuse(format!("Only one key allowed in {of}")),
    }
}

fn text(keyword: &str, operand: &Value) -> Result<Text, PatternError> {
    if let Some(text) = operand.as_str() {
        return Ok(match keyword {
            "prefix" => Text::Prefix(text.to_owned()),
            "suffix" => Text::Suffix(text.to_owned()),
            "equals-ignore-case" => Text::EqualsIgnoringCase(text.to_owned()),
            _ => Text::Wildcard(Wildcard::parse(text)?),
        });
    }
    if operand.kind() == Kind::Object && matches!(keyword, "prefix" | "suffix") {
        let (inner, operand) = only_member(operand, "match expression")?;
        return match (inner, operand.as_str(), keyword) {
            ("equals-ignore-case", Some(text), "prefix") => {
                Ok(Text::PrefixIgnoringCase(text.to_owned()))
            }
            ("equals-ignore-case", Some(text), _) => Ok(Text::SuffixIgnoringCase(text.to_owned())),
            ("equals-ignore-case", None, _) => {
                refuse("equals-ignore-case match pattern must be a string")
            }
            _ => refuse(format!("Unsupported {keyword} match pattern: {inner}")),
        };
    }
    refuse(format!("{keyword} match pattern must be a string"))
}

fn anything_but(operand: &Value) -> Result<Matcher, PatternError> {
    let others = match operand.kind() {
        Kind::Array => scalars(operand)?,
        Kind::Object => {
            let (keyword, operand) = only_member(operand, "match expression")?;
            match keyword {
                "prefix" | "suffix" | "equals-ignore-case" | "wildcard" => {
                    texts(keyword, &operand)?
                }
                _ => return refuse(format!("Unsupported anything-but pattern: {keyword}")),
            }
        }
        Kind::String | Kind::Number => Scalar::of(operand).map(Matcher::Is).into_iter().collect(),
        Kind::Null | Kind::Bool => {
            return refuse("Value of anything-but must be an array or single string/number value.");
        }
    };
    Ok(Matcher::AnythingBut(others))
}

/// The list of an anything-but: texts or numbers, not both.
fn scalars(list: &Value) -> Result<Vec<Matcher>, PatternError> {
    let kind_of_first = match list.at(0) {
        Some(first) => first.kind(),
        None => return refuse("Empty arrays are not allowed"),
    };
    if !matches!(kind_of_first, Kind::String | Kind::Number) {
        return refuse("Inside anything-but list, start|null|boolean is not supported.");
    }
    let other = |item: Value| {
        if item.kind() != kind_of_first {
            return refuse(
                "Inside anything-but list, either all values are number or string, mixed type is not supported",
            );
        }
        let scalar = Scalar::of(&item).expect("a text or a number is a scalar");
        Ok(Matcher::Is(scalar))
    };
    list.items().map(other).collect()
}

/// One text, or a list of them.
fn texts(keyword: &str, operand: &Value) -> Result<Vec<Matcher>, PatternError> {
    if operand.kind() != Kind::Array {
        return Ok(vec![Matcher::Text(text(keyword, operand)?)]);
    }
    if operand.is_empty() {
        return refuse("Empty arrays are not allowed");
    }
    operand.items().map(|item| text(keyword, &item).map(Matcher::Text)).collect()
}

/// `["=", n]`, `["<", n]`, … or a lower bound with an upper one: `[">", 0, "<=", 5]`.
fn numeric(operand: &Value) -> Result<Range, PatternError> {
    if operand.kind() != Kind::Array {
        return refuse("Value of numeric must be an array.");
    }
    let items: Vec<Value> = operand.items().collect();
    match &items[..] {
        [operator, number] => one_bound(operator, number),
        [low, from, high, to] => {
            let (low, high) = (one_bound(low, from)?, one_bound(high, to)?);
            match (bounded_below(&low), bounded_above(&high)) {
                (true, true) if low.low.at < high.high.at => {
                    Ok(Range { low: low.low, high: high.high })
                }
                (true, true) => refuse("Bottom must be less than top"),
                _ => refuse("Bad numeric range operator"),
            }
        }
        [] => refuse("Invalid member in numeric match: ]"),
        _ => refuse("Too many elements in numeric expression"),
    }
}

const NO_LOW: Bound = Bound { at: f64::NEG_INFINITY, is_in: false };
const NO_HIGH: Bound = Bound { at: f64::INFINITY, is_in: false };

fn bounded_below(range: &Range) -> bool {
    range.low != NO_LOW && range.high == NO_HIGH
}

fn bounded_above(range: &Range) -> bool {
    range.low == NO_LOW && range.high != NO_HIGH
}

fn one_bound(operator: &Value, number: &Value) -> Result<Range, PatternError> {
    let Some(operator) = operator.as_str() else {
        return refuse(format!("Invalid member in numeric match: {operator}"));
    };
    let Some(at) = number.as_f64() else {
        return refuse(format!("Value of {} must be numeric", name(operator)));
    };
    if NUMBER_MAX < at.abs() {
        return refuse(format!("Value must be between -{NUMBER_MAX} and {NUMBER_MAX}, inclusive"));
    }
    let bound = |is_in| Bound { at, is_in };
    match operator {
        "=" => Ok(Range { low: bound(true), high: bound(true) }),
        "<" => Ok(Range { low: NO_LOW, high: bound(false) }),
        "<=" => Ok(Range { low: NO_LOW, high: bound(true) }),
        ">" => Ok(Range { low: bound(false), high: NO_HIGH }),
        ">=" => Ok(Range { low: bound(true), high: NO_HIGH }),
        _ => refuse(format!("Unrecognized numeric range operator: {operator}")),
    }
}

fn name(operator: &str) -> &str {
    if operator == "=" { "equals" } else { operator }
}
