//! `util.http`.

use json::{Object, Value};

use super::Table;
use crate::call::{Args, Call, text_of};
use crate::outcome::{Failure, response_header};

pub const TABLE: Table = &[
    ("copyHeaders", |_, args| Ok(copy_headers(args.value(0)))),
    ("addResponseHeader", add_response_header),
    ("addResponseHeaders", add_response_headers),
];

/// Headers of a client's request that `copyHeaders` leaves out: they speak of that connection.
const HOP_BY_HOP: [&str; 10] = [
    "transfer-encoding",
    "connection",
    "host",
    "expect",
    "keep-alive",
    "upgrade",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "content-length",
];

fn copy_headers(headers: &Value) -> Value {
    let copied =
        |(name, _): &(&str, Value)| !HOP_BY_HOP.contains(&name.to_ascii_lowercase().as_str());
    headers.entries().filter(copied).collect::<Object>().into()
}

fn add_response_header(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, Failure> {
    response_header::set(call.effects, &args.text(0), &args.text(1));
    Ok(Value::NULL)
}

fn add_response_headers(call: &mut Call<'_>, args: Args<'_>) -> Result<Value, Failure> {
    for (name, value) in args.value(0).entries() {
        response_header::set(call.effects, name, &text_of(&value));
    }
    Ok(Value::NULL)
}
