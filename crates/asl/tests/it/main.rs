//! The crate through its public interface.

mod choice;
mod definition;
mod intrinsic;
mod jsonata;
mod path;
mod scope;
mod template;
