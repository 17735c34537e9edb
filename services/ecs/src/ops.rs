//! The operations: a folder for each service, a file for what belongs together, check, act, reply in each.

pub(crate) mod batch;
pub(crate) mod ecs;
mod tagging;
