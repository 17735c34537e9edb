use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// A JSON number. One that was read keeps its text; one that was computed is written as ECMAScript would.
#[derive(Clone, Debug)]
pub struct Number(Repr);

#[derive(Clone, Debug)]
enum Repr {
    Int(i64),
    Float(f64),
    /// Text that neither form above would write the same way (`1.0`, `1e3`, thirty digits).
    Text(Arc<str>),
}

impl Number {
    /// `text` must be a number of the JSON grammar, as the scanner yields it.
    pub(crate) fn from_text(text: &str) -> Self {
        match text.parse::<i64>() {
            Ok(int) if text != "-0" => Number(Repr::Int(int)),
            _ => Number(Repr::Text(text.into())),
        }
    }

    /// `None` for what JSON can't hold: NaN and the infinities.
    pub fn from_f64(float: f64) -> Option<Self> {
        if !float.is_finite() {
            return None;
        }
        let whole = float.trunc() == float && float.abs() <= 9_007_199_254_740_992.0;
        Some(Number(if whole { Repr::Int(float as i64) } else { Repr::Float(float) }))
    }

    /// The nearest double; infinite if the text is beyond its range.
    pub fn as_f64(&self) -> f64 {
        match &self.0 {
            Repr::Int(int) => *int as f64,
            Repr::Float(float) => *float,
            Repr::Text(text) => text.parse().unwrap_or(f64::NAN),
        }
    }

    /// The integer, if the number is *written* as one (`1.0` isn't) and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Int(int) => Some(*int),
            Repr::Float(_) | Repr::Text(_) => None,
        }
    }

    /// Whether the number is written without fraction and exponent, of any size.
    pub fn is_integer_text(&self) -> bool {
        match &self.0 {
            Repr::Int(_) => true,
            Repr::Float(_) => false,
            Repr::Text(text) => !text.contains(['.', 'e', 'E']),
        }
    }
}

impl From<i64> for Number {
    fn from(int: i64) -> Self {
        Number(Repr::Int(int))
    }
}

/// Numbers are equal when they mean the same, however they are written.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (&self.0, &other.0) {
            (Repr::Int(a), Repr::Int(b)) => Some(a.cmp(b)),
            _ => self.as_f64().partial_cmp(&other.as_f64()),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int(int) => int.fmt(f),
            Repr::Text(text) => f.write_str(text),
            Repr::Float(float) => write_float(*float, f),
        }
    }
}

/// ECMAScript's Number::toString: plain digits from 1e-6 up to 1e21, an exponent beyond.
fn write_float(float: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let magnitude = float.abs();
    if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) {
        return write!(f, "{float}");
    }
    let text = format!("{float:e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) if !exponent.starts_with('-') => {
            write!(f, "{mantissa}e+{exponent}")
        }
        _ => f.write_str(&text),
    }
}
