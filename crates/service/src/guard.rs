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

    /// Whether the caller may do what a room knows better than the operation's name says, or what is no operation of a
    /// room, such as `states:InvokeHTTPEndpoint`.
    fn check_access(&self, ctx: &Ctx, access: &Access<'_>) -> Result<(), aws::Error>;

    /// Whether the caller may assume that role.
    fn check_role(&self, ctx: &Ctx, role_arn: &str) -> Result<(), aws::Error>;
}

/// What somebody is about to do.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    /// `states:InvokeHTTPEndpoint`.
    pub action: &'a str,
    /// An ARN, or `*`.
    pub resource: &'a str,
    /// The account that the resource belongs to, where its ARN doesn't say so.
    pub owner: Option<&'a str>,
    /// The text of the resource's own policy, if it has one.
    pub policy: Option<&'a str>,
    /// Condition keys of this access alone, and their values.
    pub conditions: &'a [(&'a str, String)],
}

impl<'a> Access<'a> {
    /// An action upon a resource without a policy of its own.
    pub fn new(action: &'a str, resource: &'a str) -> Self {
        Access { action, resource, owner: None, policy: None, conditions: &[] }
    }
}

/// A decision, to be awaited.
pub type Check<'a> = Pin<Box<dyn Future<Output = Result<(), aws::Error>> + Send + 'a>>;

/// The text of a resource's policy, if it has one, to be awaited. A policy that can't be read may deny: an error lets
/// nobody by.
pub type ResourcePolicy<'a> =
    Pin<Box<dyn Future<Output = Result<Option<String>, aws::Error>> + Send + 'a>>;

/// Condition keys and their values, to be awaited.
pub type Conditions<'a> =
    Pin<Box<dyn Future<Output = Vec<(&'static str, Vec<String>)>> + Send + 'a>>;

/// The ARN of what a request means, if its room knows such a thing, to be awaited.
pub type ResourceArn<'a> = Pin<Box<dyn Future<Output = Option<String>> + Send + 'a>>;
