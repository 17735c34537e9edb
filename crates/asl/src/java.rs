//! What AWS's Java shows through: how it orders and prints values, and its random numbers.

use std::cmp::Ordering;
use std::fmt::Write;

use json::{Kind, Value};

/// `String.compareTo`: by UTF-16 code units.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

/// `String.length`.
pub(crate) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// What `toString` of a parsed value prints: `{a=1, b=[x, null]}`, texts without quotes.
/// `States.Format` shows objects this way (recorded: `format_2`, `context_json_path`).
pub(crate) fn print(value: &Value, out: &mut String) {
    match value.kind() {
        Kind::String => out.push_str(value.as_str().unwrap_or_default()),
        Kind::Array => {
            out.push('[');
            for (place, item) in value.items().enumerate() {
                out.push_str(if place == 0 { "" } else { ", " });
                print(&item, out);
            }
            out.push(']');
        }
        Kind::Object => {
            out.push('{');
            for (place, (key, member)) in value.entries().enumerate() {
                out.push_str(if place == 0 { "" } else { ", " });
                out.push_str(key);
                out.push('=');
                print(&member, out);
            }
            out.push('}');
        }
        Kind::Null | Kind::Bool | Kind::Number => {
            // Writing to a string can't fail.
            let _ = write!(out, "{value}");
        }
    }
}

/// `Double.toString`: always with a fraction, an exponent outside 10⁻³ … 10⁷.
pub(crate) fn double_text(double: f64) -> String {
    let magnitude = double.abs();
    if magnitude == f64::from_bits(1) {
        // Java writes two digits even of the smallest double, which one would name.
        return if double < 0.0 { "-4.9E-324".into() } else { "4.9E-324".into() };
    }
    if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) {
        let text = double.to_string();
        return if text.contains('.') { text } else { format!("{text}.0") };
    }
    let text = format!("{double:e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) if mantissa.contains('.') => format!("{mantissa}E{exponent}"),
        Some((mantissa, exponent)) => format!("{mantissa}.0E{exponent}"),
        None => text,
    }
}

/// A number value written as [`double_text`]; `null` for what JSON can't hold.
pub(crate) fn double(double: f64) -> Value {
    Value::parse(&double_text(double)).unwrap_or_default()
}

/// `Math.round`: to the nearest integer, halves towards positive infinity. Recorded: `math_add`
/// (-1.5 becomes -1, 2.5 becomes 3).
pub(crate) fn round(number: f64) -> i64 {
    (number + 0.5).floor() as i64
}

/// `java.util.Random` with a seed: the linear congruential generator that its documentation fixes.
pub(crate) struct Random(u64);

impl Random {
    const MULTIPLIER: u64 = 0x5_DEEC_E66D;
    const MASK: u64 = (1 << 48) - 1;

    pub(crate) fn new(seed: i64) -> Self {
        Random((seed as u64 ^ Self::MULTIPLIER) & Self::MASK)
    }

    fn next(&mut self, bits: u32) -> u64 {
        self.0 = self.0.wrapping_mul(Self::MULTIPLIER).wrapping_add(0xB) & Self::MASK;
        self.0 >> (48 - bits)
    }

    /// `nextInt(bound)`; `bound` must be positive. Beyond Java's ints, where there is no such
    /// method, a fraction of `bound`.
    pub(crate) fn next_below(&mut self, bound: i64) -> i64 {
        let Ok(narrow) = i32::try_from(bound) else {
            return (self.next_double() * bound as f64) as i64;
        };
        let bound = i64::from(narrow);
        if bound & (bound - 1) == 0 {
            return (bound * self.next(31) as i64) >> 31;
        }
        loop {
            let bits = self.next(31) as i64;
            let below = bits % bound;
            if bits - below + (bound - 1) <= i64::from(i32::MAX) {
                return below;
            }
        }
    }

    pub(crate) fn next_double(&mut self) -> f64 {
        let bits = (self.next(26) << 27) + self.next(27);
        bits as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_values_as_java_collections() {
        let value = Value::parse(r#"{"a":1.10,"b":["x",null,true,{}],"c":""}"#).expect("parses");
        let mut out = String::new();
        print(&value, &mut out);
        assert_eq!(out, "{a=1.10, b=[x, null, true, {}], c=}");
    }

    #[test]
    fn prints_doubles_as_java_does() {
        for (double, text) in [
            (6.0, "6.0"),
            (0.1, "0.1"),
            (0.0, "0.0"),
            (-2.5, "-2.5"),
            (1e7, "1.0E7"),
            (1.5e-4, "1.5E-4"),
            (9_999_999.0, "9999999.0"),
        ] {
            assert_eq!(double_text(double), text);
        }
    }

    #[test]
    fn rounds_halves_up() {
        for (number, rounded) in
            [(1.49, 1), (1.5, 2), (2.5, 3), (-0.5, 0), (-1.5, -1), (-1.51, -2), (-3.5, -3)]
        {
            assert_eq!(round(number), rounded, "{number}");
        }
    }

    /// AWS's `$random(42)`, floci-io/floci#2662: 0.7275636800328681.
    #[test]
    fn seeded_random_numbers_are_those_of_java() {
        assert_eq!(Random::new(42).next_double(), 0.727_563_680_032_868_1);
        // `new java.util.Random(42)`: nextInt(10), nextInt(10), nextInt(16).
        let mut random = Random::new(42);
        assert_eq!((random.next_below(10), random.next_below(10)), (0, 3));
    }

    #[test]
    fn orders_texts_by_utf_16_units() {
        assert_eq!(compare("a", "b"), Ordering::Less);
        assert_eq!(compare("\u{ff61}", "\u{1f600}"), Ordering::Greater, "a surrogate is less");
        assert_eq!(length("\u{1f600}a"), 3);
    }
}
