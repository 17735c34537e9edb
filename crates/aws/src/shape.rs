//! Structures as a service's model declares them: members, types and constraints, listed once.
//!
//! [`structures!`](crate::structures) and [`string_enums!`](crate::string_enums) declare them;
//! decoding one gives a value whose required members are there and whose constraints hold,
//! or AWS's own sentence about everything that is wrong.

mod constraint;
mod leaf;
mod list;
mod macros;
mod map;
mod name;
mod path;
mod structure;

pub use constraint::{Measured, Member, Violations, optional, required};
pub use leaf::{EpochSeconds, Leaf, Simple, Token};
pub use list::List;
pub use map::Map;
pub use name::{Case, spell, spelled_length};
pub use path::Path;
pub use structure::{Fields, StructureVisitor, show_member};

use std::fmt;

use serde::de::DeserializeOwned;

/// A type that members of a structure can have.
pub trait Shape: Sized {
    /// The value as it stands on the wire, where any member may be missing and an enum is any text.
    type Wire: DeserializeOwned + Shown;

    /// Checks the wire value that stands at `at`. `None` says that a violation was recorded;
    /// a value alone doesn't say that none was.
    fn from_wire(wire: Self::Wire, at: &Path<'_>, violations: &mut Violations) -> Option<Self>;
}

/// How a value is quoted in AWS's sentence `Value '…' at '…' failed to satisfy constraint`.
pub trait Shown {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}
