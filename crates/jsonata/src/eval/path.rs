//! Paths: each step is evaluated over every item that the step before it yielded.

use std::rc::Rc;

use crate::ast::{Kind, Node, Path, Stage};
use crate::error::Result;
use crate::eval::Evaluator;
use crate::frame::Frame;
use crate::functions::{is_number, truthy};
use crate::value::{Flags, List, Value};

impl Evaluator<'_> {
    pub(super) fn path(&mut self, node: &Node, input: &Value, frame: &Rc<Frame>) -> Result<Value> {
        let Kind::Path(path) = &node.kind else { return Ok(Value::Undefined) };
        let value = if path.plain {
            self.plain_path(path, input, frame)?
        } else {
            self.steps(path, input, frame)?
        };
        match (&node.group, value) {
            (Some(group), value) => self.group(group, &value, frame),
            (None, value) => Ok(value),
        }
    }

    /// Looks up one member after the other for as long as there is only one value to look into.
    fn plain_path(&mut self, path: &Path, input: &Value, frame: &Rc<Frame>) -> Result<Value> {
        let (first, others) = path.steps.split_first().expect("a path has steps");
        if matches!(first.kind, Kind::Name(_)) && input.is_array() {
            return self.steps(path, input, frame);
        }
        let mut value = self.eval(first, input, frame)?;
        self.meter.work(others.len() as u64)?;
        for (place, step) in others.iter().enumerate() {
            if value.is_array() {
                let rest = path.steps.iter().skip(place + 1);
                let mut items = self.list()?;
                add(&mut items, value)?;
                return self.name_steps(rest, items.sequence(), frame);
            }
            let Kind::Name(name) = &step.kind else { return Ok(Value::Undefined) };
            value = match value.fields().and_then(|fields| fields.get(name)) {
                Some(member) => member,
                None => return Ok(Value::Undefined),
            };
        }
        Ok(value)
    }

    fn name_steps<'n>(
        &mut self,
        steps: impl ExactSizeIterator<Item = &'n Node>,
        mut items: Value,
        frame: &Rc<Frame>,
    ) -> Result<Value> {
        let last = steps.len() - 1;
        for (place, step) in steps.enumerate() {
            items = self.step(step, &items, frame, place == last)?;
            if is_empty(&items) {
                break;
            }
        }
        Ok(items)
    }

    fn steps(&mut self, path: &Path, input: &Value, frame: &Rc<Frame>) -> Result<Value> {
        let absolute = matches!(
            path.steps[0].kind,
            Kind::Root | Kind::Variable(_) | Kind::Global(_) | Kind::Context
        );
        let mut items = if input.is_array() && !absolute {
            input.clone()
        } else {
            let mut one = List::with_capacity(1, &self.meter)?;
            one.push(input.clone())?;
            one.sequence()
        };
        let mut result = Value::Undefined;
        let mut tuples = None;
        let mut carries_tuples = false;
        for (place, step) in path.steps.iter().enumerate() {
            carries_tuples |= step.step.tuple;
            if place == 0 && step.step.constructed {
                result = self.eval(step, &items, frame)?;
            } else if carries_tuples {
                tuples = Some(self.tuple_step(step, &items, tuples, frame)?);
            } else {
                result = self.step(step, &items, frame, place + 1 == path.steps.len())?;
            }
            if !carries_tuples && is_empty(&result) {
                break;
            }
            if step.step.focus.is_none() {
                items = result.clone();
            }
        }
        if let Some(tuples) = tuples {
            if path.tuple || path.grouped {
                return Ok(Value::Tuples(Rc::new(tuples)));
            }
            let mut contexts = self.list()?;
            for tuple in tuples.items() {
                contexts.push(tuple.context.clone())?;
            }
            result = contexts.sequence();
        }
        if path.keep_singleton {
            return self.kept(result);
        }
        Ok(result)
    }

    /// The result of a path in which some step says `[]`.
    fn kept(&self, result: Value) -> Result<Value> {
        let flags = result.flags();
        if flags.constructed && !flags.sequence {
            let mut one = List::with_capacity(1, &self.meter)?;
            one.push(result)?;
            return Ok(one.finish(Flags { keep_singleton: true, ..Flags::SEQUENCE }));
        }
        if let Value::Array(array) = &result {
            array.mark(|flags| flags.keep_singleton = true);
        }
        Ok(result)
    }

    fn step(&mut self, step: &Node, items: &Value, frame: &Rc<Frame>, last: bool) -> Result<Value> {
        if let Kind::Sort(terms) = &step.kind {
            let mut sorted = self.sort(terms, step.position, items, frame)?;
            for stage in &step.step.stages {
                if let Stage::Filter(predicate) = stage {
                    sorted = self.filter(predicate, sorted, frame)?;
                }
            }
            return Ok(sorted);
        }
        let mut results = self.list()?;
        // The first result: if it stays the only one, it may be returned as it is.
        let (mut first, mut count) = (None, 0_usize);
        let Some(view) = items.view() else { return Ok(Value::Undefined) };
        for item in view.iter() {
            let mut value = self.eval(step, &item, frame)?;
            for stage in &step.step.stages {
                if let Stage::Filter(predicate) = stage {
                    value = self.filter(predicate, value, frame)?;
                }
            }
            if value.is_undefined() {
                continue;
            }
            count += 1;
            if count == 1 {
                first = Some(value);
                continue;
            }
            if let Some(first) = first.take() {
                add(&mut results, first)?;
            }
            add(&mut results, value)?;
        }
        if let Some(only) = first {
            if last && only.is_array() && !only.is_sequence() {
                return Ok(only);
            }
            add(&mut results, only)?;
        }
        Ok(results.sequence())
    }

    /// The items for which the predicate is true, or whose places it names.
    pub(super) fn filter(
        &mut self,
        predicate: &Node,
        input: Value,
        frame: &Rc<Frame>,
    ) -> Result<Value> {
        if let Value::Tuples(tuples) = input {
            let filtered = self.filter_tuples(predicate, &tuples, frame)?;
            return Ok(Value::Tuples(Rc::new(filtered)));
        }
        if let Kind::Number(place) = predicate.kind {
            return self.pick(&input, place);
        }
        let mut results = self.list()?;
        let Some(view) = input.view() else {
            let result = self.eval(predicate, &input, frame)?;
            if let Some(times) = chosen(&result, 0, 1)? {
                (0..times).try_for_each(|_| results.push(input.clone()))?;
            }
            return Ok(results.sequence());
        };
        let count = view.len();
        for (place, item) in view.iter().enumerate() {
            let result = self.eval(predicate, &item, frame)?;
            if let Some(times) = chosen(&result, place, count)? {
                (0..times).try_for_each(|_| results.push(item.clone()))?;
            }
        }
        Ok(results.sequence())
    }

    /// `input[place]`
    fn pick(&mut self, input: &Value, place: f64) -> Result<Value> {
        let count = input.view().map_or(1, |view| view.len());
        let item = match (position(place, count), input.view()) {
            (None, _) => Value::Undefined,
            (Some(_), None) => input.clone(),
            (Some(place), Some(view)) => view.get(place),
        };
        if item.is_array() {
            return Ok(item);
        }
        let mut results = self.list()?;
        results.push_defined(item)?;
        Ok(results.sequence())
    }

    /// The member of that name, or those of all items.
    pub(crate) fn lookup(&mut self, input: &Value, name: &str) -> Result<Value> {
        let Some(view) = input.view() else {
            return Ok(input.fields().and_then(|fields| fields.get(name)).unwrap_or_default());
        };
        self.meter.work(view.len() as u64)?;
        let _level = self.meter.level()?;
        let mut results = self.list()?;
        for item in view.iter() {
            let found = self.lookup(&item, name)?;
            if !found.is_undefined() {
                results.extend(&found)?;
            }
        }
        Ok(results.sequence())
    }

    pub(super) fn wildcard(&mut self, input: &Value) -> Result<Value> {
        let input = super::unwrapped(input);
        let members: Vec<Value> = match (input.fields(), input.view()) {
            (Some(fields), _) => fields.entries().into_iter().map(|(_, value)| value).collect(),
            (None, Some(view)) => view.iter().collect(),
            (None, None) => Vec::new(),
        };
        let mut results = self.list()?;
        // An array among the members makes a plain array of the results, which doesn't collapse.
        let mut plain = false;
        for member in members {
            if member.is_array() {
                plain = true;
                self.flatten(&member, &mut results)?;
            } else {
                results.push(member)?;
            }
        }
        Ok(if plain { results.array() } else { results.sequence() })
    }

    fn flatten(&mut self, value: &Value, results: &mut List) -> Result<()> {
        let Some(view) = value.view() else { return results.push(value.clone()) };
        self.meter.work(view.len() as u64)?;
        let _level = self.meter.level()?;
        view.iter().try_for_each(|item| self.flatten(&item, results))
    }

    pub(super) fn descendants(&mut self, input: &Value) -> Result<Value> {
        if input.is_undefined() {
            return Ok(Value::Undefined);
        }
        let mut results = self.list()?;
        self.descend(input, &mut results)?;
        // `[]` behind it comes too late to keep an only one in an array.
        Ok(results.sequence().collapsed())
    }

    fn descend(&mut self, value: &Value, results: &mut List) -> Result<()> {
        self.meter.work(1)?;
        let _level = self.meter.level()?;
        if let Some(view) = value.view() {
            return view.iter().try_for_each(|item| self.descend(&item, results));
        }
        results.push(value.clone())?;
        let Some(fields) = value.fields() else { return Ok(()) };
        let members = fields.entries();
        members.iter().try_for_each(|(_, member)| self.descend(member, results))
    }
}

