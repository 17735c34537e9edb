//! Requests that a room reads itself.

use std::error::Error;
use std::pin::Pin;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;

use crate::Ctx;

/// A body that comes or goes in pieces, however large it is.
pub type HttpBody = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// The reply to a raw request, to be awaited.
pub type HttpReply<'a> = Pin<Box<dyn Future<Output = Response<HttpBody>> + Send + 'a>>;

/// A room that reads and writes HTTP by itself, because its bodies are streams: S3.
///
/// It gets every request that names its target, was signed for it or was sent to its host, and those that name
/// no service at all: an anonymous `GET /bucket/key`. The same room still answers neighbors by
/// [`Service::call`](crate::Service::call).
pub trait RawHttp: Send + Sync {
    /// Answers one request.
    ///
    /// The caller was admitted by the head of its request: the signature holds for the payload hash that
    /// `x-amz-content-sha256` names. Whether the body has that hash is the room's to check, and so is whether the caller
    /// may do what the request turns out to ask ([`Bus::check_access`](crate::Bus::check_access)), also when a neighbor asks.
    /// Somebody without a signature comes in as [`Caller::anonymous`](crate::Caller::anonymous), for what is public.
    fn answer(&self, ctx: Ctx, request: Request<HttpBody>) -> HttpReply<'_>;
}
