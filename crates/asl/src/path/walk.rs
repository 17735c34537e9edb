//! Evaluation of steps, with Jayway's results, and its messages where there are none.

use std::cell::Cell;

use json::{Kind, Object, Value};

use crate::path::filter::Filter;
use crate::path::step::{self, Name, Slice, Step};
use crate::path::{Miss, MissKind, function};
use crate::scope::Budget;

/// How many values one evaluation may visit; ours, not AWS's. Paths like `$..*..*` multiply.
const VISITS_MAX: u32 = 1_000_000;

/// Members looked through, or items compared, that count as one visit.
const STEPS_A_VISIT: usize = 16;

/// One evaluation of a path on a document.
pub(crate) struct Walk<'a> {
    pub(crate) root: &'a Value,
    visits: &'a Cell<u32>,
    visits_max: u32,
}

/// The value of `steps` in `document`: of definite ones the value itself, of others an array.
pub(crate) fn read(steps: &[Step], document: &Value, budget: &Budget) -> Result<Value, Miss> {
    let visits = Cell::new(0);
    let left = u32::try_from(budget.left()).unwrap_or(u32::MAX);
    let walk = Walk { root: document, visits: &visits, visits_max: VISITS_MAX.min(left) };
    let outcome = walk.beside(steps, document);
    budget.spend(visits.get().into());
    // Filters turn a miss into `false`; this one they must not hide.
    walk.check()?;
    match outcome {
        // Jayway itself throws here when the path ends before its first indefinite step. AWS says
        // `[]` (recorded: `json_path_array_wildcard_or_slice_with_no_input`).
        Err(miss) if miss.kind != MissKind::Invalid && !step::are_definite(steps) => {
            Ok(Value::array([]))
        }
        outcome => outcome,
    }
}

/// The steps being walked and what they found.
struct Found<'a> {
    steps: &'a [Step],
    values: Vec<Value>,
}

