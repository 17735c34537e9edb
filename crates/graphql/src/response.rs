//! What a client gets: data, and errors as AppSync writes them.

use json::{Value, write_string};

use crate::ast::Name;
use crate::location::Location;

/// A step on the way to a place in the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathPart {
    /// A field, by its name in the response.
    Key(Name),
    /// An item of a list, from 0.
    Index(usize),
}

/// An error of a response.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// For people, though clients match on it too.
    pub message: String,
    /// The place in the response; `null` for what is wrong with the request.
    pub path: Option<Vec<PathPart>>,
    /// The places in the request; none are written as `null`.
    pub locations: Vec<Location>,
    /// What an error of a resolver has beyond that; the others don't have these members at all.
    pub detail: Option<Box<Detail>>,
}

/// What AppSync says of an error that a resolver raised.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detail {
    /// `errorType`.
    pub error_type: Option<String>,
    /// `data`, as the selections of the field leave it.
    pub data: Value,
    /// `errorInfo`.
    pub error_info: Value,
}

impl Error {
    /// An error of the request as a whole.
    pub fn of_request(message: impl Into<String>, locations: Vec<Location>) -> Error {
        Error { message: message.into(), path: None, locations, detail: None }
    }

    /// Appends the error as JSON, members in AppSync's order.
    pub fn write_to(&self, out: &mut String) {
        out.push_str("{\"path\":");
        match &self.path {
            None => out.push_str("null"),
            Some(path) => write_path(path, out),
        }
        if let Some(detail) = &self.detail {
            out.push_str(",\"data\":");
            detail.data.write_to(out);
            out.push_str(",\"errorType\":");
            match &detail.error_type {
                Some(error_type) => write_string(error_type, out),
                None => out.push_str("null"),
            }
            out.push_str(",\"errorInfo\":");
            detail.error_info.write_to(out);
        }
        out.push_str(",\"locations\":");
        if self.locations.is_empty() {
            out.push_str("null");
        } else {
            for (i, location) in self.locations.iter().enumerate() {
                out.push(if i == 0 { '[' } else { ',' });
                let Location { line, column } = location;
                out.push_str(&format!(
                    "{{\"line\":{line},\"column\":{column},\"sourceName\":null}}"
                ));
            }
            out.push(']');
        }
        out.push_str(",\"message\":");
        write_string(&self.message, out);
        out.push('}');
    }

    /// As subscribers were seen to hear it: an error that no resolver has raised is its message and its path
    /// (aws-amplify/docs#2796, #2827).
    fn write_to_event(&self, out: &mut String) {
        let (None, Some(path)) = (&self.detail, &self.path) else { return self.write_to(out) };
        out.push_str("{\"message\":");
        write_string(&self.message, out);
        out.push_str(",\"path\":");
        write_path(path, out);
        out.push('}');
    }
}

/// A path as graphql-java writes it into sentences: `/posts[0]/title`.
pub(crate) fn path_text<'a>(path: impl IntoIterator<Item = &'a PathPart>) -> String {
    let mut text = String::new();
    for part in path {
        match part {
            PathPart::Key(key) => {
                text.push('/');
                text.push_str(key);
            }
            PathPart::Index(place) => text.push_str(&format!("[{place}]")),
        }
    }
    text
}

fn write_path(path: &[PathPart], out: &mut String) {
    out.push('[');
    for (i, part) in path.iter().enumerate() {
        if 0 < i {
            out.push(',');
        }
        match part {
            PathPart::Key(key) => write_string(key, out),
            PathPart::Index(place) => out.push_str(&place.to_string()),
        }
    }
    out.push(']');
}

/// The answer to an operation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    /// The data as JSON text; `None` is written as `null`.
    pub data: Option<String>,
    /// What went wrong, in the order in which it did.
    pub errors: Vec<Error>,
    /// What each field of a mutation gave, if it was asked for: see [`Request::keeps_events`](crate::Request).
    pub events: Vec<Event>,
    /// What whoever answers has to say besides; without it there is no such member.
    pub extensions: Value,
}

/// What a mutation gave, by the names of fields: what its subscribers choose from.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The field of the mutation.
    pub field: String,
    /// Its value: what the client selected, under the fields' own names, leaves as they were written.
    pub value: Value,
}

impl Response {
    /// An answer without data.
    pub fn refused(errors: Vec<Error>) -> Response {
        Response { errors, ..Response::default() }
    }

    /// Appends `{"data":…,"errors":[…],"extensions":…}`; what there isn't has no member.
    pub fn write_to(&self, out: &mut String) {
        self.write_with(Error::write_to, out);
    }

    fn write_with(&self, write: fn(&Error, &mut String), out: &mut String) {
        out.push_str("{\"data\":");
        out.push_str(self.data.as_deref().unwrap_or("null"));
        for (i, error) in self.errors.iter().enumerate() {
            out.push_str(if i == 0 { ",\"errors\":[" } else { "," });
            write(error, out);
        }
        out.push_str(if self.errors.is_empty() { "" } else { "]" });
        if !self.extensions.is_null() {
            out.push_str(",\"extensions\":");
            self.extensions.write_to(out);
        }
        out.push('}');
    }

    /// The same as text of its own.
    pub fn to_json(&self) -> String {
        let mut text = String::with_capacity(self.data.as_ref().map_or(0, String::len) + 32);
        self.write_to(&mut text);
        text
    }

    /// What a subscriber is told of an event.
    pub fn to_event_json(&self) -> String {
        let mut text = String::with_capacity(self.data.as_ref().map_or(0, String::len) + 32);
        self.write_with(Error::write_to_event, &mut text);
        text
    }
}
