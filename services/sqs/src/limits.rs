//! AWS's quotas that this room enforces.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-quotas.html>

/// Each can be lifted without changing another.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a message with its attributes, and of all messages of a batch. A queue may ask for less.
    pub message_bytes_max: usize,
    /// Messages that consumers of one queue hold and haven't deleted.
    pub in_flight_max: usize,
    /// Entries of a batch.
    pub batch_entries_max: usize,
    /// Attributes of a message.
    pub message_attributes_max: usize,
    /// Tags of a queue.
    pub tags_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            message_bytes_max: 1_048_576,
            in_flight_max: 120_000,
            batch_entries_max: 10,
            message_attributes_max: 10,
            tags_max: 50,
        }
    }
}
