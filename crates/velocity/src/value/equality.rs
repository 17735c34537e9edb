//! `==` and `equals`.

use crate::error::{Fault, TOO_DEEP};

use super::{DEPTH_MAX, Heap, ITEM_BYTES, Value, class_name};

impl Heap {
    /// `==`: numbers by value, values of one class by `equals`, others by their texts.
    pub(crate) fn loosely_equal(&mut self, left: &Value, right: &Value) -> Result<bool, Fault> {
        let same_class = match (left, right) {
            (Value::Null, _) | (_, Value::Null) => return Ok(left == right),
            (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => true,
            _ => class_name(left) == class_name(right),
        };
        if same_class {
            return self.equal(left, right);
        }
        Ok(self.text(left)? == self.text(right)?)
    }

    /// `equals`, but for numbers, which are compared by value.
    pub(crate) fn equal(&mut self, left: &Value, right: &Value) -> Result<bool, Fault> {
        self.equal_within(left, right, DEPTH_MAX)
    }

    fn equal_within(&mut self, left: &Value, right: &Value, levels: u32) -> Result<bool, Fault> {
        self.charge(ITEM_BYTES)?;
        let within = || levels.checked_sub(1).ok_or(Fault::Limit(TOO_DEEP));
        if let (Value::Text(left), Value::Text(right)) = (left, right) {
            self.charge_reading(left.len().min(right.len()))?;
        }
        Ok(match (left, right) {
            (Value::Int(int), Value::Float(float)) | (Value::Float(float), Value::Int(int)) => {
                *int as f64 == *float
            }
            (Value::List(a), Value::List(b)) if a != b => {
                if self.list_len(*a) != self.list_len(*b) {
                    return Ok(false);
                }
                for place in 0..self.list_len(*a) {
                    let (left, right) = (self.item(*a, place), self.item(*b, place));
                    if !self.equal_within(&left, &right, within()?)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Value::Map(a), Value::Map(b)) if a != b => {
                if self.map_len(*a) != self.map_len(*b) {
                    return Ok(false);
                }
                for place in 0..self.map_len(*a) {
                    let Some((key, left)) = self.member_at(*a, place) else { break };
                    if !self.contains_key(*b, &key) {
                        return Ok(false);
                    }
                    let right = self.get(*b, &key);
                    if !self.equal_within(&left, &right, within()?)? {
                        return Ok(false);
                    }
                }
                true
            }
            _ => left == right,
        })
    }
}
