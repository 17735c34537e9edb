//! One invocation, whoever asks: a client, the queue of events, a poller.

use bytes::Bytes;

use crate::Room;
use crate::arn::{FunctionArn, Qualifier};
use crate::environment::{Outcome, Plan, Request};
use crate::errors::Error;
use crate::model::{Function, Settings};

/// What runs when a function is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// As it was asked for.
    pub(crate) arn: FunctionArn,
    pub(crate) function: Function,
    /// The version that was chosen.
    pub(crate) version: Qualifier,
    pub(crate) settings: Settings,
}

impl Room {
    /// Runs a function once.
    pub(crate) async fn invoke(&self, target: Target, request: Request) -> Result<Outcome, Error> {
        let Target { arn, function, version, settings } = target;
        let version = version.to_string();
        let plan = Plan { function: arn.unqualified(), version, settings };
        self.fleet.invoke(plan, function.reserved_concurrency, request).await
    }
}

/// The payload that a function gets, once it is known to be JSON: AWS gives `{}` where a client sent nothing.
pub(crate) fn payload(
    given: Vec<u8>,
    kind: &'static str,
    bytes_max: usize,
) -> Result<Bytes, Error> {
    if bytes_max < given.len() {
        return Err(Error::PayloadTooLarge { bytes: given.len(), kind, limit: bytes_max });
    }
    if given.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(&given) {
        Ok(_) => Ok(given.into()),
        Err(error) => Err(Error::InvalidPayload(error.to_string())),
    }
}
