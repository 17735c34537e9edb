//! Letting go of values without recursion: closures may hold each other in chains of any length,
//! and a chain that dropped link by link would exhaust the native stack.

use std::rc::Rc;

use crate::frame::Frame;
use crate::function::{Closure, Function};
use crate::value::array::Items;
use crate::value::{Array, Object, Value};

/// What is still to be taken apart.
#[derive(Default)]
pub(crate) struct Debris {
    values: Vec<Value>,
    frames: Vec<Rc<Frame>>,
}

impl Debris {
    /// What somebody else holds too is only let go.
    pub(crate) fn value(&mut self, value: Value) {
        let last = match &value {
            Value::Array(array) => Rc::strong_count(array) == 1,
            Value::Object(object) => Rc::strong_count(object) == 1,
            Value::Function(function) => Rc::strong_count(function) == 1,
            _ => false,
        };
        if last {
            self.values.push(value);
        }
    }

    pub(crate) fn frame(&mut self, frame: Rc<Frame>) {
        if Rc::strong_count(&frame) == 1 {
            self.frames.push(frame);
        }
    }

    /// Takes everything apart that nobody else holds.
    pub(crate) fn clear(mut self) {
        loop {
            if let Some(value) = self.values.pop() {
                self.take_apart(value);
            } else if let Some(frame) = self.frames.pop() {
                if let Some(mut frame) = Rc::into_inner(frame) {
                    frame.give(&mut self);
                }
            } else {
                return;
            }
        }
    }

    fn take_apart(&mut self, value: Value) {
        match value {
            Value::Array(array) => {
                if let Some(mut array) = Rc::into_inner(array) {
                    array.give(self);
                }
            }
            Value::Object(object) => {
                if let Some(mut object) = Rc::into_inner(object) {
                    object.give(self);
                }
            }
            Value::Function(function) => self.function(function),
            _ => {}
        }
    }

    fn function(&mut self, function: Rc<Function>) {
        match Rc::into_inner(function) {
            Some(Function::Lambda(Closure { input, frame, .. })) => {
                self.value(input);
                self.frame(frame);
            }
            Some(Function::Transform { frame, .. }) => self.frame(frame),
            Some(Function::Partial { function, arguments, .. }) => {
                self.value(Value::Function(function));
                arguments.into_iter().flatten().for_each(|argument| self.value(argument));
            }
            Some(Function::Chain { first, second, .. }) => {
                self.value(Value::Function(first));
                self.value(Value::Function(second));
            }
            Some(Function::Builtin(_) | Function::Matcher(_) | Function::NextMatch { .. })
            | None => {}
        }
    }
}

fn holds_nodes<'a>(mut values: impl Iterator<Item = &'a Value>) -> bool {
    values.any(|v| matches!(v, Value::Array(_) | Value::Object(_) | Value::Function(_)))
}

impl Array {
    fn give(&mut self, debris: &mut Debris) {
        if let Items::Values(values) = &mut self.items {
            values.drain(..).for_each(|value| debris.value(value));
        }
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        if matches!(&self.items, Items::Values(values) if holds_nodes(values.iter())) {
            let mut debris = Debris::default();
            self.give(&mut debris);
            debris.clear();
        }
    }
}

impl Object {
    fn give(&mut self, debris: &mut Debris) {
        let members = self.members.get_mut();
        members.entries.drain(..).for_each(|(_, value)| debris.value(value));
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        if holds_nodes(self.members.get_mut().entries.iter().map(|(_, value)| value)) {
            let mut debris = Debris::default();
            self.give(&mut debris);
            debris.clear();
        }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        let mut debris = Debris::default();
        self.give(&mut debris);
        debris.clear();
    }
}