/// Appends a result to those of its step: sequences merge, `[…]` stays together.
fn add(results: &mut List, value: Value) -> Result<()> {
    if value.is_array() && !value.flags().constructed {
        results.extend(&value)
    } else {
        results.push(value)
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_undefined() || value.view().is_some_and(|view| view.len() == 0)
}

/// The place that a number names among `count` items; negative ones count from the end.
fn position(place: f64, count: usize) -> Option<usize> {
    let place = place.floor();
    let place = if place < 0.0 { place + count as f64 } else { place };
    (0.0..count as f64).contains(&place).then_some(place as usize)
}

/// How often an item is chosen by what the predicate said about it.
pub(super) fn chosen(result: &Value, place: usize, count: usize) -> Result<Option<usize>> {
    if is_number(result)? {
        let number = result.as_f64().unwrap_or(f64::NAN);
        return Ok((position(number, count) == Some(place)).then_some(1));
    }
    if let Some(view) = result.view() {
        let mut times = Some(0);
        for item in view.iter() {
            if !is_number(&item)? {
                times = None;
                break;
            }
            let number = item.as_f64().unwrap_or(f64::NAN);
            if position(number, count) == Some(place)
                && let Some(times) = &mut times
            {
                *times += 1;
            }
        }
        if times.is_some() {
            return Ok(times.filter(|times| 0 < *times));
        }
    }
    Ok(truthy(result)?.then_some(1))
}
