//! The listener, the gate and the command, over real sockets.

#![expect(clippy::unwrap_used, reason = "what serves tests may unwrap as tests may")]

mod client;
mod command;
mod dev;
mod gate;
mod http;
mod room;
mod threads;
