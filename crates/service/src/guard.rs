//! Whether a request may be made at all.

use std::pin::Pin;

use crate::{Ctx, Service};

/// Decides about each request before its room hears of it, wherever it comes from.
///
/// A house without one lets everybody do everything.
pub trait Guard: Send + Sync + 'static {
    /// Whether the caller may have `operation` of that room done. A refusal is AWS's `AccessDenied` of that service.
    fn check<'a>(
        &'a self,
        ctx: &'a Ctx,
        room: &'a dyn Service,
        operation: &'a str,
        body: &'a [u8],
    ) -> Check<'a>;

    /// Whether the caller may do what is no operation of a room, such as `states:InvokeHTTPEndpoint`.
    fn check_action(&self, ctx: &Ctx, action: &str, resource: &str) -> Result<(), aws::Error>;

    /// Whether the caller may assume that role.
    fn check_role(&self, ctx: &Ctx, role_arn: &str) -> Result<(), aws::Error>;
}

/// A decision, to be awaited.
pub type Check<'a> = Pin<Box<dyn Future<Output = Result<(), aws::Error>> + Send + 'a>>;

/// The text of a resource's policy, if it has one, to be awaited.
pub type ResourcePolicy<'a> = Pin<Box<dyn Future<Output = Option<String>> + Send + 'a>>;
