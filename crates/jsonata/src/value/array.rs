use std::cell::Cell;
use std::rc::Rc;

use crate::error::{Result, TOO_DEEP, bound};
use crate::limits::{CONTAINER, Charge, ITEM, LEVELS_MAX, Meter};
use crate::value::Value;

/// Marks of the reference implementation that decide when an array of one item collapses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    /// Came from a path or a function that yields any number of items.
    pub(crate) sequence: bool,
    /// Stays an array even with one item.
    pub(crate) keep_singleton: bool,
    /// Came from `[…]` at an end of a path: isn't flattened into the steps around it.
    pub(crate) constructed: bool,
    /// Wraps an input that is an array, so that the whole of it is the context.
    pub(crate) outer: bool,
}

impl Flags {
    pub(crate) const SEQUENCE: Flags =
        Flags { sequence: true, keep_singleton: false, constructed: false, outer: false };
}

pub(crate) struct Array {
    pub(super) items: Items,
    flags: Cell<Flags>,
    nesting: u16,
    _charge: Charge,
}

pub(super) enum Items {
    Values(Vec<Value>),
    /// `[first..first + count - 1]`, never written out.
    Range {
        first: f64,
        count: usize,
    },
}

impl Array {
    pub(crate) fn flags(&self) -> Flags {
        self.flags.get()
    }

    pub(crate) fn mark(&self, change: impl FnOnce(&mut Flags)) {
        let mut flags = self.flags.get();
        change(&mut flags);
        self.flags.set(flags);
    }

    pub(crate) fn len(&self) -> usize {
        match &self.items {
            Items::Values(values) => values.len(),
            Items::Range { count, .. } => *count,
        }
    }

    /// `Undefined` beyond the end.
    pub(crate) fn get(&self, place: usize) -> Value {
        match &self.items {
            Items::Values(values) => values.get(place).cloned().unwrap_or_default(),
            Items::Range { first, count } if place < *count => Value::Number(first + place as f64),
            Items::Range { .. } => Value::Undefined,
        }
    }

    pub(super) fn nesting(&self) -> u16 {
        self.nesting
    }

    pub(crate) fn range(first: f64, count: usize, meter: &Rc<Meter>) -> Result<Value> {
        let charge = meter.charge(CONTAINER + count * ITEM)?;
        Ok(Value::Array(Rc::new(Array {
            items: Items::Range { first, count },
            flags: Cell::new(Flags::SEQUENCE),
            nesting: 1,
            _charge: charge,
        })))
    }
}

/// An array in the making.
pub(crate) struct List {
    values: Vec<Value>,
    charge: Charge,
    nesting: u16,
}

impl List {
    pub(crate) fn new(meter: &Rc<Meter>) -> Result<Self> {
        List::with_capacity(0, meter)
    }

    /// `capacity` is a hint that costs nothing yet, so it must come from something that is held.
    pub(crate) fn with_capacity(capacity: usize, meter: &Rc<Meter>) -> Result<Self> {
        let charge = meter.charge(CONTAINER)?;
        Ok(List { values: Vec::with_capacity(capacity), charge, nesting: 1 })
    }

    pub(crate) fn push(&mut self, value: Value) -> Result<()> {
        self.charge.grow(ITEM)?;
        self.nesting = self.nesting.max(value.nesting() + 1);
        if LEVELS_MAX < self.nesting {
            return Err(bound(TOO_DEEP));
        }
        self.values.push(value);
        Ok(())
    }

    pub(crate) fn push_defined(&mut self, value: Value) -> Result<()> {
        if value.is_undefined() { Ok(()) } else { self.push(value) }
    }

    /// Appends the items of an array, or the value itself if it is none.
    pub(crate) fn extend(&mut self, value: &Value) -> Result<()> {
        let Some(view) = value.view() else { return self.push(value.clone()) };
        self.charge.meter().work(view.len() as u64)?;
        self.values.reserve(view.len());
        view.iter().try_for_each(|item| self.push(item))
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    pub(crate) fn values_mut(&mut self) -> &mut [Value] {
        &mut self.values
    }

    pub(crate) fn finish(self, flags: Flags) -> Value {
        let List { values, charge, nesting } = self;
        Value::Array(Rc::new(Array {
            items: Items::Values(values),
            flags: Cell::new(flags),
            nesting,
            _charge: charge,
        }))
    }

    pub(crate) fn array(self) -> Value {
        self.finish(Flags::default())
    }

    pub(crate) fn sequence(self) -> Value {
        self.finish(Flags::SEQUENCE)
    }
}

/// The items of an array, whichever form it has.
#[derive(Clone, Copy)]
pub(crate) enum View<'a> {
    Json(&'a json::Value),
    Made(&'a Array),
}

impl<'a> View<'a> {
    pub(crate) fn len(self) -> usize {
        match self {
            View::Json(value) => value.len(),
            View::Made(array) => array.len(),
        }
    }

    /// `Undefined` beyond the end.
    pub(crate) fn get(self, place: usize) -> Value {
        match self {
            View::Json(value) => value.at(place).map_or(Value::Undefined, Value::Json),
            View::Made(array) => array.get(place),
        }
    }

    pub(crate) fn iter(self) -> ViewItems<'a> {
        match self {
            View::Json(value) => ViewItems::Json(value.items()),
            View::Made(array) => ViewItems::Made(array, 0),
        }
    }
}

pub(crate) enum ViewItems<'a> {
    Json(json::Items<'a>),
    Made(&'a Array, usize),
}

impl Iterator for ViewItems<'_> {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        match self {
            ViewItems::Json(items) => items.next().map(Value::Json),
            ViewItems::Made(array, place) => {
                if array.len() <= *place {
                    return None;
                }
                *place += 1;
                Some(array.get(*place - 1))
            }
        }
    }
}
