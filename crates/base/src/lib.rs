//! The ground floor: ARNs, instants, and randomness as values that are passed in.
//!
//! It knows no service's nouns, reads no clock of its own accord and draws no entropy:
//! whoever stands at the edge of the process makes a [`Clock`] and an [`Entropy`] and hands them down.
//! Start at [`Timestamp`] and [`Arn`].

mod arn;
mod entropy;
mod stop;
mod time;

pub use arn::{Arn, ArnError};
pub use entropy::Entropy;
pub use stop::Stop;
pub use time::{Clock, ManualClock, SystemClock, Timestamp};
