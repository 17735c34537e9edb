//! `events:putEvents`.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html>: the result carries nothing of the
//! HTTP answer, one entry that fails fails the task, and each event says which execution has sent it.

use asl::Failure;
use asl::resources::{Action, Integration, Pattern};
use json::Value;

use super::{Errand, Sent, optimized};
use crate::Runner;

pub(super) async fn put(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    action: Action,
    pattern: Pattern,
) -> Sent {
    let parameters = with_sender(errand);
    match optimized::asked(runner, errand, integration, action, &parameters, pattern).await {
        Ok(answer) => {
            let result = optimized::shown(integration, action, &answer.value);
            let failed = result.get("FailedEntryCount").and_then(|count| count.as_i64());
            match failed {
                None | Some(0) => Sent::answered(pattern, result),
                // Recorded: events_task_service_put_events_mixed_malformed_detail.
                Some(_) => {
                    let error = format!("{}.FailedEntry", integration.error_prefix());
                    Sent::refused(pattern, Failure::new(error, result.to_string()))
                }
            }
        }
        Err(sent) => *sent,
    }
}

fn with_sender(errand: &Errand) -> Value {
    let parameters = &errand.dispatch.parameters;
    let Some(entries) = parameters.get("Entries") else { return parameters.clone() };
    let sender =
        [&errand.facts.machine.facts.arn, &errand.facts.arn].map(|arn| Value::from(&**arn));
    let entries = entries.items().map(|entry| {
        let given = entry.get("Resources").unwrap_or_default();
        let resources = Value::array(given.items().chain(sender.iter().cloned()));
        entry.with("Resources", resources)
    });
    parameters.with("Entries", Value::array(entries))
}
