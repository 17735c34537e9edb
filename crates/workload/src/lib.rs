//! Programs of users, run on this machine for a room: functions of Lambda, containers of ECS and Batch.
//!
//! A [`Process`] is a program with everything it starts: one group, limited, which ends as one and with the house.
//! [`credentials`] are what its own calls are signed with; [`Lines`] are what it writes, and a [`Delivery`] brings
//! them to the room of logs.
//!
//! [`show`] has a program see a folder where it expects it, as functions expect their layers at `/opt`.
//!
//! It isn't a sandbox, and it knows nothing of functions, tasks or jobs.

#![warn(missing_docs)]

mod credentials;
mod delivery;
mod lines;
mod mount;
mod process;

pub use credentials::{Assumption, credentials};
pub use delivery::{Delivery, OnMissingGroup};
pub use lines::{Line, Lines};
pub use mount::{can_show, show};
pub use process::{Bounds, Process};
