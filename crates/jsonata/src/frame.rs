//! Where names are bound: one frame a call, a block that binds, or a step of a path with bindings.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use crate::ast::Symbol;
use crate::error::Result;
use crate::limits::{CONTAINER, Charge, MEMBER, Meter};
use crate::value::{Debris, Value};

pub(crate) struct Frame {
    parent: Option<Rc<Frame>>,
    bound: RefCell<Vec<(Symbol, Value)>>,
    /// Whether a closure holds on to it, see [`Captured`].
    captured: Cell<bool>,
}

impl Frame {
    pub(crate) fn root() -> Rc<Frame> {
        Rc::new(Frame { parent: None, bound: RefCell::default(), captured: Cell::new(false) })
    }

    pub(crate) fn within(parent: &Rc<Frame>, bound: Vec<(Symbol, Value)>) -> Rc<Frame> {
        let parent = Some(parent.clone());
        Rc::new(Frame { parent, bound: RefCell::new(bound), captured: Cell::new(false) })
    }

    pub(crate) fn bind(&self, symbol: Symbol, value: Value) {
        let mut bound = self.bound.borrow_mut();
        match bound.iter_mut().find(|(name, _)| *name == symbol) {
            Some((_, old)) => *old = value,
            None => bound.push((symbol, value)),
        }
    }

    /// The value that the nearest frame has bound, which may be undefined.
    pub(crate) fn lookup(&self, symbol: Symbol) -> Option<Value> {
        let mut frame = self;
        loop {
            if let Some((_, value)) = frame.bound.borrow().iter().find(|(name, _)| *name == symbol)
            {
                return Some(value.clone());
            }
            frame = frame.parent.as_deref()?;
        }
    }

    pub(crate) fn give(&mut self, debris: &mut Debris) {
        self.bound.get_mut().drain(..).for_each(|(_, value)| debris.value(value));
        if let Some(parent) = self.parent.take() {
            debris.frame(parent);
        }
    }
}

/// Frames that closures hold. A function bound in the frame that it closes over is a cycle, which
/// reference counts never free: so these frames are emptied when the evaluation ends.
#[derive(Default)]
pub(crate) struct Captured {
    frames: Vec<Weak<Frame>>,
    pruned_at: usize,
}

impl Captured {
    pub(crate) fn add(&mut self, frame: &Rc<Frame>) {
        let mut next = Some(frame);
        while let Some(frame) = next.filter(|frame| !frame.captured.replace(true)) {
            self.frames.push(Rc::downgrade(frame));
            next = frame.parent.as_ref();
        }
        if 1024.max(2 * self.pruned_at) < self.frames.len() {
            self.frames.retain(|frame| 0 < frame.strong_count());
            self.pruned_at = self.frames.len();
        }
    }
}

impl Drop for Captured {
    fn drop(&mut self) {
        for frame in self.frames.drain(..) {
            if let Some(frame) = frame.upgrade() {
                let bound = frame.bound.take();
                drop(bound);
            }
        }
    }
}

/// One item of a path that binds names on its way: the item, and what is bound beside it.
#[derive(Clone, Default)]
pub(crate) struct Tuple {
    pub(crate) context: Value,
    pub(crate) bound: Vec<(Symbol, Value)>,
}

impl Tuple {
    pub(crate) fn set(&mut self, symbol: Symbol, value: Value) {
        match self.bound.iter_mut().find(|(name, _)| *name == symbol) {
            Some((_, old)) => *old = value,
            None => self.bound.push((symbol, value)),
        }
    }
}

/// The items of a path that binds names.
pub(crate) struct Tuples {
    items: Vec<Tuple>,
    charge: Charge,
}

impl Tuples {
    pub(crate) fn new(meter: &Rc<Meter>) -> Result<Self> {
        Ok(Tuples { items: Vec::new(), charge: meter.charge(CONTAINER)? })
    }

    pub(crate) fn push(&mut self, tuple: Tuple) -> Result<()> {
        self.charge.grow(CONTAINER + MEMBER * tuple.bound.len())?;
        self.items.push(tuple);
        Ok(())
    }

    pub(crate) fn items(&self) -> &[Tuple] {
        &self.items
    }

    pub(crate) fn items_mut(&mut self) -> &mut [Tuple] {
        &mut self.items
    }
}
