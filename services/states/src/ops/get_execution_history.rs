use engine::history::HistoryEvent;
use json::{Number, Object, Value};
use runner::HistoryQuery;

use crate::arn;
use crate::errors::Error;
use crate::paging::Listing;
use crate::visit::Visit;
use crate::wire::{GetExecutionHistoryInput, GetExecutionHistoryOutput};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html>
pub(crate) async fn get_execution_history(
    ctx: &Visit<'_>,
    req: GetExecutionHistoryInput,
) -> Result<GetExecutionHistoryOutput, Error> {
    let arn = &req.execution_arn;
    arn::check_execution(arn)?;
    let reverse = req.reverse_order.unwrap_or(false);
    let arguments = [arn.as_str(), if reverse { "newest first" } else { "oldest first" }];
    let listing = Listing { operation: "GetExecutionHistory", arguments: &arguments };
    let after = match listing.position(ctx, req.next_token.as_deref())? {
        None => None,
        Some(id) => Some(id.parse().map_err(|_| Error::InvalidPageToken)?),
    };
    let query = HistoryQuery {
        after,
        limit: aws::page_size(req.max_results),
        reverse,
        include_data: req.include_execution_data.unwrap_or(true),
    };
    let page = ctx.runner().history(arn, query).await;
    let page = page.map_err(|error| Error::of_execution(error, arn))?;
    Ok(GetExecutionHistoryOutput {
        events: page.events.iter().map(show).collect(),
        next_token: page.next.map(|id| listing.token(ctx, &id.to_string())),
    })
}

fn show(event: &HistoryEvent) -> Value {
    let mut shown = Object::new();
    let seconds = Number::from_f64(event.at.as_epoch_seconds());
    shown.insert("timestamp", seconds.map_or(Value::NULL, Value::from));
    shown.insert("type", event.event_type.as_str());
    shown.insert("id", i64::try_from(event.id).unwrap_or(i64::MAX));
    shown.insert("previousEventId", i64::try_from(event.previous_id).unwrap_or(i64::MAX));
    if let Some(key) = event.details_key {
        shown.insert(key, event.details.clone());
    }
    shown.into()
}
