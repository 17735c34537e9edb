//! What somebody wants to do in an Event API, and whether he may.
//!
//! <https://docs.aws.amazon.com/appsync/latest/eventapi/configure-event-api-auth.html>

use std::sync::Arc;

use ::http::HeaderMap;
use json::Value;
use service::Ctx;
use tokio::time::Instant;

use super::channel::Channel;
use super::served::{Namespace, ServedEvents};
use crate::Room;
use crate::address::Named;
use crate::auth::{self, Claim, Entrant};
use crate::journal::Record;
use crate::reply::Refusal;
use crate::wire::AuthenticationType;

/// What somebody wants to do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed<'d> {
    Connect,
    Subscribe(&'d Channel),
    Publish(&'d Channel),
}

/// Who wants to do something, as far as his request says it.
pub(crate) struct Visitor<'v> {
    pub(crate) room: &'v Arc<Room>,
    pub(crate) served: &'v ServedEvents,
    pub(crate) ctx: &'v Ctx,
    pub(crate) headers: &'v HeaderMap,
    /// The path that he has signed, and the query.
    pub(crate) path: &'v str,
    pub(crate) query: &'v str,
    pub(crate) source_ip: &'v [Value],
    pub(crate) named: &'v Named,
    pub(crate) record: &'v Record<'v>,
    /// Until when data sources may take.
    pub(crate) until: Instant,
}

impl Visitor<'_> {
    /// Lets him do it, or says why not.
    pub(crate) async fn may(&self, deed: Deed<'_>, signed: &str) -> Result<Entrant, Refusal> {
        let Visitor { room, served, .. } = self;
        let scope = format!("{} {}", deed.name(), deed.channel().map_or("", |it| &it.path));
        let claim = Claim {
            ctx: self.ctx,
            method: "POST",
            path: self.path,
            query: self.query,
            headers: self.headers,
            body: signed.as_bytes(),
            source_ip: self.source_ip,
            operation: deed.told(),
            scope: &scope,
        };
        let entrant = auth::enter(room, &served.door(), &claim).await?;
        // Only who has shown who he is learns which namespaces there are.
        let (resource, modes) = match deed.channel() {
            None => (served.api.arn(), served.connect_modes()),
            Some(channel) => {
                let namespace = self.namespace(channel)?;
                let modes = match deed {
                    Deed::Publish(_) => &namespace.publish,
                    Deed::Connect | Deed::Subscribe(_) => &namespace.subscribe,
                };
                (&*namespace.config.channel_namespace_arn, &**modes)
            }
        };
        let is_signed = entrant.mode == AuthenticationType::AwsIam;
        let may = |action| room.bus.check_action(&entrant.ctx, action, resource).is_ok();
        if !modes.contains(&entrant.mode) || is_signed && !may(deed.action()) {
            return Err(Refusal::not_authorized());
        }
        Ok(entrant)
    }

    pub(super) fn namespace(&self, channel: &Channel) -> Result<&Namespace, Refusal> {
        let name = channel.namespace();
        let unknown = || Refusal::bad_request(format!("Channel namespace {name} not found."));
        self.served.namespaces.get(name).ok_or_else(unknown)
    }
}

impl<'d> Deed<'d> {
    pub(super) fn channel(self) -> Option<&'d Channel> {
        match self {
            Deed::Connect => None,
            Deed::Subscribe(channel) | Deed::Publish(channel) => Some(channel),
        }
    }

    /// As AWS calls it to a Lambda authorizer.
    fn name(self) -> &'static str {
        match self {
            Deed::Connect => "EVENT_CONNECT",
            Deed::Subscribe(_) => "EVENT_SUBSCRIBE",
            Deed::Publish(_) => "EVENT_PUBLISH",
        }
    }

    /// As AWS calls it in policies.
    fn action(self) -> &'static str {
        match self {
            Deed::Connect => "appsync:EventConnect",
            Deed::Subscribe(_) => "appsync:EventSubscribe",
            Deed::Publish(_) => "appsync:EventPublish",
        }
    }

    /// What a Lambda authorizer hears of it.
    fn told(self) -> Value {
        let (namespace, path) = match self.channel() {
            None => (Value::NULL, Value::NULL),
            Some(channel) => (channel.namespace().into(), channel.path.as_str().into()),
        };
        Value::object([
            ("operation", Value::from(self.name())),
            ("channelNamespaceName", namespace),
            ("channel", path),
        ])
    }
}
