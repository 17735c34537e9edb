//! The crate through its public interface.

mod definition;
mod intrinsic;
mod path;
mod scope;
