//! `|pattern|update, delete|`: a copy of an object in which what the pattern finds is changed.

use std::rc::Rc;

use crate::ast::Transform;
use crate::error::{Result, fault};
use crate::eval::Evaluator;
use crate::frame::Frame;
use crate::value::{Kind, Object, Value};

impl Evaluator<'_> {
    pub(super) fn transform(
        &mut self,
        code: &Transform,
        object: &Value,
        frame: &Rc<Frame>,
    ) -> Result<Value> {
        if object.is_undefined() {
            return Ok(Value::Undefined);
        }
        let result = self.copied(object)?;
        let matches = self.eval(&code.pattern, &result, frame)?;
        let matches: Vec<Value> = match matches.view() {
            Some(view) => view.iter().collect(),
            None if matches.is_undefined() => Vec::new(),
            None => vec![matches],
        };
        for matched in &matches {
            self.update(code, matched, frame)?;
            self.delete(code, matched, frame)?;
        }
        Ok(result)
    }

    fn update(&mut self, code: &Transform, matched: &Value, frame: &Rc<Frame>) -> Result<()> {
        let update = self.eval(&code.update, matched, frame)?;
        if update.is_undefined() {
            return Ok(());
        }
        let Some(fields) = update.fields() else {
            return Err(fault("T2011").at(code.update.position).value(&update));
        };
        let Value::Object(object) = matched else { return Ok(()) };
        for (key, value) in fields.entries() {
            // A copy, since what the update took from the object must not change with it.
            let value = self.copied(&value)?;
            object.insert(key, value)?;
        }
        Ok(())
    }

    fn delete(&mut self, code: &Transform, matched: &Value, frame: &Rc<Frame>) -> Result<()> {
        let Some(delete) = &code.delete else { return Ok(()) };
        let deletions = self.eval(delete, matched, frame)?;
        let names: Vec<Value> = match deletions.view() {
            Some(view) => view.iter().collect(),
            None if deletions.is_undefined() => return Ok(()),
            None => vec![deletions.clone()],
        };
        if names.iter().any(|name| name.kind() != Kind::String) {
            return Err(fault("T2012").at(delete.position).value(&deletions));
        }
        if let Value::Object(object) = matched {
            names.iter().filter_map(Value::as_str).for_each(|name| object.remove(name));
        }
        Ok(())
    }

    /// A copy whose objects nobody else holds.
    pub(crate) fn copied(&mut self, value: &Value) -> Result<Value> {
        self.meter.work(1)?;
        if let Some(view) = value.view() {
            let mut list = self.list()?;
            for item in view.iter() {
                let item = self.copied(&item)?;
                list.push(item)?;
            }
            return Ok(list.array());
        }
        let Some(fields) = value.fields() else {
            return Ok(match value {
                Value::Function(_) => self.text("")?,
                _ => value.clone(),
            });
        };
        let copy = Object::new(&self.meter)?;
        for (key, member) in fields.entries() {
            let member = self.copied(&member)?;
            copy.insert(key, member)?;
        }
        Ok(copy.into_value())
    }
}
