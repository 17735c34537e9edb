//! What the room and its clients rely on, through the public interface.

mod coercion;
mod concurrency;
mod definitions;
mod errors;
mod events;
mod execution;
mod hostile;
mod info;
mod introspection;
mod merging;
mod roles;
mod scalars;
mod schemas;
mod validation;
mod world;
