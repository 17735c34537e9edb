//! The stored form of each row, and the way from and to what it holds.

use base::Timestamp;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use store::Error;

use crate::arn::QueueArn;
use crate::model::{Attribute, AttributeValue, Message, Move, MoveStatus, Sent};
use crate::queue::Record;
use crate::settings::Settings;
use crate::shelf::Item;

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct QueueRow {
    #[n(0)]
    id: String,
    #[n(1)]
    created_at: i64,
    #[n(2)]
    modified_at: i64,
    #[n(3)]
    attributes: Vec<TextRow>,
    #[n(4)]
    tags: Vec<TextRow>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct TextRow {
    #[n(0)]
    name: String,
    #[n(1)]
    value: String,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct MessageRow {
    #[n(0)]
    id: String,
    #[n(1)]
    body: String,
    #[n(2)]
    attributes: Vec<AttributeRow>,
    #[n(3)]
    deduplication_id: Option<String>,
    #[n(4)]
    sender_id: String,
    #[n(5)]
    trace_header: Option<String>,
    #[n(6)]
    dead_letter_source: Option<String>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct AttributeRow {
    #[n(0)]
    name: String,
    #[n(1)]
    data_type: String,
    #[n(2)]
    text: Option<String>,
    #[n(3)]
    binary: Option<ByteVec>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct ItemRow {
    #[n(0)]
    sent_at: i64,
    #[n(1)]
    visible_at: i64,
    #[n(2)]
    receive_count: u32,
    #[n(3)]
    received_before: u32,
    #[n(4)]
    first_received_at: Option<i64>,
    #[n(5)]
    group: Option<String>,
    #[n(6)]
    is_held: bool,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct SentRow {
    #[n(0)]
    message_id: String,
    #[n(1)]
    number: u64,
    #[n(2)]
    at: i64,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct MoveRow {
    #[n(0)]
    started_at: i64,
    #[n(1)]
    destination: Option<String>,
    #[n(2)]
    per_second_max: Option<u32>,
    #[n(3)]
    to_move: u64,
    #[n(4)]
    moved: u64,
    /// In the order of [`STATUSES`].
    #[n(5)]
    status: u8,
    #[n(6)]
    failure: Option<String>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct AttemptRow {
    #[n(0)]
    pub(super) at: i64,
    /// JSON, as it was answered.
    #[n(1)]
    pub(super) reply: String,
}

const STATUSES: [MoveStatus; 5] = [
    MoveStatus::Running,
    MoveStatus::Completed,
    MoveStatus::Cancelling,
    MoveStatus::Cancelled,
    MoveStatus::Failed,
];

impl From<&Record> for QueueRow {
    fn from(record: &Record) -> Self {
        let text = |(name, value): (String, String)| TextRow { name, value };
        let attributes = record.settings.attributes();
        QueueRow {
            id: record.id.clone(),
            created_at: record.created_at.as_millis(),
            modified_at: record.modified_at.as_millis(),
            attributes: attributes
                .into_iter()
                .map(|(name, value)| text((name.to_owned(), value)))
                .collect(),
            tags: record.tags.clone().into_iter().map(text).collect(),
        }
    }
}

impl QueueRow {
    pub(super) fn into_record(self, arn: &QueueArn) -> Result<Record, Error> {
        let mut settings = Settings::new(arn.is_fifo());
        for TextRow { name, value } in self.attributes {
            settings.set(&name, &value).map_err(|_| Error::Corrupt("an attribute of a queue"))?;
        }
        Ok(Record {
            id: self.id,
            created_at: Timestamp::from_millis(self.created_at),
            modified_at: Timestamp::from_millis(self.modified_at),
            settings,
            tags: self.tags.into_iter().map(|TextRow { name, value }| (name, value)).collect(),
        })
    }
}

impl From<&Message> for MessageRow {
    fn from(message: &Message) -> Self {
        let message = message.clone();
        MessageRow {
            id: message.id,
            body: message.body,
            attributes: message.attributes.into_iter().map(AttributeRow::from).collect(),
            deduplication_id: message.deduplication_id,
            sender_id: message.sender_id,
            trace_header: message.trace_header,
            dead_letter_source: message.dead_letter_source,
        }
    }
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        Message {
            id: row.id,
            body: row.body,
            attributes: row.attributes.into_iter().map(Attribute::from).collect(),
            deduplication_id: row.deduplication_id,
            sender_id: row.sender_id,
            trace_header: row.trace_header,
            dead_letter_source: row.dead_letter_source,
        }
    }
}

impl From<Attribute> for AttributeRow {
    fn from(Attribute { name, data_type, value }: Attribute) -> Self {
        let (text, binary) = match value {
            AttributeValue::Text(text) => (Some(text), None),
            AttributeValue::Binary(bytes) => (None, Some(bytes.into())),
        };
        AttributeRow { name, data_type, text, binary }
    }
}

impl From<AttributeRow> for Attribute {
    fn from(AttributeRow { name, data_type, text, binary }: AttributeRow) -> Self {
        let value = match binary {
            Some(bytes) => AttributeValue::Binary(bytes.into()),
            None => AttributeValue::Text(text.unwrap_or_default()),
        };
        Attribute { name, data_type, value }
    }
}

impl From<&Item> for ItemRow {
    fn from(item: &Item) -> Self {
        ItemRow {
            sent_at: item.sent_at.as_millis(),
            visible_at: item.visible_at.as_millis(),
            receive_count: item.receive_count,
            received_before: item.received_before,
            first_received_at: item.first_received_at.map(Timestamp::as_millis),
            group: item.group.as_deref().map(str::to_owned),
            is_held: item.is_held,
        }
    }
}

impl From<ItemRow> for Item {
    fn from(row: ItemRow) -> Self {
        Item {
            sent_at: Timestamp::from_millis(row.sent_at),
            visible_at: Timestamp::from_millis(row.visible_at),
            receive_count: row.receive_count,
            received_before: row.received_before,
            first_received_at: row.first_received_at.map(Timestamp::from_millis),
            group: row.group.map(Into::into),
            is_held: row.is_held,
        }
    }
}

impl From<&Sent> for SentRow {
    fn from(sent: &Sent) -> Self {
        let Sent { message_id, number, at } = sent.clone();
        SentRow { message_id, number, at: at.as_millis() }
    }
}

impl From<SentRow> for Sent {
    fn from(SentRow { message_id, number, at }: SentRow) -> Self {
        Sent { message_id, number, at: Timestamp::from_millis(at) }
    }
}

impl From<&Move> for MoveRow {
    fn from(task: &Move) -> Self {
        let status = STATUSES.iter().position(|status| *status == task.status);
        MoveRow {
            started_at: task.started_at.as_millis(),
            destination: task.destination.as_ref().map(ToString::to_string),
            per_second_max: task.per_second_max,
            to_move: task.to_move,
            moved: task.moved,
            status: status.and_then(|at| u8::try_from(at).ok()).expect("every status is listed"),
            failure: task.failure.clone(),
        }
    }
}

impl MoveRow {
    pub(super) fn into_move(self, id: String) -> Result<Move, Error> {
        let corrupt = || Error::Corrupt("a message move task");
        let destination = self.destination.map(|arn| QueueArn::parse(&arn).ok_or_else(corrupt));
        Ok(Move {
            id,
            started_at: Timestamp::from_millis(self.started_at),
            destination: destination.transpose()?,
            per_second_max: self.per_second_max,
            to_move: self.to_move,
            moved: self.moved,
            status: *STATUSES.get(usize::from(self.status)).ok_or_else(corrupt)?,
            failure: self.failure,
            next_at: Timestamp::default(),
        })
    }
}
