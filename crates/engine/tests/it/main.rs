//! The engine from outside: a definition, inputs, and the history that follows.

mod bounds;
mod children;
mod failures;
mod fold;
mod redrive;
mod simulated;
mod states;
mod stored;
mod tasks;
