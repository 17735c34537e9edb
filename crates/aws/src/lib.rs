//! AWS's protocols: bodies in and out, constraint texts, error bodies, signatures and paging tokens.
//!
//! It is the one place that knows how AWS writes things on the wire, whichever service speaks.
//! It is not a server (that is `freehold`) and holds no state.
//!
//! Start at [`structures!`], which declares what an operation takes and gives;
//! [`decode`] and [`encode`] carry such structures over the JSON that rooms are asked in; [`server`] and [`client`]
//! carry that JSON over every protocol, by the facts of the crate `models`; [`Error`] is what a client sees
//! when something is refused; [`sigv4`], [`sigv2`] and [`SignedForm`] verify and make signatures; [`PageTokens`] seals `nextToken`.

pub mod codec;
mod error;
mod form;
mod json;
mod paging;
pub mod shape;
pub mod sigv2;
pub mod sigv4;

pub use codec::{Call, client, server};
pub use error::Error;
pub use form::SignedForm;
pub use json::{REQUEST_BYTES_MAX, Target, decode, encode};
pub use models::Protocol;
pub use paging::{PageTokens, page_size};
pub use shape::{EpochSeconds, Shape};

/// What the macros name, so that a crate that uses them needs no serde of its own.
#[doc(hidden)]
pub mod __private {
    pub use serde::de::{Deserialize, Deserializer, MapAccess};
    pub use serde::ser::{Serialize, SerializeMap, Serializer};
}
