//! An immutable JSON value, made for data that is mostly passed on and seldom looked into.
//!
//! A [`Value`] is cheap to clone and to send: clones share one buffer or one node.
//! A parsed text stays text: one pass validates it, compacts it and writes an index (a [tape](document)),
//! and what nobody reads is never built. Numbers keep their text, objects keep their key order.
//!
//! It is not a data model for code: there is no serde here and no path language.
//! The paths of the States Language live in `asl`, the functions of JSONata in `jsonata`.
//!
//! # Rules, fixed once
//! - **White space** of a text survives nowhere in a `Value`; who must echo a text (the `input` of
//!   an `ExecutionStarted` event does) keeps that text beside the value.
//! - **Duplicate keys**: the last one wins, in the place of the first, as in Jackson's object nodes.
//! - **Number text** is kept (`1.0` stays `1.0`) until arithmetic makes a new number.
//! - **Escapes** are written as Jackson writes them: what needs none has none.
//! - **Lone surrogates** (`"\ud800"`) are refused: a `Value` holds Unicode text only.
//! - **Nesting** deeper than [`DEPTH_MAX`] is refused, as Jackson does by default.
//! - **Sizes** that limits speak of are [`Value::text_len`]: UTF-8 bytes of the compact text.
//! - A small value taken out of a large text **pins** that text; [`Value::detached`] cuts it loose.

mod document;
mod number;
mod object;
mod parse;
mod scan;
mod value;
mod write;

pub use number::Number;
pub use object::Object;
pub use parse::{DEPTH_MAX, ParseError};
pub use scan::{Scanner, Text, Token};
pub use value::{Entries, Items, Kind, Value};
pub use write::string as write_string;
