//! Values on their way out: to JSON, and to the text that `$string` and `&` make.

use std::fmt::Write;
use std::rc::Rc;

use crate::error::{Result, TOO_DEEP, TOO_LARGE, bound, fault};
use crate::limits::{ITEM, Meter};
use crate::value::{Kind, Value};
use crate::{Outcome, Profile};

/// Turns a result into JSON. Values share their parts, JSON text repeats them: what comes out is
/// bounded by the size of its text.
pub(crate) struct Output {
    pub(crate) profile: Profile,
    pub(crate) bytes_left: usize,
    leaves: u32,
    unsupported: bool,
}

/// So many parts from outside may be repeated before their text is measured, which costs.
const LEAVES_UNMEASURED: u32 = 16;

impl Output {
    pub(crate) fn new(profile: Profile, bytes_max: usize) -> Self {
        Output { profile, bytes_left: bytes_max, leaves: 0, unsupported: false }
    }

    pub(crate) fn outcome(mut self, value: &Value) -> Result<Outcome> {
        match value {
            Value::Undefined => Ok(Outcome::Undefined),
            Value::Json(value) => Ok(Outcome::Value(value.clone())),
            Value::Function(_) => Ok(Outcome::Unsupported("function")),
            Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_)
            | Value::Tuples(_) => {
                let json = self.json(value, 0)?;
                if self.unsupported {
                    return Ok(Outcome::Unsupported("function"));
                }
                Ok(Outcome::Value(json))
            }
        }
    }

    fn json(&mut self, value: &Value, depth: usize) -> Result<json::Value> {
        match value {
            Value::Undefined | Value::Tuples(_) => Ok(json::Value::NULL),
            Value::Json(value) => self.leaf(value, depth),
            Value::Number(number) => Ok(self.number(*number)),
            Value::String(text) => {
                self.spend(text.text.len())?;
                Ok(text.text.clone().into())
            }
            Value::Array(array) => {
                self.spend(array.len() * ITEM)?;
                let items = (0..array.len()).map(|place| self.json(&array.get(place), depth + 1));
                Ok(items.collect::<Result<Vec<_>>>()?.into())
            }
            Value::Object(object) => {
                let members = object.members.borrow();
                let mut made = json::Object::with_capacity(members.entries.len());
                for (key, member) in &members.entries {
                    if self.profile == Profile::Plain && member.kind() == Kind::Function {
                        continue;
                    }
                    self.spend(key.len() + ITEM)?;
                    made.insert(key.clone(), self.json(member, depth + 1)?);
                }
                Ok(made.into())
            }
            Value::Function(_) => {
                // `JSON.stringify` leaves functions out.
                self.unsupported |= self.profile == Profile::StepFunctions;
                Ok(json::Value::NULL)
            }
        }
    }

    fn leaf(&mut self, value: &json::Value, depth: usize) -> Result<json::Value> {
        if matches!(value.kind(), json::Kind::Array | json::Kind::Object) {
            if value.is_deeper_than(json::DEPTH_MAX.saturating_sub(depth)) {
                return Err(bound(TOO_DEEP));
            }
            self.leaves += 1;
            if LEAVES_UNMEASURED < self.leaves {
                self.spend(value.text_len())?;
            }
        } else if let Some(text) = value.as_str() {
            self.spend(text.len())?;
        }
        Ok(value.clone())
    }

    fn number(&self, number: f64) -> json::Value {
        match json::Number::from_f64(number) {
            Some(number) => number.into(),
            // AWS writes the names of numbers that JSON has none for (reference §4.5).
            None if self.profile == Profile::StepFunctions => {
                let name = match number {
                    f64::INFINITY => "Infinity",
                    f64::NEG_INFINITY => "-Infinity",
                    _ => "NaN",
                };
                name.into()
            }
            None => json::Value::NULL,
        }
    }

    fn spend(&mut self, bytes: usize) -> Result<()> {
        self.bytes_left = self.bytes_left.checked_sub(bytes).ok_or_else(|| bound(TOO_LARGE))?;
        Ok(())
    }
}

impl Value {
    /// The value as an error message shows it.
    pub(crate) fn shown(&self) -> json::Value {
        let shown = Output::new(Profile::StepFunctions, 1 << 16).json(self, 0);
        shown.unwrap_or_else(|_| "…".into())
    }

