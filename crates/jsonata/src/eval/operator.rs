//! Operators.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::ast::{Node, Operator};
use crate::error::{Fault, Result, fault};
use crate::eval::Evaluator;
use crate::frame::Frame;
use crate::functions::{is_number, truthy};
use crate::value::{Array, Kind, Value, compare_text};

/// What `..` may make; AWS's bound of memory is reached before.
const RANGE_MAX: f64 = 1e7;

impl Evaluator<'_> {
    pub(super) fn binary(
        &mut self,
        operator: Operator,
        left: &Node,
        right: &Node,
        position: u32,
        input: &Value,
        frame: &Rc<Frame>,
    ) -> Result<Value> {
        let left = self.eval(left, input, frame)?;
        let known = |fault: Box<Fault>| fault.or_at(position, Some(operator.text()));
        let short = match operator {
            Operator::And => !truthy(&left).map_err(known)?,
            Operator::Or => truthy(&left).map_err(known)?,
            _ => {
                let right = self.eval(right, input, frame)?;
                return self.operate(operator, &left, &right).map_err(known);
            }
        };
        if short {
            return Ok(Value::bool(operator == Operator::Or));
        }
        // Whatever fails on the right is told of as this operator's, as the reference does.
        let here = |fault: Box<Fault>| fault.at(position).token(operator.text());
        let right = self.eval(right, input, frame).map_err(here)?;
        truthy(&right).map(Value::bool).map_err(here)
    }

    fn operate(&mut self, operator: Operator, left: &Value, right: &Value) -> Result<Value> {
        match operator {
            Operator::Add
            | Operator::Subtract
            | Operator::Multiply
            | Operator::Divide
            | Operator::Remainder => calculate(operator, left, right),
            Operator::Equal => self.equality(left, right, true),
            Operator::NotEqual => self.equality(left, right, false),
            Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => compare(operator, left, right),
            Operator::Concatenate => self.concatenate(left, right),
            Operator::Range => self.range(left, right),
            Operator::In => self.contained(left, right),
            Operator::And | Operator::Or => Ok(Value::Undefined),
        }
    }

    fn equality(&self, left: &Value, right: &Value, wanted: bool) -> Result<Value> {
        if left.is_undefined() || right.is_undefined() {
            return Ok(Value::bool(false));
        }
        Ok(Value::bool(self.equal(left, right)? == wanted))
    }

    fn concatenate(&self, left: &Value, right: &Value) -> Result<Value> {
        let mut text = String::new();
        for part in [left, right] {
            match part.as_str() {
                Some(part) => text.push_str(part),
                None => {
                    let part = part.stringified(false, &self.meter)?;
                    text.push_str(&part.unwrap_or_default());
                }
            }
        }
        self.meter.work(text.len() as u64 / 64)?;
        self.text(text)
    }

    fn range(&self, first: &Value, last: &Value) -> Result<Value> {
        let whole = |value: &Value| value.as_f64().is_some_and(|n| n.is_finite() && n.trunc() == n);
        if !first.is_undefined() && !whole(first) {
            return Err(fault("T2003").value(first));
        }
        if !last.is_undefined() && !whole(last) {
            return Err(fault("T2004").value(last));
        }
        let (Some(first), Some(last)) = (first.as_f64(), last.as_f64()) else {
            return Ok(Value::Undefined);
        };
        if last < first {
            return Ok(Value::Undefined);
        }
        let count = last - first + 1.0;
        if RANGE_MAX < count {
            return Err(fault("D2014").value(&Value::Number(count)));
        }
        Array::range(first, count as usize, &self.meter)
    }

    fn contained(&self, item: &Value, within: &Value) -> Result<Value> {
        if item.is_undefined() || within.is_undefined() {
            return Ok(Value::bool(false));
        }
        let Some(view) = within.view() else { return Ok(Value::bool(identical(item, within))) };
        self.meter.work(view.len() as u64)?;
        Ok(Value::bool(view.iter().any(|candidate| identical(item, &candidate))))
    }

    pub(super) fn negate(
        &mut self,
        node: &Node,
        operand: &Node,
        input: &Value,
        frame: &Rc<Frame>,
    ) -> Result<Value> {
        let value = self.eval(operand, input, frame)?;
        if value.is_undefined() {
            return Ok(value);
        }
        if !is_number(&value)? {
            return Err(fault("D1002").at(node.position).token("-").value(&value));
        }
        Ok(Value::Number(-value.as_f64().unwrap_or(f64::NAN)))
    }
}

/// JavaScript's `===`: containers only are what they themselves are.
fn identical(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Array(left), Value::Array(right)) => Rc::ptr_eq(left, right),
        (Value::Object(left), Value::Object(right)) => Rc::ptr_eq(left, right),
        (Value::Function(left), Value::Function(right)) => Rc::ptr_eq(left, right),
        (Value::Json(left), Value::Json(right)) if left.is_same(right) => true,
        _ => {
            left.kind() == right.kind()
                && match left.kind() {
                    Kind::Undefined | Kind::Null => true,
                    Kind::Bool => left.as_bool() == right.as_bool(),
                    Kind::Number => left.as_f64() == right.as_f64(),
                    Kind::String => left.as_str() == right.as_str(),
                    Kind::Array | Kind::Object | Kind::Function => false,
                }
        }
    }
}

fn calculate(operator: Operator, left: &Value, right: &Value) -> Result<Value> {
    if !left.is_undefined() && !is_number(left)? {
        return Err(fault("T2001").value(left));
    }
    if !right.is_undefined() && !is_number(right)? {
        return Err(fault("T2002").value(right));
    }
    let (Some(left), Some(right)) = (left.as_f64(), right.as_f64()) else {
        return Ok(Value::Undefined);
    };
    Ok(Value::Number(match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        _ => left % right,
    }))
}

fn compare(operator: Operator, left: &Value, right: &Value) -> Result<Value> {
    let comparable = |value: &Value| matches!(value.kind(), Kind::String | Kind::Number);
    for value in [left, right] {
        if !value.is_undefined() && !comparable(value) {
            return Err(fault("T2010").value(value));
        }
    }
    if left.is_undefined() || right.is_undefined() {
        return Ok(Value::Undefined);
    }
    let order = match (left.as_str(), right.as_str()) {
        (Some(left), Some(right)) => Some(compare_text(left, right)),
        (None, None) => {
            left.as_f64().zip(right.as_f64()).and_then(|(left, right)| left.partial_cmp(&right))
        }
        _ => return Err(fault("T2009").value(left).with("value2", right.shown())),
    };
    let holds = order.is_some_and(|order| match operator {
        Operator::Less => order == Ordering::Less,
        Operator::LessOrEqual => order != Ordering::Greater,
        Operator::Greater => order == Ordering::Greater,
        _ => order != Ordering::Less,
    });
    Ok(Value::bool(holds))
}
