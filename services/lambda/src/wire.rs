//! What the operations take and give, as the service's model (`lambda/2015-03-31`) declares it.
//!
//! Members, types and constraints only. What an operation checks beyond them stands in its own file of `ops`.
//! Blobs are base64.

mod aliases;
mod functions;
mod invocations;
mod layers;
mod mappings;
mod permissions;
mod tags;
mod urls;

pub(crate) use aliases::*;
pub(crate) use functions::*;
pub(crate) use invocations::*;
pub(crate) use layers::*;
pub(crate) use mappings::*;
pub(crate) use permissions::*;
pub(crate) use tags::*;
pub(crate) use urls::*;

aws::structures! { Pascal;
    /// The reply of operations that have nothing to say.
    pub(crate) struct Empty {}
}

/// AWS's pattern of a function's name, wherever an ARN will do as well.
pub(crate) const FUNCTION_NAME: &str = r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?";

/// Whether a text could name a function. What it names is read by [`crate::arn::FunctionArn::parse`].
pub(crate) fn names_a_function(text: &str) -> bool {
    let letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'$');
    !text.is_empty() && text.bytes().all(letter)
}
