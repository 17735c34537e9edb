//! Operators and literals.

use std::cmp::Ordering;

use crate::error::Error;
use crate::program::{Block, Expression, Operator};
use crate::value::Value;

use super::Machine;

impl Machine<'_> {
    /// Whether a condition holds: `null` and `false` don't, every other value does (an empty text too).
    /// Literals don't either; Velocity 1.7 asks them nothing.
    pub(super) fn condition(&mut self, expression: &Expression) -> Result<bool, Error> {
        let value = self.expression(expression)?;
        Ok(match expression {
            Expression::Int(_)
            | Expression::Float(_)
            | Expression::Text(_)
            | Expression::Interpolated(_)
            | Expression::List(_)
            | Expression::Map(_)
            | Expression::Range(_) => false,
            Expression::Null
            | Expression::Bool(_)
            | Expression::Reference(_)
            | Expression::Not(_)
            | Expression::Binary(..) => !matches!(value, Value::Null | Value::Bool(false)),
        })
    }

    pub(super) fn expression(&mut self, expression: &Expression) -> Result<Value, Error> {
        self.step()?;
        Ok(match expression {
            Expression::Null => Value::Null,
            Expression::Bool(bool) => Value::Bool(*bool),
            Expression::Int(int) => Value::Int(*int),
            Expression::Float(float) => Value::Float(*float),
            Expression::Text(text) => Value::Text(text.clone()),
            Expression::Interpolated(block) => self.interpolated(block)?,
            Expression::List(items) => {
                let items = items.iter().map(|item| self.expression(item));
                let items = items.collect::<Result<Vec<Value>, Error>>()?;
                self.heap.charge(items.len() * size_of::<Value>()).map_err(Self::unplaced)?;
                self.heap.list(items)
            }
            Expression::Map(members) => {
                let mut evaluated = Vec::with_capacity(members.len());
                for (key, value) in members {
                    let key = self.expression(key)?;
                    let key = self.heap.key(&key).map_err(Self::unplaced)?;
                    evaluated.push((key, self.expression(value)?));
                }
                self.heap.charge(members.len() * size_of::<Value>()).map_err(Self::unplaced)?;
                self.heap.map(evaluated)
            }
            Expression::Range(ends) => self.range(&ends.0, &ends.1)?,
            Expression::Reference(reference) => self.reference(reference)?,
            Expression::Not(operand) => Value::Bool(!self.condition(operand)?),
            Expression::Binary(operator, operands) => {
                self.binary(*operator, &operands.0, &operands.1)?
            }
        })
    }

    /// A text in double quotes: what it renders.
    fn interpolated(&mut self, block: &Block) -> Result<Value, Error> {
        let outer = std::mem::take(&mut self.out);
        let rendered = self.block(block);
        let text = std::mem::replace(&mut self.out, outer);
        rendered?;
        self.heap.made(text).map_err(Self::unplaced)
    }

    /// `[from..to]`, both included, in either direction; `null` if one isn't an integer.
    fn range(&mut self, from: &Expression, to: &Expression) -> Result<Value, Error> {
        let (Value::Int(from), Value::Int(to)) = (self.expression(from)?, self.expression(to)?)
        else {
            return Ok(Value::Null);
        };
        let length = from.abs_diff(to).saturating_add(1);
        let bytes = length.saturating_mul(size_of::<Value>() as u64);
        self.heap.charge(usize::try_from(bytes).unwrap_or(usize::MAX)).map_err(Self::unplaced)?;
        let items = match from <= to {
            true => (from..=to).map(Value::Int).collect(),
            false => (to..=from).rev().map(Value::Int).collect(),
        };
        Ok(self.heap.list(items))
    }

    fn binary(
        &mut self,
        operator: Operator,
        left: &Expression,
        right: &Expression,
    ) -> Result<Value, Error> {
        match operator {
            Operator::Or => {
                return Ok(Value::Bool(self.condition(left)? || self.condition(right)?));
            }
            Operator::And => {
                return Ok(Value::Bool(self.condition(left)? && self.condition(right)?));
            }
            _ => {}
        }
        let (a, b) = (self.expression(left)?, self.expression(right)?);
        Ok(match operator {
            Operator::Equal => {
                Value::Bool(self.heap.loosely_equal(&a, &b).map_err(Self::unplaced)?)
            }
            Operator::Unequal => {
                Value::Bool(!self.heap.loosely_equal(&a, &b).map_err(Self::unplaced)?)
            }
            Operator::Less => Value::Bool(ordering(&a, &b) == Some(Ordering::Less)),
            Operator::LessOrEqual => Value::Bool(ordering(&a, &b).is_some_and(Ordering::is_le)),
            Operator::Greater => Value::Bool(ordering(&a, &b) == Some(Ordering::Greater)),
            Operator::GreaterOrEqual => Value::Bool(ordering(&a, &b).is_some_and(Ordering::is_ge)),
            Operator::Add if matches!(a, Value::Text(_)) || matches!(b, Value::Text(_)) => {
                let mut text = self.concatenated(&a, left)?;
                text += &self.concatenated(&b, right)?;
                self.heap.made(text).map_err(Self::unplaced)?
            }
            _ => arithmetic(operator, &a, &b),
        })
    }

    /// The text of an operand; a reference without value shows as it is written.
    fn concatenated(&mut self, value: &Value, written: &Expression) -> Result<String, Error> {
        match (value, written) {
            (Value::Null, Expression::Reference(reference)) => Ok(reference.literal.to_string()),
            _ => self.heap.text(value).map_err(Self::unplaced),
        }
    }
}

/// Only numbers have an order.
fn ordering(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        _ => float(left)?.partial_cmp(&float(right)?),
    }
}

fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Int(int) => Some(*int as f64),
        Value::Float(float) => Some(*float),
        _ => None,
    }
}

/// Integers stay integers (`7 / 2` is 3) until they overflow; dividing by zero gives `null`.
fn arithmetic(operator: Operator, left: &Value, right: &Value) -> Value {
    if let (Value::Int(a), Value::Int(b)) = (left, right) {
        let exact = match operator {
            Operator::Add => a.checked_add(*b),
            Operator::Subtract => a.checked_sub(*b),
            Operator::Multiply => a.checked_mul(*b),
            _ if *b == 0 => return Value::Null,
            Operator::Divide => a.checked_div(*b),
            _ => a.checked_rem(*b),
        };
        if let Some(int) = exact {
            return Value::Int(int);
        }
    }
    let (Some(a), Some(b)) = (float(left), float(right)) else { return Value::Null };
    Value::Float(match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        _ if b == 0.0 => return Value::Null,
        Operator::Divide => a / b,
        _ => a % b,
    })
}
