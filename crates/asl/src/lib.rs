//! The Amazon States Language: text → [`Definition`] (with spans) → diagnostics → [`Program`].
//!
//! A [`Program`] is what an engine runs: states and machines by index, compiled paths, expressions,
//! templates and rules. Everything here is pure: no clock, no entropy of its own, no network, no store;
//! what an expression may see comes in with a [`Scope`].
//!
//! It does not run anything: which state follows which, retries, histories and time are `engine`'s.
//!
//! Where to start: [`compile`] for the one pass that Create, Update, Validate and TestState share;
//! [`Program`] for what comes out; `path` for the JSONPath dialect, `intrinsic` for the 18 functions.

pub mod choice;
pub mod compile;
pub mod definition;
pub mod diagnostic;
pub mod failure;
pub mod intrinsic;
mod java;
pub mod path;
pub mod program;
pub mod resources;
pub mod scope;
pub mod template;
mod timestamp;
mod validate;

pub use compile::{Compiled, CompiledState, Options, compile, compile_state, processor_definition};
pub use definition::Definition;
pub use diagnostic::{Diagnostic, Severity, invalid_definition};
pub use failure::{Failure, Fault, error_name};
pub use program::{MachineId, Next, Program, QueryLanguage, ROOT, State, StateId, StateKind};
pub use scope::{Budget, Scope};
pub use template::{Expression, Template};
pub use validate::VariableReferences;
