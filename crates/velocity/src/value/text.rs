//! Values as Java's `toString` shows them.

use crate::error::{Fault, TOO_DEEP};

use super::{DEPTH_MAX, Heap, ITEM_BYTES, Value};

impl Heap {
    /// `{a=1, b=[x, y]}`: what a reference renders.
    pub fn text(&mut self, value: &Value) -> Result<String, Fault> {
        let mut text = String::new();
        self.write_text(value, &mut text)?;
        Ok(text)
    }

    pub(crate) fn write_text(&mut self, value: &Value, out: &mut String) -> Result<(), Fault> {
        let before = out.len();
        self.write_text_within(value, out, DEPTH_MAX)?;
        self.charge(out.len() - before)
    }

    fn write_text_within(
        &mut self,
        value: &Value,
        out: &mut String,
        levels: u32,
    ) -> Result<(), Fault> {
        let within = || levels.checked_sub(1).ok_or(Fault::Limit(TOO_DEEP));
        match value {
            Value::Null => out.push_str("null"),
            Value::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
            Value::Int(int) => out.push_str(&int.to_string()),
            Value::Float(float) => out.push_str(&double_text(*float)),
            Value::Text(text) => out.push_str(text),
            Value::Entry(map, key) => {
                out.push_str(key);
                out.push('=');
                let member = self.get(*map, key);
                self.write_text_within(&member, out, within()?)?;
            }
            Value::List(list) => {
                out.push('[');
                for place in 0..self.list_len(*list) {
                    self.charge(ITEM_BYTES)?;
                    out.push_str(if 0 < place { ", " } else { "" });
                    let item = self.item(*list, place);
                    self.write_text_within(&item, out, within()?)?;
                }
                out.push(']');
            }
            Value::Map(map) => {
                out.push('{');
                for place in 0..self.map_len(*map) {
                    let Some((key, member)) = self.member_at(*map, place) else { break };
                    self.charge(ITEM_BYTES + key.len())?;
                    out.push_str(if 0 < place { ", " } else { "" });
                    out.push_str(&key);
                    out.push('=');
                    self.write_text_within(&member, out, within()?)?;
                }
                out.push('}');
            }
            Value::Loop(_) | Value::Host(_) => out.push_str(class_name(value)),
        }
        Ok(())
    }
}

/// `Double.toString`.
pub(crate) fn double_text(float: f64) -> String {
    let magnitude = float.abs();
    if float.is_nan() {
        return "NaN".into();
    }
    if float.is_infinite() {
        return if float < 0.0 { "-Infinity" } else { "Infinity" }.into();
    }
    if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) {
        return format!("{float:?}");
    }
    let text = format!("{float:e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => format!("{mantissa}.0E{exponent}"),
        Some((mantissa, exponent)) => format!("{mantissa}E{exponent}"),
        None => text,
    }
}

/// What `getClass().getName()` tells, for messages.
pub(crate) fn class_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "java.lang.Boolean",
        Value::Int(int) if i32::try_from(*int).is_ok() => "java.lang.Integer",
        Value::Int(_) => "java.lang.Long",
        Value::Float(_) => "java.lang.Double",
        Value::Text(_) => "java.lang.String",
        Value::List(_) => "java.util.ArrayList",
        Value::Map(_) => "java.util.LinkedHashMap",
        Value::Entry(..) => "java.util.LinkedHashMap$Entry",
        Value::Loop(_) => "org.apache.velocity.runtime.directive.ForeachScope",
        Value::Host(_) => "java.lang.Object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_read_as_in_java() {
        let cases = [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (-2.5, "-2.5"),
            (1e7, "1.0E7"),
            (12_345_678.9, "1.23456789E7"),
            (1e-4, "1.0E-4"),
            (9_999_999.0, "9999999.0"),
        ];
        for (float, text) in cases {
            assert_eq!(double_text(float), text);
        }
    }
}
