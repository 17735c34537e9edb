//! A runner over a store in memory, with a clock that moves when nobody has anything to do.

mod activities;
mod executions;
mod express;
mod map_runs;
mod nested;
mod reading;
mod recovery;
mod room;
mod simulation;
mod waiting;
mod world;
