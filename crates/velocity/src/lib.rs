//! VTL, as AppSync runs Velocity.

mod regex;

pub use regex::{Regex, RegexError};
