//! What the room and its clients rely on, through the public interface.

mod execution;
mod world;
