//! What the 37 operations take and give, as the service's model (`stepfunctions/2016-11-23`) declares it.
//!
//! Members, types and constraints only. What an operation checks beyond them stands in its own file of `ops`.

mod activities;
mod aliases;
mod configuration;
mod executions;
mod machines;
mod map_runs;
mod tags;
mod tasks;
mod test_state;
mod versions;

pub(crate) use activities::*;
pub(crate) use aliases::*;
pub(crate) use configuration::*;
pub(crate) use executions::*;
pub(crate) use machines::*;
pub(crate) use map_runs::*;
pub(crate) use tags::*;
pub(crate) use tasks::*;
pub(crate) use test_state::*;
pub(crate) use versions::*;

aws::structures! { Camel;
    /// The reply of operations that have nothing to say.
    pub(crate) struct Empty {}
}
