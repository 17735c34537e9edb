//! `AMAZON_EVENTBRIDGE`: events are put on a bus.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-reference-eventbridge-js.html>

use json::Value;
use resolver::Failure;
use serde_json::json;

use super::{Query, body, given, member, misfit, operation, text};

pub(super) async fn ask(query: &Query<'_>) -> Result<Value, Failure> {
    match operation(query.request)?.as_str() {
        "PutEvents" => {}
        other => return Err(misfit(format!("Unsupported operation '{other}'."))),
    }
    let events = given(query.request, "events").filter(|events| !events.is_empty());
    let events = events.ok_or_else(|| misfit("Value for field '$[events]' not found."))?;
    let bus = query.source.event_bridge_config.as_ref().map(|it| it.event_bus_arn.as_str());
    let entry = |event: Value| {
        let mut entry = json!({
            "EventBusName": bus,
            "Source": text(&event, "source"),
            "DetailType": text(&event, "detailType"),
            "Detail": given(&event, "detail").map_or_else(|| "{}".to_owned(), |it| it.to_string()),
        });
        if let Some(resources) = given(&event, "resources") {
            entry["Resources"] = member(&resources);
        }
        if let Some(time) = text(&event, "time").and_then(|it| base::Timestamp::parse_rfc3339(&it))
        {
            entry["Time"] = json!(time.as_epoch_seconds());
        }
        entry
    };
    let entries: Vec<_> = events.items().map(entry).collect();
    let reply = query.call("events", "PutEvents", body(json!({ "Entries": entries }))).await;
    reply.map_err(|refusal| query.failure("EventBridge", "EventBridge", refusal))
}
