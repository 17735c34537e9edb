//! What a queue and its messages are.

use base::Timestamp;

use crate::arn::QueueArn;

/// A message's content, which never changes. What changes of it is an [`Item`](crate::shelf::Item).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) deduplication_id: Option<String>,
    pub(crate) sender_id: String,
    pub(crate) trace_header: Option<String>,
    /// The queue that it was received from too often.
    pub(crate) dead_letter_source: Option<String>,
}

/// An attribute that the sender gave a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) data_type: String,
    pub(crate) value: AttributeValue,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AttributeValue {
    Text(String),
    Binary(Vec<u8>),
}

impl AttributeValue {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            AttributeValue::Text(text) => text.as_bytes(),
            AttributeValue::Binary(bytes) => bytes,
        }
    }
}

impl Attribute {
    /// What it counts for in a message's size.
    pub(crate) fn size(&self) -> usize {
        self.name.len() + self.data_type.len() + self.value.as_bytes().len()
    }
}

/// A message that was sent less than five minutes ago, by its deduplication id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) message_id: String,
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
}

/// A message move task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    /// Tells it from the queue's other tasks.
    pub(crate) id: String,
    pub(crate) started_at: Timestamp,
    /// Where the messages go; without it, each goes to where it came from.
    pub(crate) destination: Option<QueueArn>,
    pub(crate) per_second_max: Option<u32>,
    pub(crate) to_move: u64,
    pub(crate) moved: u64,
    pub(crate) status: MoveStatus,
    pub(crate) failure: Option<String>,
    /// Not before this does it move more. Not kept: after a restart it goes on at once.
    pub(crate) next_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MoveStatus {
    Running,
    Completed,
    Cancelling,
    Cancelled,
    Failed,
}

impl MoveStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            MoveStatus::Running => "RUNNING",
            MoveStatus::Completed => "COMPLETED",
            MoveStatus::Cancelling => "CANCELLING",
            MoveStatus::Cancelled => "CANCELLED",
            MoveStatus::Failed => "FAILED",
        }
    }

    pub(crate) fn is_active(self) -> bool {
        matches!(self, MoveStatus::Running | MoveStatus::Cancelling)
    }
}
