//! The crate through its public interface.

mod definition;
mod path;
