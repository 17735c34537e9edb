//! AWS's protocols: bodies in and out, constraint texts, error bodies, signatures and paging tokens.
//!
//! It is the one place that knows how AWS writes things on the wire, whichever service speaks.
//! It is not a server (that is `freehold`), holds no state, and knows no service's operations.
//!
//! Start at [`structures!`], which declares what an operation takes and gives;
//! [`decode`] and [`encode`] carry such structures over JSON 1.0 and 1.1; [`Error`] is what a client sees
//! when something is refused; [`sigv4`] verifies and makes signatures; [`PageTokens`] seals `nextToken`.

mod error;
mod json;
mod paging;
mod protocol;
pub mod shape;
pub mod sigv4;

pub use error::Error;
pub use json::{REQUEST_BYTES_MAX, Target, decode, encode};
pub use paging::{PageTokens, page_size};
pub use protocol::Protocol;
pub use shape::{EpochSeconds, Shape};

/// What the macros name, so that a crate that uses them needs no serde of its own.
#[doc(hidden)]
pub mod __private {
    pub use serde::de::{Deserialize, Deserializer, MapAccess};
    pub use serde::ser::{Serialize, SerializeMap, Serializer};
}
