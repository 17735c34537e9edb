use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::error::{Result, TOO_DEEP, bound};
use crate::limits::{CONTAINER, Charge, LEVELS_MAX, MEMBER, Meter};
use crate::value::Value;

/// An object that was made here. It changes only under a transform, which works on a copy of its own.
pub(crate) struct Object {
    pub(super) members: RefCell<Members>,
    nesting: Cell<u16>,
    charge: RefCell<Charge>,
}

/// Members in the order of their first insertion.
#[derive(Default)]
pub(crate) struct Members {
    pub(super) entries: Vec<(Arc<str>, Value)>,
    /// Places by key, kept once there are too many members to look through.
    places: Option<HashMap<Arc<str>, usize>>,
}

const LINEAR_MAX: usize = 16;

impl Members {
    fn place(&self, key: &str) -> Option<usize> {
        match &self.places {
            Some(places) => places.get(key).copied(),
            None => self.entries.iter().position(|(k, _)| &**k == key),
        }
    }

    fn insert(&mut self, key: Arc<str>, value: Value) {
        if let Some(place) = self.place(&key) {
            self.entries[place].1 = value;
            return;
        }
        if let Some(places) = &mut self.places {
            places.insert(key.clone(), self.entries.len());
        }
        self.entries.push((key, value));
        if self.places.is_none() && LINEAR_MAX < self.entries.len() {
            self.index();
        }
    }

    fn index(&mut self) {
        self.places = (LINEAR_MAX < self.entries.len())
            .then(|| self.entries.iter().enumerate().map(|(i, (k, _))| (k.clone(), i)).collect());
    }

    fn remove(&mut self, key: &str) {
        if let Some(place) = self.place(key) {
            self.entries.remove(place);
            self.index();
        }
    }
}

impl Object {
    pub(crate) fn new(meter: &Rc<Meter>) -> Result<Self> {
        Ok(Object {
            members: RefCell::default(),
            nesting: Cell::new(1),
            charge: RefCell::new(meter.charge(CONTAINER)?),
        })
    }

    /// Sets a member: in its old place if the key was there, else at the end.
    pub(crate) fn insert(&self, key: impl Into<Arc<str>>, value: Value) -> Result<()> {
        let key = key.into();
        self.charge.borrow_mut().grow(MEMBER + key.len())?;
        let nesting = self.nesting.get().max(value.nesting() + 1);
        if LEVELS_MAX < nesting {
            return Err(bound(TOO_DEEP));
        }
        self.nesting.set(nesting);
        self.members.borrow_mut().insert(key, value);
        Ok(())
    }

    pub(crate) fn remove(&self, key: &str) {
        self.members.borrow_mut().remove(key);
    }

    pub(crate) fn get(&self, key: &str) -> Option<Value> {
        let members = self.members.borrow();
        members.place(key).map(|place| members.entries[place].1.clone())
    }

    pub(crate) fn len(&self) -> usize {
        self.members.borrow().entries.len()
    }

    pub(super) fn nesting(&self) -> u16 {
        self.nesting.get()
    }

    pub(crate) fn into_value(self) -> Value {
        Value::Object(Rc::new(self))
    }
}

/// The members of an object, whichever form it has.
#[derive(Clone, Copy)]
pub(crate) enum Fields<'a> {
    Json(&'a json::Value),
    Made(&'a Object),
}

impl Fields<'_> {
    pub(crate) fn len(self) -> usize {
        match self {
            Fields::Json(value) => value.len(),
            Fields::Made(object) => object.len(),
        }
    }

    pub(crate) fn get(self, key: &str) -> Option<Value> {
        match self {
            Fields::Json(value) => value.get(key).map(Value::Json),
            Fields::Made(object) => object.get(key),
        }
    }

    /// A snapshot: the members may change while somebody works through them.
    pub(crate) fn entries(self) -> Vec<(Arc<str>, Value)> {
        match self {
            Fields::Json(value) => {
                value.entries().map(|(key, member)| (key.into(), Value::Json(member))).collect()
            }
            Fields::Made(object) => object.members.borrow().entries.clone(),
        }
    }
}
