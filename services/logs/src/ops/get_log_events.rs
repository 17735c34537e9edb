use crate::errors::Error;
use crate::model::{Event, Place};
use crate::tables::{Reading, StreamName};
use crate::visit::{Visit, group_name};
use crate::wire::{GetLogEventsInput, GetLogEventsOutput, OutputLogEvent};

/// Events of a page when a request doesn't say, and their most.
const PAGE: usize = 10_000;
/// What a page holds at most.
pub(super) const PAGE_BYTES_MAX: usize = 1_048_576;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html>
pub(crate) async fn get_log_events(
    ctx: &Visit<'_>,
    req: GetLogEventsInput,
) -> Result<GetLogEventsOutput, Error> {
    let group = group_name(ctx, req.log_group_name, req.log_group_identifier.as_deref())?;
    let horizon = ctx.group(&group).await?.value.horizon(ctx.now());
    ctx.stream(&group, &req.log_stream_name).await?;
    let reading = match &req.next_token {
        Some(token) => read_token(token).ok_or_else(Error::page_token)?,
        None if req.start_from_head == Some(true) => Reading::Forward(None),
        None => Reading::Backward(None),
    };
    let from = req.start_time.unwrap_or(0);
    let until = req.end_time.unwrap_or(i64::MAX);
    let scope = ctx.scope();
    let name = StreamName { scope: &scope, group: &group, name: &req.log_stream_name };
    let limit = req.limit.map_or(PAGE, |limit| limit as usize);
    let within = (from.max(horizon), until);
    let mut events = ctx.tables().events(&name, within, reading, limit).await?;
    cut(&mut events);
    if matches!(reading, Reading::Backward(_)) {
        events.reverse();
    }
    let (first, last) = match (events.first(), events.last(), reading) {
        (Some(first), Some(last), _) => (first.place, last.place),
        // Nothing there: the same tokens again, and whoever follows a stream sees what comes next.
        (_, _, Reading::Forward(Some(place)) | Reading::Backward(Some(place))) => (place, place),
        (_, _, Reading::Forward(None) | Reading::Backward(None)) => {
            let begin = Place { at: from, number: 0 };
            (begin, begin)
        }
    };
    Ok(GetLogEventsOutput {
        next_forward_token: token('f', last),
        next_backward_token: token('b', first),
        events: events.into_iter().map(shown).collect(),
    })
}

/// Cuts what was read to what a page may hold; one event always.
fn cut(events: &mut Vec<Event>) {
    let mut bytes = 0;
    let beyond = events.iter().position(|event| {
        bytes += event.message.len();
        PAGE_BYTES_MAX < bytes
    });
    if let Some(beyond) = beyond {
        events.truncate(beyond.max(1));
    }
}

fn shown(event: Event) -> OutputLogEvent {
    OutputLogEvent {
        timestamp: event.place.at,
        message: event.message,
        ingestion_time: event.ingested_at,
    }
}

/// AWS's tokens have this form too: a letter for the direction, and 56 digits.
fn token(direction: char, place: Place) -> String {
    format!("{direction}/{:036}{:020}/s", place.at, place.number)
}

fn read_token(token: &str) -> Option<Reading> {
    let (direction, digits) = token.strip_suffix("/s")?.split_once('/')?;
    let (at, number) = digits.split_at_checked(36)?;
    let place = Place { at: at.parse().ok()?, number: number.parse().ok()? };
    match direction {
        "f" => Some(Reading::Forward(Some(place))),
        "b" => Some(Reading::Backward(Some(place))),
        _ => None,
    }
}
