use super::get_log_events::PAGE_BYTES_MAX;
use crate::errors::Error;
use crate::event_id::event_id;
use crate::model::{Event, Place};
use crate::pattern::Pattern;
use crate::tables::{Order, StreamName};
use crate::visit::{Visit, group_name};
use crate::wire::{FilterLogEventsInput, FilterLogEventsOutput, FilteredLogEvent};

const OPERATION: &str = "FilterLogEvents";
/// Events of a page when a request doesn't say, and their most.
const PAGE: usize = 10_000;
/// Events that are looked at together.
const READ_AT_ONCE: usize = 500;
/// Events that are looked at for one page, however few match: as on AWS, a page may be empty and have a next one.
const LOOKED_AT_MAX: usize = 100_000;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>
pub(crate) async fn filter_log_events(
    ctx: &Visit<'_>,
    req: FilterLogEventsInput,
) -> Result<FilterLogEventsOutput, Error> {
    if req.log_stream_names.is_some() && req.log_stream_name_prefix.is_some() {
        return Err(Error::parameter(
            "logStreamNamePrefix and logStreamNames are mutually exclusive parameters.",
        ));
    }
    let pattern_text = req.filter_pattern.unwrap_or_default();
    let pattern = Pattern::parse(&pattern_text)?;
    let group = group_name(ctx, req.log_group_name, req.log_group_identifier.as_deref())?;
    let horizon = ctx.group(&group).await?.value.horizon(ctx.now());
    for name in req.log_stream_names.iter().flatten() {
        ctx.stream(&group, name).await?;
    }
    let arguments = [&*group, &*pattern_text];
    let position = ctx.position(OPERATION, &arguments, req.next_token.as_deref())?;
    let mut after = position.as_deref().map(read_position).transpose()?;

    let wants_stream = |name: &String| match (&req.log_stream_names, &req.log_stream_name_prefix) {
        (Some(names), _) => names.contains(name),
        (None, Some(prefix)) => name.starts_with(prefix),
        (None, None) => true,
    };
    // `endTime` is the last instant that is searched.
    let until = req.end_time.map_or(i64::MAX, |end| end.saturating_add(1));
    let within = (req.start_time.unwrap_or(0).max(horizon), until);
    let size = req.limit.map_or(PAGE, |limit| limit as usize);
    let scope = ctx.scope();
    let (mut events, mut bytes, mut looked_at) = (Vec::new(), 0, 0);
    loop {
        let orders =
            ctx.tables().order(&scope, &group, within, after.as_ref(), READ_AT_ONCE).await?;
        let is_last = orders.len() < READ_AT_ONCE;
        for order in orders {
            let name = StreamName { scope: &scope, group: &group, name: &order.stream };
            if wants_stream(&order.stream)
                && let Some(event) = ctx.tables().event(&name, order.place).await?
                && pattern.matches(&event.message)
            {
                bytes += event.message.len();
                events.push(shown(&order.stream, event));
            }
            looked_at += 1;
            let position = position_of(&order);
            after = Some(order);
            if size <= events.len() || PAGE_BYTES_MAX < bytes || LOOKED_AT_MAX <= looked_at {
                let next_token = Some(ctx.token(OPERATION, &arguments, &position));
                return Ok(reply(events, next_token));
            }
        }
        if is_last {
            return Ok(reply(events, None));
        }
    }
}

fn reply(events: Vec<FilteredLogEvent>, next_token: Option<String>) -> FilterLogEventsOutput {
    // AWS gives an empty list of searched streams since 2019.
    FilterLogEventsOutput { events, searched_log_streams: Vec::new(), next_token }
}

fn shown(stream: &str, event: Event) -> FilteredLogEvent {
    FilteredLogEvent {
        log_stream_name: stream.to_owned(),
        timestamp: event.place.at,
        ingestion_time: event.ingested_at,
        event_id: event_id(stream, event.place),
        message: event.message,
    }
}

fn position_of(order: &Order) -> String {
    format!("{} {} {}", order.place.at, order.place.number, order.stream)
}

fn read_position(text: &str) -> Result<Order, Error> {
    let mut parts = text.splitn(3, ' ');
    let mut part = || parts.next().ok_or_else(Error::page_token);
    let number = |text: &str| text.parse().map_err(|_| Error::page_token());
    let at = part()?.parse().map_err(|_| Error::page_token())?;
    let place = Place { at, number: number(part()?)? };
    Ok(Order { stream: part()?.to_owned(), place })
}
