//! The items of a Distributed Map on their way into child executions: through `ItemSelector`, into batches.
//!
//! A map run reads items from elsewhere long after the turn that started it, so what its expressions see is kept here
//! as a value. Nothing else happens to the state while its map run goes on, so that the value stays true.

use std::cell::RefCell;

use asl::{Budget, Fault, Scope, Template};
use base::{Entropy, Timestamp};
use json::{Object, Value};

use crate::frame::Item;
use crate::identity;

/// What `ItemReader` comes to in an execution.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// `Parameters` or `Arguments`.
    pub arguments: Value,
    /// `MaxItems`; 0 is no limit (recorded: csv_max_items_0), and less fails the map run (csv_max_items_paths).
    pub items_max: i64,
    /// What `ItemSelector` sees, where there is one.
    pub selection: Option<Selection>,
    /// `ItemBatcher`.
    pub batching: Option<Batching>,
}

/// What `ItemSelector` sees besides the item.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// `$`: the state's effective input.
    pub data: Value,
    /// `$states.input`.
    pub input: Value,
    /// The context object.
    pub context: Value,
    /// The variables in sight, by name.
    pub variables: Value,
}

/// What `ItemBatcher` comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Batching {
    pub items_max: usize,
    pub bytes_max: usize,
    /// `BatchInput`.
    pub shared: Option<Value>,
}

/// Puts items into batches, `{"BatchInput": {…}, "Items": […]}`, as many as both limits allow.
pub struct Batcher {
    of: Batching,
    items: Vec<Value>,
    bytes: usize,
}

impl Selection {
    /// What a child starts with: the item, through `selector`.
    pub fn select(
        &self,
        selector: &Template,
        item: &Item,
        source: &str,
        now: Timestamp,
        entropy: &RefCell<Entropy>,
        budget: &Budget,
    ) -> Result<Value, Fault> {
        let context = || {
            let mut context = self.context.to_object().unwrap_or_default();
            identity::insert_item(&mut context, item, Some(source));
            context.into()
        };
        let variable = |name: &str| self.variables.get(name);
        selector.evaluate(&Scope {
            data: &self.data,
            input: &self.input,
            result: None,
            error_output: None,
            context: &context,
            variables: &variable,
            now,
            entropy,
            budget,
        })
    }
}

impl Batcher {
    pub fn new(of: Batching) -> Self {
        Batcher { bytes: of.overhead(), of, items: Vec::new() }
    }

    /// Adds an item; gives the batch that it had no room in, and how many items that one has.
    pub fn push(&mut self, item: Value) -> Option<(Value, u32)> {
        // A batch has an item, however long that is.
        let fits = self.items.is_empty()
            || self.items.len() < self.of.items_max
                && self.bytes + 1 + item.text_len() <= self.of.bytes_max;
        let full = if fits { None } else { self.finish() };
        self.bytes += usize::from(!self.items.is_empty()) + item.text_len();
        self.items.push(item);
        full
    }

    /// The last batch, unless it would be empty.
    pub fn finish(&mut self) -> Option<(Value, u32)> {
        if self.items.is_empty() {
            return None;
        }
        self.bytes = self.of.overhead();
        let items = std::mem::take(&mut self.items);
        let count = items.len() as u32;
        let mut batch = Object::new();
        if let Some(shared) = &self.of.shared {
            batch.insert("BatchInput", shared.clone());
        }
        batch.insert("Items", Value::array(items));
        Some((batch.into(), count))
    }
}

impl Batching {
    /// The bytes of a batch without items.
    fn overhead(&self) -> usize {
        let shared = self.shared.as_ref();
        r#"{"Items":[]}"#.len()
            + shared.map_or(0, |shared| r#""BatchInput":,"#.len() + shared.text_len())
    }
}
