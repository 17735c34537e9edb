//! Between the JSON that rooms speak and what AWS's protocols put on the wire, by the facts of `models`.
//!
//! Inside, a request or reply is one JSON object whose members are named as the service's model names them;
//! blobs are Base64, instants are seconds since 1970. [`server`] reads requests and writes replies,
//! [`client`] writes requests and reads replies; each asks the file of the protocol:
//! `document` (JSON bodies), `query` (with EC2's dialect), `rest` (with `document` or `xml` in its bodies).
//!
//! It sends nothing and signs nothing.

pub mod client;
mod document;
mod form;
mod query;
mod rest;
mod scalar;
pub mod server;
mod template;
mod xml;

use serde_json::{Map, Value};

/// An input or output: members by the names of the model.
type Members = Map<String, Value>;

/// The deepest nesting that is read.
const DEPTH_MAX: usize = 64;

/// What a request asks of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The operation's name: `Publish`.
    pub operation: String,
    /// Its input, as JSON.
    pub body: bytes::Bytes,
}

/// The members in a JSON text; an empty one has none.
fn members(body: &[u8]) -> Result<Members, serde_json::Error> {
    if body.is_empty() { Ok(Members::new()) } else { serde_json::from_slice(body) }
}

fn to_bytes(members: Members) -> bytes::Bytes {
    Value::Object(members).to_string().into()
}
