//! Values as JSON text, written without a tree in between.

use crate::error::{Fault, TOO_DEEP};

use super::{DEPTH_MAX, Heap, ITEM_BYTES, List, Map, Value, double_text};

impl Heap {
    /// Appends the compact JSON text; what JSON doesn't have is `null`.
    ///
    /// # Errors
    /// The value is nested too deeply (it may hold itself) or too large.
    pub fn write_json(&mut self, value: &Value, out: &mut String) -> Result<(), Fault> {
        self.write_json_within(value, out, DEPTH_MAX)
    }

    fn write_json_within(
        &mut self,
        value: &Value,
        out: &mut String,
        levels: u32,
    ) -> Result<(), Fault> {
        let within = || levels.checked_sub(1).ok_or(Fault::Limit(TOO_DEEP));
        let before = out.len();
        match value {
            Value::Null | Value::Loop(_) | Value::Host(_) => out.push_str("null"),
            Value::Bool(bool) => out.push_str(if *bool { "true" } else { "false" }),
            Value::Int(int) => out.push_str(&int.to_string()),
            Value::Float(float) if float.is_finite() => out.push_str(&double_text(*float)),
            Value::Float(float) => json::write_string(&double_text(*float), out),
            Value::Text(text) => json::write_string(text, out),
            Value::Entry(map, key) => {
                out.push('{');
                json::write_string(key, out);
                out.push(':');
                let member = self.get(*map, key);
                self.write_json_within(&member, out, within()?)?;
                out.push('}');
            }
            Value::List(list) => {
                if let List::Json(json) = &self.lists[list.0 as usize] {
                    out.push_str(&json.to_string());
                    return self.charge(out.len() - before);
                }
                out.push('[');
                for place in 0..self.list_len(*list) {
                    out.push_str(if 0 < place { "," } else { "" });
                    let item = self.item(*list, place);
                    self.write_json_within(&item, out, within()?)?;
                }
                out.push(']');
                return self.charge(ITEM_BYTES + self.list_len(*list));
            }
            Value::Map(map) => {
                if let Map::Json(json) = &self.maps[map.0 as usize] {
                    out.push_str(&json.to_string());
                    return self.charge(out.len() - before);
                }
                out.push('{');
                let mut keys = 0;
                for place in 0..self.map_len(*map) {
                    let Some((key, member)) = self.member_at(*map, place) else { break };
                    out.push_str(if 0 < place { "," } else { "" });
                    json::write_string(&key, out);
                    out.push(':');
                    keys += key.len() + 2;
                    self.write_json_within(&member, out, within()?)?;
                }
                out.push('}');
                return self.charge(ITEM_BYTES + keys);
            }
        }
        self.charge(out.len() - before)
    }
}
