//! The rows of this room. Fields are numbered: new ones can be added, none reused.
//!
//! A message is two rows: its content, written once, and its item, written again each time it is received.

mod rows;

use base::Timestamp;
use minicbor::Decode;
use store::key::{Key, Parts};
use store::{Batch, Error, Read, row};

use crate::arn::QueueArn;
use crate::model::{Message, Move, Sent};
use crate::queue::Record;
use crate::shelf::Item;
use rows::{AttemptRow, ItemRow, MessageRow, MoveRow, QueueRow, SentRow};

const QUEUE: &str = "sqs.queue";
const MESSAGE: &str = "sqs.message";
const ITEM: &str = "sqs.item";
const SENT: &str = "sqs.sent";
const MOVE: &str = "sqs.move";
const ATTEMPT: &str = "sqs.attempt";

/// Every queue.
pub(crate) async fn queues(store: &dyn Read) -> Result<Vec<(QueueArn, Record)>, Error> {
    let mut queues = Vec::new();
    for entry in store.scan(&Key::of(QUEUE).scan()).await? {
        let mut parts = Parts::of(QUEUE, &entry.key)?;
        let arn = QueueArn::parse(&parts.text()?).ok_or(Error::Corrupt("the ARN of a queue"))?;
        parts.end()?;
        let record = decode::<QueueRow>(&entry.value)?.into_record(&arn)?;
        queues.push((arn, record));
    }
    Ok(queues)
}

/// The items of a queue, by number.
pub(crate) async fn items(store: &dyn Read, queue_id: &str) -> Result<Vec<(u64, Item)>, Error> {
    let entries = store.scan(&Key::of(ITEM).text(queue_id).scan()).await?;
    let item = |entry: &store::Entry| {
        let mut parts = Parts::of(ITEM, &entry.key)?;
        parts.text()?;
        let number = parts.u64()?;
        parts.end()?;
        Ok((number, decode::<ItemRow>(&entry.value)?.into()))
    };
    entries.iter().map(item).collect()
}

/// What a queue was sent lately, by deduplication key.
pub(crate) async fn sent(store: &dyn Read, queue_id: &str) -> Result<Vec<(String, Sent)>, Error> {
    let entries = store.scan(&Key::of(SENT).text(queue_id).scan()).await?;
    let sent = |entry: &store::Entry| {
        let mut parts = Parts::of(SENT, &entry.key)?;
        parts.text()?;
        let key = parts.text()?;
        parts.end()?;
        Ok((key, decode::<SentRow>(&entry.value)?.into()))
    };
    entries.iter().map(sent).collect()
}

/// The move tasks of a queue.
pub(crate) async fn moves(store: &dyn Read, queue_id: &str) -> Result<Vec<Move>, Error> {
    let entries = store.scan(&Key::of(MOVE).text(queue_id).scan()).await?;
    let task = |entry: &store::Entry| {
        let mut parts = Parts::of(MOVE, &entry.key)?;
        parts.text()?;
        let id = parts.text()?;
        parts.end()?;
        decode::<MoveRow>(&entry.value)?.into_move(id)
    };
    entries.iter().map(task).collect()
}

/// The content of a message, if it hasn't been deleted meanwhile.
pub(crate) async fn message(
    store: &dyn Read,
    queue_id: &str,
    number: u64,
) -> Result<Option<Message>, Error> {
    let row = store.get(&of_queue(MESSAGE, queue_id).u64(number)).await?;
    row.map(|row| decode::<MessageRow>(&row).map(Message::from)).transpose()
}

/// What an attempt was answered, if it was.
pub(crate) async fn attempt(store: &dyn Read, attempt: &str) -> Result<Option<String>, Error> {
    let row = store.get(&Key::of(ATTEMPT).text(attempt)).await?;
    row.map(|row| Ok(decode::<AttemptRow>(&row)?.reply)).transpose()
}

/// A batch that forgets what attempts before `before` were answered.
pub(crate) async fn forget_attempts(store: &dyn Read, before: Timestamp) -> Result<Batch, Error> {
    let mut batch = Batch::new();
    for entry in store.scan(&Key::of(ATTEMPT).scan()).await? {
        if decode::<AttemptRow>(&entry.value)?.at < before.as_millis() {
            batch.delete(entry.key);
        }
    }
    Ok(batch)
}

pub(crate) fn put_queue(batch: &mut Batch, arn: &QueueArn, record: &Record) {
    batch.put(Key::of(QUEUE).text(arn.as_str()), row::encode(&QueueRow::from(record)));
}

/// Deletes a queue with everything in it.
pub(crate) fn delete_queue(batch: &mut Batch, arn: &QueueArn, queue_id: &str) {
    batch.delete(Key::of(QUEUE).text(arn.as_str()));
    delete_messages(batch, queue_id);
    for table in [SENT, MOVE] {
        batch.delete_range(of_queue(table, queue_id).range());
    }
}

/// Deletes every message of a queue.
pub(crate) fn delete_messages(batch: &mut Batch, queue_id: &str) {
    for table in [MESSAGE, ITEM] {
        batch.delete_range(of_queue(table, queue_id).range());
    }
}

pub(crate) fn put_message(
    batch: &mut Batch,
    queue_id: &str,
    number: u64,
    message: &Message,
    item: &Item,
) {
    let key = of_queue(MESSAGE, queue_id).u64(number);
    batch.put(key, row::encode(&MessageRow::from(message)));
    put_item(batch, queue_id, number, item);
}

pub(crate) fn put_item(batch: &mut Batch, queue_id: &str, number: u64, item: &Item) {
    batch.put(of_queue(ITEM, queue_id).u64(number), row::encode(&ItemRow::from(item)));
}

pub(crate) fn delete_message(batch: &mut Batch, queue_id: &str, number: u64) {
    for table in [MESSAGE, ITEM] {
        batch.delete(of_queue(table, queue_id).u64(number));
    }
}

pub(crate) fn put_sent(batch: &mut Batch, queue_id: &str, key: &str, sent: &Sent) {
    batch.put(of_queue(SENT, queue_id).text(key), row::encode(&SentRow::from(sent)));
}

pub(crate) fn delete_sent(batch: &mut Batch, queue_id: &str, key: &str) {
    batch.delete(of_queue(SENT, queue_id).text(key));
}

pub(crate) fn put_move(batch: &mut Batch, queue_id: &str, task: &Move) {
    batch.put(of_queue(MOVE, queue_id).text(&task.id), row::encode(&MoveRow::from(task)));
}

pub(crate) fn delete_move(batch: &mut Batch, queue_id: &str, id: &str) {
    batch.delete(of_queue(MOVE, queue_id).text(id));
}

pub(crate) fn put_attempt(batch: &mut Batch, attempt: &str, at: Timestamp, reply: String) {
    batch.put(
        Key::of(ATTEMPT).text(attempt),
        row::encode(&AttemptRow { at: at.as_millis(), reply }),
    );
}

fn of_queue(table: &str, queue_id: &str) -> Key {
    Key::of(table).text(queue_id)
}

fn decode<R: for<'b> Decode<'b, ()>>(row: &[u8]) -> Result<R, Error> {
    row::decode(row, "a row of the sqs room")
}
