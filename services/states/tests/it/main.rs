//! The room through `Service::call`, over the store in memory.

mod activities;
mod aliases;
mod corpus;
mod deletion;
mod executions;
mod house;
mod machines;
mod map_runs;
mod races;
mod requests;
mod tags;
mod tasks;
mod test_state;
mod validation;
mod versions;
