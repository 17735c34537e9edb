//! `[…]`, `{…}`, and grouping with `{…}`.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::ast::{Group, Item, Node};
use crate::error::{Result, fault};
use crate::eval::Evaluator;
use crate::frame::{Frame, Tuple, Tuples};
use crate::value::{Flags, Object, Value};

impl Evaluator<'_> {
    pub(super) fn array(
        &mut self,
        node: &Node,
        items: &[Item],
        input: &Value,
        frame: &Rc<Frame>,
    ) -> Result<Value> {
        let flags = Flags { constructed: node.step.constructed, ..Flags::default() };
        if let [Item { node, nested: false }] = items {
            let value = self.eval(node, input, frame)?;
            return self.array_of(value, flags);
        }
        let mut list = self.list()?;
        for item in items {
            let value = self.eval(&item.node, input, frame)?;
            if value.is_undefined() {
                continue;
            }
            if item.nested {
                list.push(value)?;
            } else {
                list.extend(&value)?;
            }
        }
        Ok(list.finish(flags))
    }

    /// `[value]`. What was made for this array alone becomes it, without being copied.
    fn array_of(&mut self, value: Value, flags: Flags) -> Result<Value> {
        match value {
            Value::Array(array) if Rc::strong_count(&array) == 1 => {
                array.mark(|marks| *marks = flags);
                Ok(Value::Array(array))
            }
            Value::Json(ref json) if json.kind() == json::Kind::Array && !flags.constructed => {
                Ok(value)
            }
            value => {
                let mut list = self.list()?;
                if !value.is_undefined() {
                    list.extend(&value)?;
                }
                Ok(list.finish(flags))
            }
        }
    }

    /// An object with a member for each key that the items yield.
    pub(super) fn group(
        &mut self,
        group: &Group,
        input: &Value,
        frame: &Rc<Frame>,
    ) -> Result<Value> {
        if let Value::Tuples(tuples) = input {
            return self.group_tuples(group, tuples, frame);
        }
        let Some(view) = input.view() else { return self.object(group, input, frame) };
        if view.len() == 0 {
            return self.object(group, &Value::Undefined, frame);
        }
        let mut groups = Groups::default();
        for (place, item) in view.iter().enumerate() {
            for (pair, parts) in group.pairs.iter().enumerate() {
                let key = self.key(&parts.key, parts.literal.as_ref(), group, &item, frame)?;
                if let Some(key) = key {
                    groups.add(key, pair, place, group)?;
                }
            }
        }
        let object = Object::new(&self.meter)?;
        let items: Vec<Value> = view.iter().collect();
        for Members { key, pair, places } in groups.list {
            let context = self.appended(places.iter().map(|place| &items[*place]))?;
            let value = self.eval(&group.pairs[pair].value, &context, frame)?;
            if !value.is_undefined() {
                object.insert(key, value)?;
            }
        }
        Ok(object.into_value())
    }

    /// The most frequent case: one item, and so one member a pair.
    fn object(&mut self, group: &Group, input: &Value, frame: &Rc<Frame>) -> Result<Value> {
        let mut keys = Vec::with_capacity(group.pairs.len());
        for pair in &group.pairs {
            let key = self.key(&pair.key, pair.literal.as_ref(), group, input, frame)?;
            if let Some(key) = &key
                && keys.iter().flatten().any(|known| known == key)
            {
                return Err(repeated(key, group));
            }
            keys.push(key);
        }
        let object = Object::new(&self.meter)?;
        for (pair, key) in group.pairs.iter().zip(keys) {
            let Some(key) = key else { continue };
            let value = self.eval(&pair.value, input, frame)?;
            if !value.is_undefined() {
                object.insert(key, value)?;
            }
        }
        Ok(object.into_value())
    }

    fn group_tuples(&mut self, group: &Group, tuples: &Tuples, frame: &Rc<Frame>) -> Result<Value> {
        let mut groups = Groups::default();
        for (place, tuple) in tuples.items().iter().enumerate() {
            let own = tuple.frame(frame);
            for (pair, parts) in group.pairs.iter().enumerate() {
                let literal = parts.literal.as_ref();
                let key = self.key(&parts.key, literal, group, &tuple.context, &own)?;
                if let Some(key) = key {
                    groups.add(key, pair, place, group)?;
                }
            }
        }
        let object = Object::new(&self.meter)?;
        for Members { key, pair, places } in groups.list {
            let members: Vec<Tuple> =
                places.iter().map(|place| tuples.items()[*place].clone()).collect();
            let merged = self.merged(&members)?;
            let value =
                self.eval(&group.pairs[pair].value, &merged.context, &merged.frame(frame))?;
            if !value.is_undefined() {
                object.insert(key, value)?;
            }
        }
        Ok(object.into_value())
    }

    fn key(
        &mut self,
        node: &Node,
        literal: Option<&Arc<str>>,
        group: &Group,
        input: &Value,
        frame: &Rc<Frame>,
    ) -> Result<Option<Arc<str>>> {
        if let Some(literal) = literal {
            return Ok(Some(literal.clone()));
        }
        let key = self.eval(node, input, frame)?;
        if key.is_undefined() {
            return Ok(None);
        }
        match key {
            Value::String(text) => Ok(Some(text.text)),
            _ => match key.as_str() {
                Some(text) => Ok(Some(text.into())),
                None => Err(fault("T1003").at(group.position).value(&key)),
            },
        }
    }
}

fn repeated(key: &str, group: &Group) -> Box<crate::error::Fault> {
    fault("D1009").at(group.position).with("value", key)
}

/// Which items belong to which key, in the order in which the keys came up.
#[derive(Default)]
struct Groups {
    list: Vec<Members>,
    by_key: HashMap<Arc<str>, usize>,
}

struct Members {
    key: Arc<str>,
    pair: usize,
    places: Vec<usize>,
}

impl Groups {
    fn add(&mut self, key: Arc<str>, pair: usize, place: usize, group: &Group) -> Result<()> {
        if let Some(known) = self.by_key.get(&key) {
            let members = &mut self.list[*known];
            if members.pair != pair {
                return Err(repeated(&key, group));
            }
            members.places.push(place);
            return Ok(());
        }
        self.by_key.insert(key.clone(), self.list.len());
        self.list.push(Members { key, pair, places: vec![place] });
        Ok(())
    }
}
