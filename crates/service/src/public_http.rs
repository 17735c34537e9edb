//! Requests that a room answers for its users' own clients.

use http::Request;

use crate::{Ctx, HttpBody, HttpReply};

/// A room that serves clients who ask by address and needn't be callers of AWS: the APIs of AppSync.
///
/// It gets a request before anybody has asked who sends it, and tells by its own rules who may come in:
/// [`Bus::admit`](crate::Bus::admit) says who has signed a request. What it gets and gives is HTTP as it is,
/// with hyper's means to upgrade a connection among the request's extensions.
pub trait PublicHttp: Send + Sync {
    /// Whether it serves that path of that host. It is asked of every request, so it must be quick.
    fn serves(&self, host: Option<&str>, path: &str) -> bool;

    /// Answers one request. The caller that `ctx` names is nobody.
    fn answer(&self, ctx: Ctx, request: Request<HttpBody>) -> HttpReply<'_>;
}
