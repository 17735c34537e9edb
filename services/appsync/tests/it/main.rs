//! The room by itself, over a store in memory: operations by their JSON, APIs by their HTTP.

#![expect(clippy::unwrap_used, reason = "what serves tests may unwrap as tests may")]

mod batches;
mod caches;
mod connections;
mod deadlines;
mod house;
mod rates;
mod rights;
mod schemas;
mod settings;
mod signatures;
mod templates;
