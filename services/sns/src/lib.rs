//! The SNS room: topics, their subscriptions, and messages that go to queues, functions and HTTP endpoints.
//!
//! What is published becomes one durable row for each subscription that wants it, in one batch; a row goes when
//! its endpoint has taken the message, or when it never will. Endpoints are reached over the Bus, as clients reach them.
//!
//! An HTTP endpoint is sent a token first and gets messages once somebody confirms with it.
//! Mobile push, text messages and mail are refused.
//!
//! # How to read it
//! - The table below: each operation and the one file in `ops` that answers it.
//! - `publishing`: from a request to deliveries. `filter`: which subscriptions want a message.
//! - `delivery`: what an endpoint is sent. `retry`: when it is tried again. `work`: who sends it.
//! - `http_endpoint`: endpoints out of the house. `signing`: how they know who has sent a message.

mod attributes;
mod delivery;
mod errors;
mod filter;
mod http_endpoint;
mod model;
mod ops;
mod permissions;
mod publishing;
mod retry;
mod signing;
mod tables;
mod visit;
mod wire;
mod work;

use std::sync::Arc;

use aws::Protocol;
use bytes::Bytes;
use service::{Bus, Ctx, Facts, House, PublicHttp, Rate, Reply, Service};
use store::Store;
use tokio::sync::{Notify, OnceCell};

use errors::Error;
use signing::Signer;
use visit::Visit;

/// The room.
pub struct Sns(Arc<Room>);

/// What all requests share.
struct Room {
    store: Arc<dyn Store>,
    house: Arc<House>,
    bus: Bus,
    /// Rings when there is something to deliver.
    bell: Notify,
    /// Made when the first message is signed.
    signer: OnceCell<Arc<Signer>>,
    /// Held by whoever publishes to a FIFO topic: its messages are numbered in the order of their rows.
    publishing: tokio::sync::Mutex<()>,
}

impl Sns {
    /// Opens the room over a store; it reaches its neighbors by `bus`.
    pub fn open(store: Arc<dyn Store>, house: Arc<House>, bus: Bus) -> Self {
        let (bell, publishing) = (Notify::new(), tokio::sync::Mutex::default());
        Sns(Arc::new(Room { store, house, bus, bell, signer: OnceCell::new(), publishing }))
    }

    /// Delivers what is published, as long as it is awaited. To be run once.
    pub fn work(&self) -> impl Future<Output = ()> + Send + use<> {
        work::work(Arc::clone(&self.0))
    }

    fn enter(&self, request: Ctx) -> Visit<'_> {
        Visit { room: &self.0, request }
    }
}

impl Service for Sns {
    fn facts(&self) -> Facts {
        Facts {
            name: "sns",
            signing_name: "sns",
            endpoint_prefix: "sns",
            target_prefix: "AmazonSNS",
            protocol: Protocol::Query,
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

    /// Publishing keeps its answers by attempt; the others say what shall be, however often they say it.
    fn answers_again(&self, operation: &str) -> bool {
        matches!(
            operation,
            "ConfirmSubscription"
                | "CreateTopic"
                | "DeleteTopic"
                | "Publish"
                | "PublishBatch"
                | "SetSubscriptionAttributes"
                | "SetTopicAttributes"
                | "Subscribe"
                | "TagResource"
                | "Unsubscribe"
                | "UntagResource"
        )
    }

    /// Links in messages are visited by whoever reads them.
    fn is_open(&self, operation: &str) -> bool {
        matches!(operation, "ConfirmSubscription" | "Unsubscribe")
    }

    /// The certificate that messages are checked with.
    fn public_http(&self) -> Option<&dyn PublicHttp> {
        Some(&*self.0)
    }

    fn resource_policy<'a>(
        &'a self,
        _ctx: &'a Ctx,
        resource_arn: &'a str,
    ) -> service::ResourcePolicy<'a> {
        Box::pin(async move {
            let topic = tables::topic(&*self.0.store, resource_arn).await.map_err(Error::from)?;
            Ok(topic.and_then(|topic| topic.value.attributes.get("Policy").cloned()))
        })
    }
}

service::operations! {
    /// The operations. Those of mobile push, text messages and data protection are unknown here.
    static OPERATIONS: Sns {
        "AddPermission" => ops::add_permission,
        "ConfirmSubscription" => ops::confirm_subscription,
        "CreateTopic" => ops::create_topic,
        "DeleteTopic" => ops::delete_topic,
        "GetSubscriptionAttributes" => ops::get_subscription_attributes,
        "GetTopicAttributes" => ops::get_topic_attributes,
        "ListSubscriptions" => ops::list_subscriptions,
        "ListSubscriptionsByTopic" => ops::list_subscriptions_by_topic,
        "ListTagsForResource" => ops::list_tags_for_resource,
        "ListTopics" => ops::list_topics,
        "Publish" => ops::publish,
        "PublishBatch" => ops::publish_batch,
        "RemovePermission" => ops::remove_permission,
        "SetSubscriptionAttributes" => ops::set_subscription_attributes,
        "SetTopicAttributes" => ops::set_topic_attributes,
        "Subscribe" => ops::subscribe,
        "TagResource" => ops::tag_resource,
        "Unsubscribe" => ops::unsubscribe,
        "UntagResource" => ops::untag_resource,
    }
}
