//! Steps of a path that carries bindings: `@$focus`, `#$index`, and the objects that `%` means.

use std::rc::Rc;

use crate::ast::{Kind, Node, Stage};
use crate::error::Result;
use crate::eval::Evaluator;
use crate::frame::{Frame, Tuple, Tuples};
use crate::value::{List, Value};

impl Tuple {
    /// The frame in which expressions of this item are evaluated.
    pub(super) fn frame(&self, frame: &Rc<Frame>) -> Rc<Frame> {
        Frame::within(frame, self.bound.clone())
    }
}

impl Evaluator<'_> {
    pub(super) fn tuple_step(
        &mut self,
        step: &Node,
        items: &Value,
        tuples: Option<Tuples>,
        frame: &Rc<Frame>,
    ) -> Result<Tuples> {
        let mut result = match (&step.kind, tuples) {
            (Kind::Sort(terms), Some(tuples)) => {
                self.sort_tuples(terms, step.position, &tuples, frame)?
            }
            (Kind::Sort(terms), None) => {
                let sorted = self.sort(terms, step.position, items, frame)?;
                self.indexed(step, &sorted)?
            }
            (_, Some(tuples)) => self.expand(step, &tuples, frame)?,
            (_, None) => {
                let mut tuples = Tuples::new(&self.meter)?;
                if let Some(view) = items.view() {
                    for context in view.iter() {
                        tuples.push(Tuple { context, bound: Vec::new() })?;
                    }
                }
                self.expand(step, &tuples, frame)?
            }
        };
        for stage in &step.step.stages {
            match stage {
                Stage::Filter(predicate) => {
                    result = self.filter_tuples(predicate, &result, frame)?;
                }
                Stage::Index(symbol) => {
                    for (place, tuple) in result.items_mut().iter_mut().enumerate() {
                        tuple.set(*symbol, Value::Number(place as f64));
                    }
                }
            }
        }
        Ok(result)
    }

    /// Sorted items, with the places that they have now.
    fn indexed(&mut self, step: &Node, sorted: &Value) -> Result<Tuples> {
        let mut result = Tuples::new(&self.meter)?;
        let Some(view) = sorted.view() else { return Ok(result) };
        for (place, context) in view.iter().enumerate() {
            let mut tuple = Tuple { context, bound: Vec::new() };
            if let Some(symbol) = step.step.index {
                tuple.set(symbol, Value::Number(place as f64));
            }
            result.push(tuple)?;
        }
        Ok(result)
    }

    fn expand(&mut self, step: &Node, tuples: &Tuples, frame: &Rc<Frame>) -> Result<Tuples> {
        let mut result = Tuples::new(&self.meter)?;
        for tuple in tuples.items() {
            let value = self.eval(step, &tuple.context, &tuple.frame(frame))?;
            match &value {
                Value::Undefined => {}
                Value::Tuples(inner) => {
                    for inner in inner.items() {
                        let mut merged = tuple.clone();
                        merged.context = inner.context.clone();
                        for (symbol, value) in &inner.bound {
                            merged.set(*symbol, value.clone());
                        }
                        result.push(merged)?;
                    }
                }
                _ => match value.view() {
                    None => result.push(bound(step, tuple, value, 0))?,
                    Some(view) => {
                        self.meter.work(view.len() as u64)?;
                        for (place, item) in view.iter().enumerate() {
                            result.push(bound(step, tuple, item, place))?;
                        }
                    }
                },
            }
        }
        Ok(result)
    }

    pub(super) fn filter_tuples(
        &mut self,
        predicate: &Node,
        tuples: &Tuples,
        frame: &Rc<Frame>,
    ) -> Result<Tuples> {
        let mut result = Tuples::new(&self.meter)?;
        let count = tuples.items().len();
        for (place, tuple) in tuples.items().iter().enumerate() {
            let chosen = if let Kind::Number(number) = predicate.kind {
                super::path::chosen(&Value::Number(number), place, count)?
            } else {
                let value = self.eval(predicate, &tuple.context, &tuple.frame(frame))?;
                super::path::chosen(&value, place, count)?
            };
            for _ in 0..chosen.unwrap_or_default() {
                result.push(tuple.clone())?;
            }
        }
        Ok(result)
    }

    /// Many tuples of one group as one: what each name stands for becomes an array.
    pub(super) fn merged(&self, tuples: &[Tuple]) -> Result<Tuple> {
        let [first, others @ ..] = tuples else { return Ok(Tuple::default()) };
        if others.is_empty() {
            return Ok(first.clone());
        }
        let mut merged =
            Tuple { context: self.appended(tuples.iter().map(|t| &t.context))?, bound: Vec::new() };
        for tuple in tuples {
            for (symbol, _) in &tuple.bound {
                if merged.bound.iter().all(|(known, _)| known != symbol) {
                    let values = tuples.iter().flat_map(|tuple| {
                        tuple.bound.iter().filter(|(s, _)| s == symbol).map(|(_, value)| value)
                    });
                    merged.bound.push((*symbol, self.appended(values)?));
                }
            }
        }
        Ok(merged)
    }

    /// Values one after the other, arrays as their items; a single one stays what it is.
    pub(super) fn appended<'v>(&self, values: impl Iterator<Item = &'v Value>) -> Result<Value> {
        let mut only = None;
        let mut list: Option<List> = None;
        for value in values.filter(|value| !value.is_undefined()) {
            match (&mut list, only.take()) {
                (Some(list), _) => list.extend(value)?,
                (None, None) => only = Some(value),
                (None, Some(first)) => {
                    let mut both = self.list()?;
                    both.extend(first)?;
                    both.extend(value)?;
                    list = Some(both);
                }
            }
        }
        Ok(match (list, only) {
            (Some(list), _) => list.array(),
            (None, Some(only)) => only.clone(),
            (None, None) => Value::Undefined,
        })
    }
}

/// The item that a step made of a tuple, with what the step binds.
fn bound(step: &Node, tuple: &Tuple, value: Value, place: usize) -> Tuple {
    let mut made = tuple.clone();
    match step.step.focus {
        Some(symbol) => made.set(symbol, value),
        None => made.context = value,
    }
    if let Some(symbol) = step.step.index {
        made.set(symbol, Value::Number(place as f64));
    }
    if let Some(symbol) = step.step.ancestor {
        made.set(symbol, tuple.context.clone());
    }
    made
}
