//! The EventBridge room: event buses, rules, targets, schedules, archives, connections and API destinations.
//!
//! An event that is put is matched with the rules of its bus, and what has to be delivered is durable before the client
//! hears that its event was taken. Deliveries go over the Bus to the rooms of the targets, are tried again as the target's
//! retry policy says, and end in its dead-letter queue. Scheduled rules are rows among timers.
//!
//! It keeps the secrets of connections encrypted, and opens them for the house's own rooms only
//! (`RetrieveConnectionSecrets`, an operation that no client can call).
//!
//! # How to read it
//! - The table below: each operation and the one file in `ops` that answers it: check, act, reply.
//! - `wire`: what they take and give. `errors`: everything that is refused, in AWS's words.
//! - `model` and `tables`: what is kept, and how. `identifier`: names and ARNs.
//! - `event`: an event, and who wants it; `hearing`: what the other rooms tell; `archive`: archives and replays. `input`: what a target gets of it. `schedule`: rates and cron expressions.
//! - `scheduler`: the room of EventBridge Scheduler, over the same deliveries.
//! - `work`: timers and deliveries; `deliver`: one delivery; `destination`: one over HTTP. `vault`: secrets.

mod archive;
mod deliver;
mod destination;
mod errors;
mod event;
mod hearing;
mod identifier;
mod input;
mod model;
mod ops;
mod paging;
mod schedule;
mod scheduler;
mod tables;
mod vault;
mod visit;
mod wire;
mod work;

pub use scheduler::Scheduler;

use std::sync::Arc;

use aws::Protocol;
use bytes::Bytes;
use service::{Bus, Ctx, Facts, House, Rate, Reply, ResourcePolicy, Service};
use store::Store;

use event::Patterns;
use vault::Vault;
use visit::Visit;
use work::Bell;

/// The room.
pub struct Events(Arc<Room>);

/// What all requests share.
struct Room {
    store: Arc<dyn Store>,
    house: Arc<House>,
    bus: Bus,
    vault: Vault,
    patterns: Patterns,
    bell: Bell,
}

impl Events {
    /// Opens the room over a store; `key` is the house's, for the secrets of connections.
    /// Schedules and deliveries go on in [`Events::work`].
    pub fn open(store: Arc<dyn Store>, house: Arc<House>, bus: Bus, key: [u8; 32]) -> Self {
        house.feed().has_reader();
        let vault = Vault::new(key);
        let (patterns, bell) = (Patterns::default(), Bell::default());
        Events(Arc::new(Room { store, house, bus, vault, patterns, bell }))
    }

    /// Starts what schedules say and delivers events. To be run once; it doesn't end.
    pub fn work(&self) -> impl Future<Output = ()> + Send + use<> {
        work::work(Arc::clone(&self.0))
    }

    fn enter(&self, request: Ctx) -> Visit<'_> {
        Visit::new(&self.0, request)
    }
}

impl Service for Events {
    fn facts(&self) -> Facts {
        Facts {
            name: "events",
            signing_name: "events",
            endpoint_prefix: "events",
            target_prefix: "AWSEvents",
            protocol: Protocol::Json1_1,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        OPERATIONS.names()
    }

    fn rate(&self, operation: &str) -> Option<Rate> {
        OPERATIONS.rate(operation)
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        OPERATIONS.call(self, ctx, operation, body)
    }

    fn answers_again(&self, operation: &str) -> bool {
        operation == "PutEvents"
    }

    fn resource_policy<'a>(&'a self, ctx: &'a Ctx, resource_arn: &'a str) -> ResourcePolicy<'a> {
        Box::pin(async move { Ok(self.enter(ctx.clone()).policy_of(resource_arn).await?) })
    }
}

service::operations! {
    /// Everything that the room answers.
    static OPERATIONS: Events {
        "CancelReplay" => ops::cancel_replay,
        "CreateApiDestination" => ops::create_api_destination,
        "CreateArchive" => ops::create_archive,
        "CreateConnection" => ops::create_connection,
        "CreateEventBus" => ops::create_event_bus,
        "DeauthorizeConnection" => ops::deauthorize_connection,
        "DeleteApiDestination" => ops::delete_api_destination,
        "DeleteArchive" => ops::delete_archive,
        "DeleteConnection" => ops::delete_connection,
        "DeleteEventBus" => ops::delete_event_bus,
        "DeleteRule" => ops::delete_rule,
        "DescribeApiDestination" => ops::describe_api_destination,
        "DescribeArchive" => ops::describe_archive,
        "DescribeConnection" => ops::describe_connection,
        "DescribeEventBus" => ops::describe_event_bus,
        "DescribeReplay" => ops::describe_replay,
        "DescribeRule" => ops::describe_rule,
        "DisableRule" => ops::disable_rule,
        "EnableRule" => ops::enable_rule,
        "ListApiDestinations" => ops::list_api_destinations,
        "ListArchives" => ops::list_archives,
        "ListConnections" => ops::list_connections,
        "ListEventBuses" => ops::list_event_buses,
        "ListReplays" => ops::list_replays,
        "ListRuleNamesByTarget" => ops::list_rule_names_by_target,
        "ListRules" => ops::list_rules,
        "ListTagsForResource" => ops::list_tags_for_resource,
        "ListTargetsByRule" => ops::list_targets_by_rule,
        "PutEvents" => ops::put_events,
        "PutPermission" => ops::put_permission,
        "PutRule" => ops::put_rule,
        "PutTargets" => ops::put_targets,
        "RemovePermission" => ops::remove_permission,
        "RemoveTargets" => ops::remove_targets,
        "RetrieveConnectionSecrets" => ops::retrieve_connection_secrets,
        "StartReplay" => ops::start_replay,
        "TagResource" => ops::tag_resource,
        "TestEventPattern" => ops::test_event_pattern,
        "UntagResource" => ops::untag_resource,
        "UpdateApiDestination" => ops::update_api_destination,
        "UpdateArchive" => ops::update_archive,
        "UpdateConnection" => ops::update_connection,
        "UpdateEventBus" => ops::update_event_bus,
    }
}