impl Walk<'_> {
    /// The value of other steps, in this document or a part of it, counted in this walk.
    pub(crate) fn beside(&self, steps: &[Step], document: &Value) -> Result<Value, Miss> {
        let mut found = Found { steps, values: Vec::new() };
        self.visit(0, document.clone(), &mut found)?;
        if step::are_definite(steps) {
            return found.values.pop().ok_or_else(|| absent(steps, steps.len().saturating_sub(1)));
        }
        Ok(found.values.into())
    }

    fn count(&self) -> Result<(), Miss> {
        self.visits.set(self.visits.get().saturating_add(1));
        self.check()
    }

    /// Counts the work of looking through so many members or items, where it isn't visits that multiply.
    pub(crate) fn work(&self, steps: usize) {
        let visits = u32::try_from(steps / STEPS_A_VISIT).unwrap_or(u32::MAX);
        self.visits.set(self.visits.get().saturating_add(visits));
    }

    /// Whether it has come to its bound.
    pub(crate) fn is_spent(&self) -> bool {
        self.visits_max < self.visits.get()
    }

    fn check(&self) -> Result<(), Miss> {
        if !self.is_spent() {
            return Ok(());
        }
        let message = format!("The path visits more than {VISITS_MAX} values");
        Err(Miss { kind: MissKind::Invalid, message })
    }

    fn visit(&self, place: usize, value: Value, found: &mut Found<'_>) -> Result<(), Miss> {
        self.count()?;
        let steps = found.steps;
        match steps.get(place) {
            None => found.values.push(value),
            Some(Step::Name(name)) => self.name(place, name, &value, found)?,
            Some(Step::Names(names)) => self.names(place, names, &value, found)?,
            Some(Step::Index(index)) => {
                if is_array(steps, place, &value)? {
                    self.item(place, *index, &value, found)?;
                }
            }
            Some(Step::Indices(indices)) => {
                if is_array(steps, place, &value)? {
                    self.items(place, indices.iter().copied(), &value, found)?;
                }
            }
            Some(Step::Slice(slice)) => self.slice(place, *slice, &value, found)?,
            Some(Step::Wildcard) => {
                for child in children(&value) {
                    self.visit(place + 1, child, found)?;
                }
            }
            Some(Step::Scan) => self.scan(place + 1, value, found)?,
            Some(Step::Filter(filter)) => self.filter(place, filter, value, found)?,
            Some(Step::Call(function, arguments)) => {
                let result = function::call(function, arguments, &value, self)?;
                self.visit(place + 1, result, found)?;
            }
        }
        Ok(())
    }

    fn name(
        &self,
        place: usize,
        name: &Name,
        value: &Value,
        found: &mut Found<'_>,
    ) -> Result<(), Miss> {
        let steps = found.steps;
        if !is_object(steps, place, value)? {
            return Ok(());
        }
        self.work(value.len());
        match value.get(&name.text) {
            Some(member) => self.visit(place + 1, member, found),
            None if place + 1 < steps.len() && step::are_definite_before(steps, place) => {
                Err(absent(steps, place))
            }
            None => Ok(()),
        }
    }

    fn names(
        &self,
        place: usize,
        names: &[Name],
        value: &Value,
        found: &mut Found<'_>,
    ) -> Result<(), Miss> {
        if !is_object(found.steps, place, value)? {
            return Ok(());
        }
        if place + 1 < found.steps.len() {
            for member in names.iter().filter_map(|name| value.get(&name.text)) {
                self.visit(place + 1, member, found)?;
            }
            return Ok(());
        }
        let members =
            names.iter().filter_map(|name| Some((name.text.clone(), value.get(&name.text)?)));
        self.visit(place + 1, members.collect::<Object>().into(), found)
    }

    fn item(
        &self,
        place: usize,
        index: i64,
        array: &Value,
        found: &mut Found<'_>,
    ) -> Result<(), Miss> {
        match resolve(index, array.len()).and_then(|index| array.at(index)) {
            Some(item) => self.visit(place + 1, item, found),
            None => Ok(()),
        }
    }

    /// Several items, for which the array is walked once.
    fn items(
        &self,
        place: usize,
        indices: impl Iterator<Item = i64>,
        array: &Value,
        found: &mut Found<'_>,
    ) -> Result<(), Miss> {
        let items: Vec<Value> = array.items().collect();
        for index in indices {
            if let Some(index) = resolve(index, items.len()) {
                self.visit(place + 1, items[index].clone(), found)?;
            }
        }
        Ok(())
    }

    fn slice(
        &self,
        place: usize,
        slice: Slice,
        value: &Value,
        found: &mut Found<'_>,
    ) -> Result<(), Miss> {
        if is_array(found.steps, place, value)? {
            self.items(place, slice.places(value.len()), value, found)?;
        }
        Ok(())
    }

    /// Applies the steps from `place` to every object and array inside `value`, and to itself,
    /// parents before children.
    fn scan(&self, place: usize, value: Value, found: &mut Found<'_>) -> Result<(), Miss> {
        let mut left = vec![value];
        while let Some(value) = left.pop() {
            if !matches!(value.kind(), Kind::Object | Kind::Array) {
                continue;
            }
            if self.scanned(found.steps.get(place), &value) {
                self.visit(place, value.clone(), found)?;
            }
            let inside = left.len();
            left.extend(children(&value));
            left[inside..].reverse();
        }
        Ok(())
    }

    /// Whether a scan applies the next step to a value.
    fn scanned(&self, step: Option<&Step>, value: &Value) -> bool {
        let object = value.kind() == Kind::Object;
        match step {
            Some(Step::Name(name)) => object && value.get(&name.text).is_some(),
            Some(Step::Names(_)) => object,
            Some(Step::Index(_) | Step::Indices(_) | Step::Slice(_)) => !object,
            Some(Step::Wildcard) => true,
            Some(Step::Filter(filter)) => filter.accepts(value, self),
            Some(Step::Scan | Step::Call(..)) | None => false,
        }
    }

    /// Of an array the items that pass; an object passes as a whole or not at all.
    fn filter(
        &self,
        place: usize,
        filter: &Filter,
        value: Value,
        found: &mut Found<'_>,
    ) -> Result<(), Miss> {
        match value.kind() {
            Kind::Object => {
                if filter.accepts(&value, self) {
                    self.visit(place + 1, value, found)?;
                }
            }
            Kind::Array => {
                for item in value.items() {
                    self.count()?;
                    if filter.accepts(&item, self) {
                        self.visit(place + 1, item, found)?;
                    }
                }
            }
            Kind::Null | Kind::Bool | Kind::Number | Kind::String => {}
        }
        Ok(())
    }
}

