//! The room by itself, over a store in memory: operations by their JSON, APIs by their HTTP.

mod house;
mod rights;
mod schemas;
mod templates;
