//! Streams of tables: every shard is read in its order, one batch after the other.
//!
//! How far a shard was read is a row, so a crash repeats at most the batch that was at work.
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use event_pattern::Pattern;
use serde_json::{Value, json};
use service::CallError;
use store::Batch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::records::{self, Shard};
use super::{Told, Trouble};
use crate::Room;
use crate::actor::Actor;
use crate::errors::Error;
use crate::model::{Mapping, StreamReading};
use crate::tables;

const ROOM: &str = "dynamodbstreams";
/// The most that one GetRecords gives.
const RECORDS_MAX: usize = 1_000;
/// How often new shards are looked for.
const LOOK: Duration = Duration::from_secs(10);

/// What the readers of a stream have in common.
pub(super) struct Stream {
    pub(super) room: Arc<Room>,
    /// The mapping's ARN.
    pub(super) name: String,
    pub(super) mapping: Mapping,
    pub(super) reading: StreamReading,
    patterns: Vec<Pattern>,
}

/// Reads for a mapping until it is aborted.
pub(super) async fn read(room: Arc<Room>, name: String, mapping: Mapping, reading: StreamReading) {
    let patterns = super::patterns(&mapping);
    let stream = Arc::new(Stream { room, name, mapping, reading, patterns });
    let (mut readers, mut begun, mut ended) = (JoinSet::new(), BTreeSet::new(), BTreeSet::new());
    loop {
        match stream.shards().await {
            Ok(shards) => {
                let left = |shard: &String| shards.contains_key(shard) && !ended.contains(shard);
                // What a shard has went before what its children have.
                let ready = shards.iter().filter(|(_, parent)| !parent.as_ref().is_some_and(left));
                let ready: Vec<String> = ready.map(|(shard, _)| shard.clone()).collect();
                for shard in ready {
                    if begun.insert(shard.clone()) {
                        readers.spawn(read_shard(Arc::clone(&stream), shard));
                    }
                }
            }
            Err(error) => warn(&stream.mapping, &error),
        }
        if let Ok(Some(Ok(shard))) = tokio::time::timeout(LOOK, next(&mut readers)).await {
            ended.insert(shard);
        }
    }
}

/// The next reader that ends; nothing comes where none reads.
async fn next(readers: &mut JoinSet<String>) -> Option<Result<String, tokio::task::JoinError>> {
    match readers.is_empty() {
        true => std::future::pending().await,
        false => readers.join_next().await,
    }
}

/// The shards of a stream, each with the one that it continues.
async fn shards(
    room: &Room,
    actor: &Actor,
    stream_arn: &str,
) -> Result<BTreeMap<String, Option<String>>, CallError> {
    let (mut shards, mut after) = (BTreeMap::new(), Value::Null);
    loop {
        let mut body = json!({"StreamArn": stream_arn});
        if !after.is_null() {
            body["ExclusiveStartShardId"] = after;
        }
        let reply = room.call(actor, ROOM, "DescribeStream", body).await?;
        let description = &reply["StreamDescription"];
        for shard in description["Shards"].as_array().into_iter().flatten() {
            let id = shard["ShardId"].as_str().unwrap_or_default();
            let parent = shard["ParentShardId"].as_str().map(str::to_owned);
            shards.insert(id.to_owned(), parent);
        }
        after = description["LastEvaluatedShardId"].clone();
        if after.is_null() {
            return Ok(shards);
        }
    }
}

/// The last record that each shard of a stream has now: where a mapping begins that wants new ones alone.
pub(super) async fn last_records(
    room: &Room,
    actor: &Actor,
    stream_arn: &str,
) -> Result<Vec<(String, String)>, CallError> {
    let mut last = Vec::new();
    for shard in shards(room, actor, stream_arn).await?.into_keys() {
        let mut iterator = Some(iterator(room, actor, stream_arn, &shard, None).await?);
        let mut number = None;
        while let Some(from) = iterator {
            let page = page(room, actor, &from, RECORDS_MAX).await?;
            iterator = page.next.filter(|_| !page.records.is_empty());
            number = page.records.last().map(records::number).or(number);
        }
        last.extend(number.map(|number| (shard, number)));
    }
    Ok(last)
}

/// Reads a shard to its end, and gives its name then.
async fn read_shard(stream: Arc<Stream>, shard: String) -> String {
    let mut trouble = Trouble::default();
    loop {
        let begun = Instant::now();
        match stream.read_on(&shard).await {
            Ok(()) => return shard,
            Err(error) => {
                warn(&stream.mapping, &error);
                if super::PAUSE_MAX < begun.elapsed() {
                    trouble.is_over();
                }
                trouble.rest().await;
            }
        }
    }
}

fn warn(mapping: &Mapping, error: &CallError) {
    let stream = &mapping.source_arn;
    tracing::warn!(stream, error = error as &dyn std::error::Error, "failed to read a stream");
}

