//! The CloudWatch Logs room: log groups, streams and their events.
//!
//! It keeps what others write (functions, rules, executions, clients), and gives it back by stream, or across the streams
//! of a group by a filter pattern. What a retention policy has outlived isn't shown any more, and swept away by itself.
//!
//! It is not Logs Insights (no query language), and derives no metrics.
//!
//! # How to read it
//! - The table below: each operation and the one file in `ops` that answers it: check, act, reply.
//! - `wire`: what they take and give. `errors`: everything that is refused, in AWS's words.
//! - `model` and `tables`: what is kept, and how. `identifier`: ARNs of log groups.
//! - `pattern`: filter patterns. `subscribe`: what subscribers get. `work`: the sweep.

mod errors;
mod event_id;
mod identifier;
mod model;
mod ops;
mod pattern;
mod subscribe;
mod tables;
mod visit;
mod wire;
mod work;

use std::sync::Arc;

use aws::Protocol;
use bytes::Bytes;
use service::{Bus, Ctx, Facts, House, Rate, Reply, Service};
use store::Store;
use tokio::sync::Notify;

use visit::Visit;

/// The room.
pub struct Logs(Arc<Room>);

/// What all requests share.
struct Room {
    store: Arc<dyn Store>,
    house: Arc<House>,
    bus: Bus,
    /// Rings when a retention policy was set.
    retention_changed: Notify,
    /// Rings when a subscription has got something to do.
    events_to_deliver: Notify,
}

impl Logs {
    /// Opens the room over a store. Subscribers get what they want, and what has expired is swept, by [`Logs::work`].
    pub fn open(store: Arc<dyn Store>, house: Arc<House>, bus: Bus) -> Self {
        let (retention_changed, events_to_deliver) = (Notify::new(), Notify::new());
        Logs(Arc::new(Room { store, house, bus, retention_changed, events_to_deliver }))
    }

    /// Brings events to subscribers, and sweeps away what retention policies have outlived. To be run once; it doesn't
    /// end.
    pub fn work(&self) -> impl Future<Output = ()> + Send + use<> {
        let (sweep, deliveries) = (Arc::clone(&self.0), Arc::clone(&self.0));
        async move {
            tokio::join!(work::sweep(sweep), subscribe::work(deliveries));
        }
    }

    fn enter(&self, request: Ctx) -> Visit<'_> {
        Visit::new(&self.0, request)
    }
}

impl Service for Logs {
    fn facts(&self) -> Facts {
        Facts {
            name: "logs",
            signing_name: "logs",
            endpoint_prefix: "logs",
            target_prefix: "Logs_20140328",
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
        let reply = OPERATIONS.call(self, ctx, operation, body);
        Box::pin(async move { reply.await.map_err(errors::as_logs_words_it) })
    }
}

service::operations! {
    /// Everything that the room answers.
    static OPERATIONS: Logs {
        "CreateLogGroup" => ops::create_log_group,
        "CreateLogStream" => ops::create_log_stream,
        "DeleteLogGroup" => ops::delete_log_group,
        "DeleteLogStream" => ops::delete_log_stream,
        "DeleteMetricFilter" => ops::delete_metric_filter,
        "DeleteResourcePolicy" => ops::delete_resource_policy,
        "DeleteRetentionPolicy" => ops::delete_retention_policy,
        "DeleteSubscriptionFilter" => ops::delete_subscription_filter,
        "DescribeLogGroups" => ops::describe_log_groups,
        "DescribeLogStreams" => ops::describe_log_streams,
        "DescribeMetricFilters" => ops::describe_metric_filters,
        "DescribeResourcePolicies" => ops::describe_resource_policies,
        "DescribeSubscriptionFilters" => ops::describe_subscription_filters,
        "FilterLogEvents" => ops::filter_log_events,
        "GetLogEvents" => ops::get_log_events,
        "ListTagsForResource" => ops::list_tags_for_resource,
        "ListTagsLogGroup" => ops::list_tags_log_group,
        "PutLogEvents" => ops::put_log_events,
        "PutMetricFilter" => ops::put_metric_filter,
        "PutResourcePolicy" => ops::put_resource_policy,
        "PutRetentionPolicy" => ops::put_retention_policy,
        "PutSubscriptionFilter" => ops::put_subscription_filter,
        "StartQuery" => ops::start_query,
        "TagLogGroup" => ops::tag_log_group,
        "TagResource" => ops::tag_resource,
        "TestMetricFilter" => ops::test_metric_filter,
        "UntagLogGroup" => ops::untag_log_group,
        "UntagResource" => ops::untag_resource,
    }
}
