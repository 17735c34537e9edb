use crate::errors::Error;
use crate::model::{DAY_MILLIS, Event, Group, Place, Stream};
use crate::subscribe::put_deliveries;
use crate::tables::StreamName;
use crate::visit::{Commit, Visit};
use crate::wire::{InputLogEvent, PutLogEventsInput, PutLogEventsOutput, RejectedLogEventsInfo};

/// What an event counts beside its message.
const EVENT_OVERHEAD_BYTES: usize = 26;
const BATCH_BYTES_MAX: usize = 1_048_576;
const HOUR_MILLIS: i64 = 60 * 60 * 1000;
const NEWEST_MILLIS: i64 = 2 * HOUR_MILLIS;
const OLDEST_MILLIS: i64 = 14 * DAY_MILLIS;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>
pub(crate) async fn put_log_events(
    ctx: &Visit<'_>,
    req: PutLogEventsInput,
) -> Result<PutLogEventsOutput, Error> {
    check(&req.log_events)?;
    let group = ctx.group(&req.log_group_name).await?;
    let now = ctx.now().as_millis();
    let rejected = Rejected::of(&req.log_events, &group.value, ctx);
    let scope = ctx.scope();
    let name = StreamName { scope: &scope, group: &req.log_group_name, name: &req.log_stream_name };
    let taken = &req.log_events[rejected.taken()];
    loop {
        let found = ctx.stream(name.group, name.name).await?;
        let mut stream = found.value.clone();
        let events: Vec<Event> = taken.iter().map(|event| stream.take(event, now)).collect();
        let next_sequence_token = sequence_token(&stream);
        let mut batch = found.change(stream);
        let subscriptions = &group.value.subscriptions;
        let mut entropy = ctx.request.house().entropy();
        let told =
            put_deliveries(&mut batch, subscriptions, &name, &events, ctx.now(), &mut entropy)?;
        for event in events {
            name.put(&mut batch, event);
        }
        if ctx.commit(batch).await? == Commit::Done {
            if told {
                ctx.room().events_to_deliver.notify_one();
            }
            let rejected_log_events_info = rejected.info();
            return Ok(PutLogEventsOutput { next_sequence_token, rejected_log_events_info });
        }
    }
}

/// The token of older clients, which AWS still gives and no longer looks at.
pub(super) fn sequence_token(stream: &Stream) -> String {
    format!("49{:020}{:034}", stream.id, stream.last_number)
}

fn check(events: &[InputLogEvent]) -> Result<(), Error> {
    let size = |event: &InputLogEvent| event.message.len() + EVENT_OVERHEAD_BYTES;
    if let Some(large) = events.iter().map(size).find(|size| BATCH_BYTES_MAX < *size) {
        let sentence =
            format!("Log event too large: {large} bytes exceeds limit of {BATCH_BYTES_MAX}");
        return Err(Error::parameter(sentence));
    }
    let all: usize = events.iter().map(size).sum();
    if BATCH_BYTES_MAX < all {
        let sentence = format!("Upload too large: {all} bytes exceeds limit of {BATCH_BYTES_MAX}");
        return Err(Error::parameter(sentence));
    }
    if !events.is_sorted_by_key(|event| event.timestamp) {
        let sentence =
            "Log events in a single PutLogEvents request must be in chronological order.";
        return Err(Error::parameter(sentence));
    }
    let (first, last) = (events[0].timestamp, events[events.len() - 1].timestamp);
    if DAY_MILLIS < last - first {
        let sentence = "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.";
        return Err(Error::parameter(sentence));
    }
    Ok(())
}

impl Stream {
    /// Counts an event in.
    fn take(&mut self, event: &InputLogEvent, now: i64) -> Event {
        let at = event.timestamp;
        self.last_number += 1;
        self.first_event_at = Some(self.first_event_at.map_or(at, |first| first.min(at)));
        self.last_event_at = Some(self.last_event_at.map_or(at, |last| last.max(at)));
        self.last_ingestion_at = Some(now);
        self.stored_bytes += (event.message.len() + EVENT_OVERHEAD_BYTES) as u64;
        let place = Place { at, number: self.last_number };
        Event { place, ingested_at: now, message: event.message.clone() }
    }
}

/// How many events at either end of a batch are left out; the batch is in the order of time.
struct Rejected {
    too_old: usize,
    expired: usize,
    too_new_from: usize,
    count: usize,
}

impl Rejected {
    fn of(events: &[InputLogEvent], group: &Group, ctx: &Visit<'_>) -> Self {
        let now = ctx.now().as_millis();
        let before = |at: i64| events.partition_point(|event| event.timestamp < at);
        Rejected {
            too_old: before(now - OLDEST_MILLIS),
            expired: before(group.horizon(ctx.now())),
            too_new_from: events.partition_point(|event| event.timestamp <= now + NEWEST_MILLIS),
            count: events.len(),
        }
    }

    fn taken(&self) -> std::ops::Range<usize> {
        let from = self.too_old.max(self.expired);
        from..self.too_new_from.max(from)
    }

    fn info(&self) -> Option<RejectedLogEventsInfo> {
        let end = |count: usize| (0 < count).then_some(count as i32);
        let from = (self.too_new_from < self.count).then_some(self.too_new_from as i32);
        let info = RejectedLogEventsInfo {
            too_new_log_event_start_index: from,
            too_old_log_event_end_index: end(self.too_old),
            expired_log_event_end_index: end(self.expired),
        };
        (self.taken() != (0..self.count)).then_some(info)
    }
}