/// The place that an index names in an array; negative ones count from the end.
pub(crate) fn resolve(index: i64, length: usize) -> Option<usize> {
    let index = if index < 0 { index.checked_add_unsigned(length as u64)? } else { index };
    usize::try_from(index).ok().filter(|index| *index < length)
}

/// Why the step at `place` of a path of names and indices finds nothing in `value`.
pub(crate) fn plain_miss(steps: &[Step], place: usize, value: &Value) -> Miss {
    let fits = match &steps[place] {
        Step::Index(_) => is_array(steps, place, value),
        _ => is_object(steps, place, value),
    };
    match fits {
        Err(miss) => miss,
        Ok(_) => absent(steps, place),
    }
}

/// Jayway tells a last step that finds nothing from one on the way, if that is a name.
fn absent(steps: &[Step], place: usize) -> Miss {
    if place + 1 == steps.len() || matches!(steps[place], Step::Index(_)) {
        let kind = match steps[place] {
            Step::Index(_) if place + 1 == steps.len() => MissKind::BeyondEnd,
            _ => MissKind::Absent,
        };
        return Miss { kind, message: format!("No results for path: {}", step::print(steps)) };
    }
    let message = format!("Missing property in path {}", step::print(&steps[..=place]));
    Miss { kind: MissKind::Absent, message }
}

fn children(value: &Value) -> Vec<Value> {
    match value.kind() {
        Kind::Object => value.entries().map(|(_, member)| member).collect(),
        Kind::Array => value.items().collect(),
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => Vec::new(),
    }
}

/// Whether a name can be applied to the value; a miss if not and the way here was definite.
pub(crate) fn is_object(steps: &[Step], place: usize, value: &Value) -> Result<bool, Miss> {
    if value.kind() == Kind::Object || !step::are_definite_before(steps, place) {
        return Ok(value.kind() == Kind::Object);
    }
    let message = format!(
        "Expected to find an object with property {} in path {} but found '{}'. This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonProvider'.",
        steps[place],
        step::print(&steps[..place]),
        java_class(value)
    );
    Err(Miss { kind: MissKind::Absent, message })
}

/// The same for what only arrays have.
pub(crate) fn is_array(steps: &[Step], place: usize, value: &Value) -> Result<bool, Miss> {
    if value.kind() == Kind::Array || !step::are_definite_before(steps, place) {
        return Ok(value.kind() == Kind::Array);
    }
    if value.is_null() {
        let message = format!("The path {} is null", step::print(&steps[..place]));
        return Err(Miss { kind: MissKind::Absent, message });
    }
    let mut current = String::new();
    crate::java::print(value, &mut current);
    let rest: String = steps[place..].iter().map(ToString::to_string).collect();
    let message =
        format!("Filter: {rest} can only be applied to arrays. Current context is: {current}");
    Err(Miss { kind: MissKind::NotArray, message })
}

/// The class in which Jackson holds a value.
fn java_class(value: &Value) -> &'static str {
    match value.kind() {
        Kind::Null => "null",
        Kind::Bool => "java.lang.Boolean",
        Kind::String => "java.lang.String",
        Kind::Array => "java.util.ArrayList",
        Kind::Object => "java.util.LinkedHashMap",
        Kind::Number => match value.as_number() {
            Some(number) if !number.is_integer_text() => "java.lang.Double",
            Some(number) => match number.as_i64().map(i32::try_from) {
                Some(Ok(_)) => "java.lang.Integer",
                Some(Err(_)) => "java.lang.Long",
                None => "java.math.BigInteger",
            },
            None => "java.lang.Integer",
        },
    }
}
