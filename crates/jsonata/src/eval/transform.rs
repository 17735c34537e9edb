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
        match value.kind() {
            Kind::Array => self.copied_array(value),
            Kind::Object => self.copied_object(value),
            Kind::Function => self.text(""),
            _ => Ok(value.clone()),
        }
    }

    fn copied_array(&mut self, value: &Value) -> Result<Value> {
        let _level = self.meter.level()?;
        let mut list = self.list()?;
        let Some(view) = value.view() else { return Ok(list.array()) };
        for item in view.iter() {
            list.push(self.copied(&item)?)?;
        }
        Ok(list.array())
    }

    fn copied_object(&mut self, value: &Value) -> Result<Value> {
        let _level = self.meter.level()?;
        let copy = Object::new(&self.meter)?;
        let Some(fields) = value.fields() else { return Ok(copy.into_value()) };
        for (key, member) in fields.entries() {
            copy.insert(key, self.copied(&member)?)?;
        }
        Ok(copy.into_value())
    }
}
