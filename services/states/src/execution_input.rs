//! What an execution is started with.

use std::sync::Arc;

use json::Value;

use crate::Limits;
use crate::errors::Error;

/// An input, as given and as it was understood.
pub(crate) struct ExecutionInput {
    pub(crate) text: Arc<str>,
    pub(crate) value: Value,
}

impl ExecutionInput {
    /// Without an input, an execution gets an empty object.
    pub(crate) fn parse(given: Option<String>, limits: &Limits) -> Result<Self, Error> {
        let text = given.unwrap_or_else(|| "{}".to_owned());
        let refuse = |message: &str| Err(Error::InvalidExecutionInput(message.to_owned()));
        if text.trim().is_empty() {
            return refuse("Invalid execution input.");
        }
        if limits.payload_bytes_max < text.len() {
            // By analogy; AWS's model bounds the characters, which may be fewer than the bytes.
            return refuse("Input exceeds the maximum number of bytes service limit.");
        }
        match Value::parse(&text) {
            Ok(value) => Ok(ExecutionInput { text: text.into(), value }),
            Err(error) => Err(Error::InvalidExecutionInput(error.message)),
        }
    }
}
