//! What becomes of events that somebody publishes: looked at by the namespace's handler, and told to who listens.
//!
//! <https://docs.aws.amazon.com/appsync/latest/eventapi/publish-http.html>

use json::{Kind, Value};
use serde_json::json;

use super::channel::Channel;
use super::deed::{Deed, Visitor};
use super::handler;
use crate::live::hub::{News, What};
use crate::live::shape::EVENT_BYTES_MAX;
use crate::rates::Counted;
use crate::reply::Refusal;

const EVENTS_MAX: usize = 5;

/// Events for a channel.
pub(super) struct Publication {
    channel: Channel,
    events: Vec<Value>,
}

/// What became of each event.
pub(in crate::live) struct Published {
    successful: Vec<(String, usize)>,
    failed: Vec<(String, usize, String)>,
}

pub(super) fn unreadable() -> Refusal {
    Refusal::bad_request("The request can't be read: {channel, events} is expected.")
}

pub(super) fn no_channel() -> Refusal {
    Refusal::bad_request("Invalid Channel Format")
}

impl Publication {
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        Publication::of(&Value::parse(text).map_err(|_| unreadable())?)
    }

    /// Reads `{"channel", "events"}`, where each event is a text that is JSON.
    pub(super) fn of(request: &Value) -> Result<Self, Refusal> {
        let channel = request.get("channel").unwrap_or_default();
        let channel = channel.as_str().and_then(Channel::parse).ok_or_else(no_channel)?;
        let events = request.get("events").filter(|it| it.kind() == Kind::Array);
        let events = events.ok_or_else(unreadable)?;
        if events.is_empty() || EVENTS_MAX < events.len() {
            let message = format!("A request has 1 to {EVENTS_MAX} events.");
            return Err(Refusal::bad_request(message));
        }
        let event = |(place, event): (usize, Value)| {
            let text = event.as_str().ok_or_else(unreadable)?;
            if EVENT_BYTES_MAX < text.len() {
                return Err(Refusal::bad_request(format!("Event {place} is larger than 240 KB.")));
            }
            let not_json = |_| Refusal::bad_request(format!("Event {place} is no JSON."));
            Value::parse(text).map_err(not_json)
        };
        let events = events.items().enumerate().map(event).collect::<Result<_, _>>()?;
        Ok(Publication { channel, events })
    }

    /// Publishes the events, if the visitor may; `signed` is what he has signed.
    pub(super) async fn publish(
        self,
        visitor: &Visitor<'_>,
        signed: &str,
    ) -> Result<Published, Refusal> {
        let Publication { channel, events } = self;
        let entrant = visitor.may(Deed::Publish(&channel), signed).await?;
        let namespace = visitor.namespace(&channel)?;
        let house = &visitor.room.house;
        let given = events.into_iter().map(|payload| (house.uuid(), payload)).collect();
        let handled = handler::on_publish(visitor, namespace, &entrant, &channel, given).await?;
        let mut published = Published { successful: Vec::new(), failed: Vec::new() };
        for (index, (id, handled)) in handled.into_iter().enumerate() {
            match handled {
                Ok(payload) => {
                    if let Some(payload) = payload {
                        tell(visitor, &channel, &payload).await;
                    }
                    published.successful.push((id, index));
                }
                Err(message) => published.failed.push((id, index, message)),
            }
        }
        Ok(published)
    }
}

async fn tell(visitor: &Visitor<'_>, channel: &Channel, payload: &Value) {
    let (hub, api_id) = (&visitor.room.hub, visitor.served.api.id());
    let is_admitted = visitor.room.gauge.admits(Counted::InboundMessage, api_id);
    if !is_admitted || !hub.has_listeners(api_id) {
        return;
    }
    // Subscribers get what publishers give: a text that is JSON.
    let text = Value::from(payload.to_string()).to_string().into();
    for topic in channel.topics() {
        let what = What::Said(std::sync::Arc::clone(&text));
        hub.publish(News { api_id: api_id.into(), topic: topic.into(), what }).await;
    }
}

impl Published {
    /// As clients are told.
    pub(super) fn to_json(&self) -> serde_json::Value {
        let successful = self.successful.iter();
        let successful = successful.map(|(id, index)| json!({"identifier": id, "index": index}));
        let failed = self.failed.iter().map(|(id, index, message)| {
            json!({"identifier": id, "index": index, "code": 400, "message": message})
        });
        json!({
            "failed": failed.collect::<Vec<_>>(),
            "successful": successful.collect::<Vec<_>>(),
        })
    }
}
