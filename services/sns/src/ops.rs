//! The operations, one file each: check, act, reply.

mod confirm_subscription;
mod create_topic;
mod delete_topic;
mod get_subscription_attributes;
mod get_topic_attributes;
mod list_subscriptions;
mod list_subscriptions_by_topic;
mod list_tags_for_resource;
mod list_topics;
mod publish;
mod publish_batch;
mod set_subscription_attributes;
mod set_topic_attributes;
mod subscribe;
mod tag_resource;
mod unsubscribe;
mod untag_resource;

pub(crate) use confirm_subscription::confirm_subscription;
pub(crate) use create_topic::create_topic;
pub(crate) use delete_topic::delete_topic;
pub(crate) use get_subscription_attributes::get_subscription_attributes;
pub(crate) use get_topic_attributes::get_topic_attributes;
pub(crate) use list_subscriptions::list_subscriptions;
pub(crate) use list_subscriptions_by_topic::list_subscriptions_by_topic;
pub(crate) use list_tags_for_resource::list_tags_for_resource;
pub(crate) use list_topics::list_topics;
pub(crate) use publish::publish;
pub(crate) use publish_batch::publish_batch;
pub(crate) use set_subscription_attributes::set_subscription_attributes;
pub(crate) use set_topic_attributes::set_topic_attributes;
pub(crate) use subscribe::subscribe;
pub(crate) use tag_resource::tag_resource;
pub(crate) use unsubscribe::unsubscribe;
pub(crate) use untag_resource::untag_resource;