    /// What `$string` makes of the value; `None` for what isn't there.
    pub(crate) fn stringified(&self, pretty: bool, meter: &Rc<Meter>) -> Result<Option<String>> {
        let text = match self.kind() {
            Kind::Undefined => return Ok(None),
            Kind::Function => String::new(),
            Kind::String => self.as_str().unwrap_or_default().to_owned(),
            Kind::Number if !self.as_f64().is_some_and(f64::is_finite) => {
                return Err(fault("D3001").value(self));
            }
            Kind::Null | Kind::Bool | Kind::Number | Kind::Array | Kind::Object => {
                let mut writer = Writer { out: String::new(), pretty, meter, paid: 0 };
                match self {
                    Value::Array(array) if array.flags().outer => writer.value(&array.get(0), 0)?,
                    _ => writer.value(self, 0)?,
                }
                writer.out
            }
        };
        Ok(Some(text))
    }
}

/// `JSON.stringify`, with numbers of at most fifteen digits.
struct Writer<'a> {
    out: String,
    pretty: bool,
    meter: &'a Rc<Meter>,
    /// Bytes of `out` that were counted.
    paid: usize,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, indent: usize) -> Result<()> {
        match value.kind() {
            Kind::Null | Kind::Undefined => self.out.push_str("null"),
            Kind::Bool => {
                self.out.push_str(if value.as_bool() == Some(true) { "true" } else { "false" });
            }
            Kind::Number => self.number(value)?,
            Kind::String => quote(value.as_str().unwrap_or_default(), &mut self.out),
            Kind::Function => self.out.push_str("\"\""),
            Kind::Array => {
                let Some(view) = value.view() else { return Ok(()) };
                let items = view.iter().map(|item| (None, item));
                self.container(['[', ']'], items, indent)?;
            }
            Kind::Object => {
                let Some(fields) = value.fields() else { return Ok(()) };
                let members = fields.entries().into_iter();
                let members = members
                    .filter(|(_, member)| !member.is_undefined())
                    .map(|(key, member)| (Some(key), member));
                self.container(['{', '}'], members, indent)?;
            }
        }
        self.pay()
    }

    fn container(
        &mut self,
        brackets: [char; 2],
        parts: impl Iterator<Item = (Option<std::sync::Arc<str>>, Value)>,
        indent: usize,
    ) -> Result<()> {
        let _level = self.meter.level()?;
        self.out.push(brackets[0]);
        let mut any = false;
        for (key, part) in parts {
            if any {
                self.out.push(',');
            }
            any = true;
            self.line(indent + 1);
            if let Some(key) = key {
                quote(&key, &mut self.out);
                self.out.push_str(if self.pretty { ": " } else { ":" });
            }
            self.value(&part, indent + 1)?;
        }
        if any {
            self.line(indent);
        }
        self.out.push(brackets[1]);
        Ok(())
    }

    fn line(&mut self, indent: usize) {
        if self.pretty {
            self.out.push('\n');
            (0..indent).for_each(|_| self.out.push_str("  "));
        }
    }

    fn number(&mut self, value: &Value) -> Result<()> {
        let number = value.as_f64().unwrap_or(f64::NAN);
        if number.is_infinite() {
            return Err(fault("D1001").value(value));
        }
        // AWS, and the suite, keep the digits of whole numbers: 9223372036854775807 stays what it is.
        let whole = match value {
            Value::Json(json) => json.as_i64(),
            _ => None,
        };
        self.out.push_str(&match whole {
            Some(whole) => whole.to_string(),
            None if number.trunc() == number => number_text(number),
            None => number_text(fifteen_digits(number)),
        });
        Ok(())
    }

    /// Counts what was written since the last time: parts may be shared, their text isn't.
    fn pay(&mut self) -> Result<()> {
        let written = self.out.len() - self.paid;
        self.paid = self.out.len();
        self.meter.work(1 + written as u64 / 16)?;
        self.meter.charge(self.out.len()).map(drop)
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", char as u32);
            }
            _ => out.push(char),
        }
    }
    out.push('"');
}

/// `Number(value.toPrecision(15))`.
fn fifteen_digits(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

/// `Number::toString` of JavaScript.
pub(crate) fn number_text(number: f64) -> String {
    match json::Number::from_f64(number) {
        Some(number) => number.to_string(),
        None if number.is_nan() => "NaN".to_owned(),
        None if number < 0.0 => "-Infinity".to_owned(),
        None => "Infinity".to_owned(),
    }
}
