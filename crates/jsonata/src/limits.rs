//! The bounds of one evaluation, counted instead of timed: the same expression over the same input
//! stops at the same place on every machine.

use std::cell::Cell;
use std::rc::Rc;

use crate::error::{Result, TOO_DEEP, TOO_LARGE, TOO_LONG, bound};

/// How much one evaluation may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Nesting of evaluations: each operator, call, block or constructor inside another counts one.
    /// Beyond [`Limits::DEPTH_MAX`] it would be the native stack that decides, so that is the most.
    pub depth: u32,
    /// Nodes evaluated plus items, characters and comparisons worked through.
    pub steps: u64,
    /// Bytes that the values of the evaluation may hold at one time: eight an array item, one an
    /// UTF-8 byte of a string, and the parts of objects and closures.
    pub memory: usize,
}

impl Limits {
    /// What 2 MiB of native stack can bear, in a debug build too.
    pub const DEPTH_MAX: u32 = 240;

    /// What AWS accepts: 100 nested additions but not 101, `[1..873782]` but not `[1..873783]`,
    /// a string of 2^22 characters but not of 2^23 (reference §4.5). AWS's bound of time isn't
    /// known; this one is about a second.
    pub const AWS: Limits =
        Limits { depth: 100, steps: 10_000_000, memory: 873_782 * 8 + CONTAINER };
}

impl Default for Limits {
    fn default() -> Self {
        Limits::AWS
    }
}

/// What a container counts besides its parts.
pub(crate) const CONTAINER: usize = 32;
/// What an array item counts.
pub(crate) const ITEM: usize = 8;
/// What a member of an object counts besides the text of its key.
pub(crate) const MEMBER: usize = 24;
/// What a function or a frame counts.
pub(crate) const CLOSURE: usize = 128;
/// Containers nested deeper than this aren't made, and aren't walked through if they were read.
/// (AWS passes on what is nested a thousand deep; so do we.)
pub(crate) const LEVELS_MAX: u16 = 256;
/// Strings up to this length aren't counted: what holds them is.
pub(crate) const SHORT: usize = 64;

/// Counts what one evaluation uses.
#[derive(Debug)]
pub(crate) struct Meter {
    held: Cell<usize>,
    held_max: usize,
    steps_left: Cell<u64>,
    levels: Cell<u16>,
}

impl Meter {
    pub(crate) fn new(limits: &Limits) -> Rc<Self> {
        Rc::new(Meter {
            held: Cell::new(0),
            held_max: limits.memory,
            steps_left: Cell::new(limits.steps),
            levels: Cell::new(0),
        })
    }

    pub(crate) fn work(&self, steps: u64) -> Result<()> {
        match self.steps_left.get().checked_sub(steps) {
            Some(left) => {
                self.steps_left.set(left);
                Ok(())
            }
            None => {
                self.steps_left.set(0);
                Err(bound(TOO_LONG))
            }
        }
    }

    pub(crate) fn steps_left(&self) -> u64 {
        self.steps_left.get()
    }

    /// One level further down in a value, for as long as the [`Level`] lives.
    pub(crate) fn level(self: &Rc<Self>) -> Result<Level> {
        if LEVELS_MAX <= self.levels.get() {
            return Err(bound(TOO_DEEP));
        }
        self.levels.set(self.levels.get() + 1);
        Ok(Level(self.clone()))
    }

    /// Holds `bytes` for as long as the charge lives.
    pub(crate) fn charge(self: &Rc<Self>, bytes: usize) -> Result<Charge> {
        let mut charge = Charge { meter: self.clone(), bytes: 0 };
        charge.grow(bytes)?;
        Ok(charge)
    }
}

/// A level of a value that somebody walks through; see [`Meter::level`].
pub(crate) struct Level(Rc<Meter>);

impl Drop for Level {
    fn drop(&mut self) {
        self.0.levels.set(self.0.levels.get() - 1);
    }
}

/// Bytes held in a [`Meter`].
#[derive(Debug)]
pub(crate) struct Charge {
    meter: Rc<Meter>,
    bytes: usize,
}

impl Charge {
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<()> {
        let held = self.meter.held.get().saturating_add(bytes);
        if self.meter.held_max < held {
            return Err(bound(TOO_LARGE));
        }
        self.meter.held.set(held);
        self.bytes += bytes;
        Ok(())
    }

    pub(crate) fn meter(&self) -> &Rc<Meter> {
        &self.meter
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.meter.held.set(self.meter.held.get() - self.bytes);
    }
}
