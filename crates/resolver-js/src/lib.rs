//! APPSYNC_JS 1.0.0: the JavaScript that AppSync's resolvers, functions and event handlers are written in.
//!
//! [`Module::compile`] reads code and checks it as AppSync does before it keeps any: its syntax, what the language
//! leaves out (`try`, `while`, classes, recursion …), its imports and its names. A [`Realm`] runs the handlers of
//! modules by QuickJS, over the [`resolver::Context`] and the [`resolver::functions`] that templates have too.
//!
//! It doesn't decide which handler runs when, nor what its result means: that is the business of the `appsync` room.
//! No clock and no thread of its own either. QuickJS is single-threaded and so is a realm; who has several threads gives
//! each one a realm of its own, and shares the modules. The bounds of a run are in `realm`.
//!
//! What AppSync's language is: reference/appsync §3.6. Start at [`Module`] and [`Realm`].

mod check;
mod code_error;
mod library;
mod module;
mod natives;
mod realm;
mod values;

pub use code_error::CodeError;
pub use module::Module;
pub use realm::Realm;
