//! VTL as AppSync runs it: Apache Velocity 1.7 with `null` and `#return`.
//!
//! A [`Program`] is parsed once, may be shared between threads, and is evaluated as often as wanted.
//! Evaluation is pure and bounded: [`Limits`] count steps, bytes and iterations, so that the same template
//! over the same data always ends in the same way.
//!
//! It knows no AppSync: what `$util` and `$context` are, its [`Host`] tells. Values live in a [`Heap`] that
//! is thrown away as a whole, because templates share and change maps and lists as Java does.
//!
//! # What it doesn't have
//! `#macro`, `#define`, `#parse`, `#include` and `#evaluate`: AppSync's reference lists none of them. Like
//! any unknown directive they are text, and the `#end` of a `#macro` is one too many.
//!
//! # Choices where AppSync isn't known
//! - `#set($x = null)` sets; Velocity 1.7 out of the box leaves `$x` alone, but has no `null` either.
//! - After 1,000 iterations a `#foreach` ends silently, as Velocity does at its `maxloops`.
//! - Arguments, indices and the source of a `#foreach` may be any expression, as in Velocity 2.
//!
//! Start at [`Program`]; then `parser` → `machine`, with `methods` (Java's) beside them.

mod error;
mod host;
mod limits;
mod machine;
mod methods;
mod parser;
mod program;
mod regex;
mod value;

pub use error::{Error, Fault};
pub use host::{Host, HostObject};
pub use limits::Limits;
pub use machine::Output;
pub use program::Program;
pub use regex::{Regex, RegexError};
pub use value::{Heap, Value};
