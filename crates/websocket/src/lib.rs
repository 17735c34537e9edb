//! WebSocket for servers (RFC 6455): the handshake, and messages over a connection that has left HTTP.
//!
//! It is our own because of memory. A server of subscriptions holds thousands of connections that are silent nearly all
//! the time; libraries give each a buffer to read into and one to write from, which grows to the largest message and
//! stays. Here an idle connection has no buffer at all: what arrives is read onto the stack, what leaves is made when it
//! leaves (`docs/adr/0011-websocket-of-our-own.md`).
//!
//! It is no client, knows no extensions (compression among them), and what messages mean is others' business.
//!
//! Start at [`Offer`], which a request makes, and [`Socket`], which becomes of it.

#![warn(missing_docs)]

mod frame;
mod handshake;
mod socket;

pub use frame::{binary_into, pong_into, text_into};
pub use handshake::{NotAWebSocket, Offer, is_asked_for};
pub use socket::{Close, Error, Message, Socket};
