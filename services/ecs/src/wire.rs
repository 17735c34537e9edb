//! What the operations take and give, as the services' models (`ecs/2014-11-13`, `batch/2016-08-10`) declare it.
//!
//! Members, types and constraints only. Members that nothing here reads are kept as [`Document`]s and shown as they were
//! given.

pub(crate) mod batch;
mod document;
pub(crate) mod ecs;

pub(crate) use document::Document;
