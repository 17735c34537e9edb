//! The room through `Service::call`, over the store in memory.

mod activities;
mod aliases;
mod corpus;
mod executions;
mod house;
mod machines;
mod races;
mod requests;
mod tags;
mod tasks;
mod test_state;
mod validation;
mod versions;