/// One answer of GetRecords.
struct Page {
    records: Vec<Value>,
    /// Absent when the shard has ended.
    next: Option<String>,
}

async fn page(room: &Room, actor: &Actor, iterator: &str, limit: usize) -> Result<Page, CallError> {
    let body = json!({"ShardIterator": iterator, "Limit": limit});
    let mut reply = room.call(actor, ROOM, "GetRecords", body).await?;
    let records = match reply["Records"].take() {
        Value::Array(records) => records,
        _ => Vec::new(),
    };
    let next = reply["NextShardIterator"].as_str().map(str::to_owned);
    Ok(Page { records, next })
}

async fn iterator(
    room: &Room,
    actor: &Actor,
    stream_arn: &str,
    shard: &str,
    after: Option<&str>,
) -> Result<String, CallError> {
    let mut body = json!({
        "StreamArn": stream_arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON",
    });
    if let Some(after) = after {
        body["ShardIteratorType"] = "AFTER_SEQUENCE_NUMBER".into();
        body["SequenceNumber"] = after.into();
    }
    let reply = room.call(actor, ROOM, "GetShardIterator", body).await?;
    Ok(reply["ShardIterator"].as_str().unwrap_or_default().to_owned())
}

impl Stream {
    /// Who reads: the role of the function, whichever it is by now.
    async fn actor(&self) -> Result<Actor, CallError> {
        self.room.actor_of(&self.mapping).await
    }

    async fn shards(&self) -> Result<BTreeMap<String, Option<String>>, CallError> {
        shards(&self.room, &self.actor().await?, &self.mapping.source_arn).await
    }

    async fn page(&self, from: &str, most: usize) -> Result<Page, CallError> {
        page(&self.room, &self.actor().await?, from, most.min(RECORDS_MAX)).await
    }

    /// Reads from where the shard was left, until it ends.
    async fn read_on(&self, shard: &str) -> Result<(), CallError> {
        let arn = &self.mapping.source_arn;
        let position = self.room.tables().position(&self.name, shard).await;
        let position = position.map_err(|error| CallError::Refused(Error::from(error).into()))?;
        let actor = self.actor().await?;
        let mut from = match iterator(&self.room, &actor, arn, shard, position.as_deref()).await {
            // What was read last is older than the stream remembers.
            Err(CallError::Refused(error)) if error.code == "TrimmedDataAccessException" => {
                iterator(&self.room, &actor, arn, shard, None).await?
            }
            other => other?,
        };
        loop {
            let (records, next) = self.gather(from).await?;
            if !records.is_empty() {
                let shard = Shard { stream: self, id: shard };
                let (wanted, last) =
                    (self.wanted(&records), records::number(&records[records.len() - 1]));
                shard.give(wanted).await;
                // What nobody wants is read all the same.
                shard.read_up_to(last).await;
            }
            let Some(next) = next else { return Ok(()) };
            from = next;
        }
    }

    /// A batch: what comes with one request, or until the window closes or the batch is full.
    async fn gather(&self, from: String) -> Result<(Vec<Value>, Option<String>), CallError> {
        let size = self.mapping.batch_size as usize;
        let window = Duration::from_secs(self.mapping.window_seconds.into());
        let Page { mut records, mut next } = self.page(&from, size).await?;
        let closes = Instant::now() + window;
        loop {
            let is_open = !records.is_empty() && records.len() < size && Instant::now() < closes;
            if !is_open && !records.is_empty() {
                return Ok((records, next));
            }
            let Some(from) = next else { return Ok((records, None)) };
            self.pause().await;
            let more = self.page(&from, size - records.len()).await?;
            records.extend(more.records);
            next = more.next;
        }
    }

    async fn pause(&self) {
        #[expect(clippy::disallowed_methods, reason = "streams ring no bell: when to look again")]
        tokio::time::sleep(self.room.limits.stream_pause).await;
    }

    /// The records that some pattern wants, as functions get them.
    fn wanted(&self, records: &[Value]) -> Vec<Value> {
        let shown = records.iter().map(|record| {
            let mut record = record.clone();
            record["eventSourceARN"] = self.mapping.source_arn.as_str().into();
            record
        });
        shown.filter(|record| super::wants(&self.patterns, record)).collect()
    }

    /// Runs the function for some records.
    pub(super) async fn invoke(&self, records: &[Value]) -> Result<Told, Error> {
        super::invoke(&self.room, &self.mapping, records).await
    }
}

impl Shard<'_> {
    /// Notes how far the shard was read; where that fails, what comes after a crash comes again.
    pub(super) async fn read_up_to(&self, number: String) {
        let Stream { room, name, .. } = self.stream;
        let mut batch = Batch::new();
        tables::put_position(&mut batch, name, self.id, &number);
        if let Err(error) = room.commit(batch).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "failed to note a position");
        }
    }
}
