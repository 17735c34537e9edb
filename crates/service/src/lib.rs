//! What every room of the house has in common: how it is asked, what it learns of a request, how it asks a neighbor.
//!
//! A room is one AWS service. It implements [`Service`], lists its operations once with [`operations!`],
//! and receives with every call a [`Ctx`]: who asks, which request this is, and the [`House`] it stands in.
//! The [`Registry`] knows which room answers what, and the [`Bus`] carries calls from room to room
//! by AWS operation name, exactly as an outside client would make them.
//! Both ask the house's [`Guard`], if it has one, whether the caller may.
//! What happens in a room and may concern others travels by the [`Feed`], durably with the change.
//! What computes long goes to a room's [`Evaluators`].
//!
//! It is not a server: sockets, signatures and headers end in `freehold`.
//! What it hands to a room is an operation's name and a JSON body, whatever protocol the client spoke;
//! only a room whose bodies are too large for that (S3) reads its requests itself, as [`RawHttp`].

#![warn(missing_docs)]

mod bus;
mod ctx;
mod evaluators;
mod feed;
mod guard;
mod operations;
mod public_http;
mod raw_http;
mod registry;
mod throttle;

/// The error code with which a room says that an attempt was interrupted, so that its outcome can't be known: it is no
/// code of AWS's, and only who asks again for an attempt is told it. See [`Service::answers_again`].
pub const OUTCOME_UNKNOWN: &str = "OutcomeUnknown";

pub use bus::{
    Bus, CallError, Fetched, Gatekeeper, KeptConnection, Outside, OutsideReply, TrustedCertificates,
};
pub use ctx::{Arrival, Caller, Ctx, House, Session};
pub use evaluators::{Elsewhere, Evaluators, Unfinished};
pub use feed::{Feed, Happened};
pub use guard::{Access, Check, Conditions, Guard, ResourceArn, ResourcePolicy};
pub use operations::{Operation, Operations, Rate};
pub use public_http::{Connection, Duplex, PublicHttp, Served, Stopping, TakeOver, Upgrade};
pub use raw_http::{HttpBody, HttpReply, RawHttp};
pub use registry::Registry;
pub use throttle::{Bucket, Throttle};

use std::pin::Pin;

use bytes::Bytes;

/// One room: an AWS service.
pub trait Service: Send + Sync + 'static {
    /// What the rest of the house has to know of it.
    fn facts(&self) -> Facts;

    /// The names of the operations it answers.
    fn operations(&self) -> Vec<&'static str>;

    /// How often AWS lets an account call that operation, where that is known.
    ///
    /// It is enforced only where the configuration asks for AWS's throttling, and on calls from outside.
    fn rate(&self, operation: &str) -> Option<Rate>;

    /// The largest request it takes, headers included. Requests to [`raw_http`](Service::raw_http) have no bound here.
    fn request_bytes_max(&self) -> usize {
        aws::REQUEST_BYTES_MAX
    }

    /// The room's own reading of HTTP, if operations and JSON bodies can't carry what clients send it.
    fn raw_http(&self) -> Option<&dyn RawHttp> {
        None
    }

    /// What the room serves to clients of its users, if it does.
    fn public_http(&self) -> Option<&dyn PublicHttp> {
        None
    }

    /// Answers one call. `body` is the JSON that an AWS client sends for `operation`, and so is the reply.
    ///
    /// The reply is dropped unfinished when the client goes away: what must not stop half-way
    /// (a turn of an execution) is handed to the room's own tasks, not awaited in place.
    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_>;

    /// Whether `operation`, asked again with the same [`Ctx::attempt`], gives the answer it gave and does nothing twice:
    /// then a task whose request a crash has interrupted is asked again. Reading operations needn't say so.
    fn answers_again(&self, _operation: &str) -> bool {
        false
    }

    /// Whether anybody may ask for `operation`, without a signature: what the request holds, a token, is proof enough.
    fn is_open(&self, _operation: &str) -> bool {
        false
    }

    /// The ARN of what `reference` stands for in a request for `operation`, where only the room can tell: a handle, an
    /// iterator, a name whose newest revision is meant. A room whose requests name everything needn't say so.
    fn resource_arn<'a>(
        &'a self,
        _ctx: &'a Ctx,
        _operation: &'a str,
        _reference: &'a str,
    ) -> ResourceArn<'a> {
        Box::pin(std::future::ready(None))
    }

    /// What only the room can tell of a request that policies look at: condition keys with their values, as far as the
    /// request is about the resource of that ARN. A room whose requests say all there is needn't say so.
    fn conditions<'a>(
        &'a self,
        _ctx: &'a Ctx,
        _operation: &'a str,
        _body: &'a [u8],
        _resource_arn: &'a str,
    ) -> Conditions<'a> {
        Box::pin(std::future::ready(Vec::new()))
    }

    /// The policy of the resource of that ARN (a queue's, a function's, a bucket's), for the [`Guard`] to read.
    /// A room whose resources have none needn't say so.
    fn resource_policy<'a>(&'a self, _ctx: &'a Ctx, _resource_arn: &'a str) -> ResourcePolicy<'a> {
        Box::pin(std::future::ready(Ok(None)))
    }
}

/// The answer to a call, to be awaited: the body of the reply, or the error a client shall see.
pub type Reply<'a> = Pin<Box<dyn Future<Output = Result<Bytes, aws::Error>> + Send + 'a>>;

/// How a service is found and how it speaks. All of it is AWS's, none of it ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The name by which other rooms and the configuration call it: `states`, `dynamodb`.
    pub name: &'static str,
    /// The service in the scope of a signature: `states`.
    pub signing_name: &'static str,
    /// The first label of its host name: `states` of `states.us-east-1.amazonaws.com`.
    pub endpoint_prefix: &'static str,
    /// What stands before the operation in `X-Amz-Target`: `AWSStepFunctions`.
    pub target_prefix: &'static str,
    /// How its replies are written.
    pub protocol: aws::Protocol,
}

/// What the macro names.
#[doc(hidden)]
pub mod __private {
    pub use aws::{decode, encode};
    pub use bytes::Bytes;
}
