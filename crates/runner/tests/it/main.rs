//! A runner over a store in memory, with a clock that moves when nobody has anything to do.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests, though clippy can't tell outside of test functions"
)]

mod activities;
mod buckets;
mod executions;
mod express;
mod http;
mod jobs;
mod map_readers;
mod map_runs;
mod nested;
mod reading;
mod recovery;
mod room;
mod scripted;
mod simulation;
mod stored;
mod tasks;
mod waiting;
mod world;
