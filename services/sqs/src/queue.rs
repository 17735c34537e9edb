//! A queue at work: what it was told, the index of its messages, and the bell for those who wait for one.
//!
//! The rows are the truth, this is what they come to. Whoever changes a queue puts the changes in line at the store
//! while it holds the lock, so rows change in the order in which the index did, and answers once they are durable.
//! What was sent may so be received before it is durable, but that answer comes after it is.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::Timestamp;
use store::{Batch, Read, Store};
use tokio::sync::Notify;

use crate::arn::QueueArn;
use crate::errors::Error;
use crate::model::{Message, Move, Sent};
use crate::settings::Settings;
use crate::shelf::{Item, Order, Shelf};
use crate::tables;

/// How long a deduplication id is remembered, and the id of a receive attempt.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html>
const DEDUPLICATION: Duration = Duration::from_mins(5);

/// What is kept of a queue beside its messages.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    /// Tells it from another queue that had its name.
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Timestamp,
    pub(crate) settings: Settings,
    pub(crate) tags: BTreeMap<String, String>,
}

pub(crate) struct Queue {
    pub(crate) arn: QueueArn,
    pub(crate) id: String,
    state: Mutex<State>,
    /// Rings when there may be something to receive.
    pub(crate) bell: Notify,
    /// Rings when messages have left for another queue.
    pub(crate) departure: Notify,
}

pub(crate) struct State {
    pub(crate) record: Record,
    pub(crate) shelf: Shelf,
    pub(crate) moves: Vec<Move>,
    pub(crate) is_deleted: bool,
    sent: HashMap<String, Sent>,
    /// What is in `sent`, the oldest first.
    sent_order: VecDeque<(Timestamp, String)>,
    /// What a receive attempt was given. Lost in a crash: then the messages come back when they are visible again.
    receive_attempts: HashMap<String, ReceiveAttempt>,
    last_number: u64,
}

#[derive(Clone, Debug)]
struct ReceiveAttempt {
    at: Timestamp,
    /// Each message, with the count of its receives.
    given: Vec<(u64, u32)>,
}

/// A message on its way into a queue.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) message: Message,
    pub(crate) group: Option<Arc<str>>,
    pub(crate) delay_seconds: u32,
    /// What makes a second message within five minutes the same one.
    pub(crate) deduplication_key: Option<String>,
}

/// Where a message came to stand.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Posted {
    pub(crate) message_id: String,
    pub(crate) number: u64,
}

impl Queue {
    pub(crate) fn new(arn: QueueArn, record: Record) -> Self {
        let order = if record.settings.fifo.is_some() { Order::Fifo } else { Order::Standard };
        let id = record.id.clone();
        let state = State {
            record,
            shelf: Shelf::new(order),
            moves: Vec::new(),
            is_deleted: false,
            sent: HashMap::new(),
            sent_order: VecDeque::new(),
            receive_attempts: HashMap::new(),
            last_number: 0,
        };
        let state = Mutex::new(state);
        Queue { arn, id, state, bell: Notify::new(), departure: Notify::new() }
    }

    /// A queue as its rows have it.
    pub(crate) async fn read(
        store: &dyn Read,
        arn: QueueArn,
        record: Record,
    ) -> Result<Self, store::Error> {
        let queue = Queue::new(arn, record);
        let (items, sent, moves) = (
            tables::items(store, &queue.id).await?,
            tables::sent(store, &queue.id).await?,
            tables::moves(store, &queue.id).await?,
        );
        let mut state = queue.lock();
        state.moves = moves;
        state.moves.sort_by_key(|task| task.started_at);
        for (number, item) in items {
            state.shelf.insert(number, item);
        }
        let last_sent = sent.iter().map(|(_, sent)| sent.number).max().unwrap_or(0);
        state.last_number = state.shelf.last_number().max(last_sent);
        let mut order: Vec<_> = sent.iter().map(|(key, sent)| (sent.at, key.clone())).collect();
        order.sort();
        state.sent_order = order.into();
        state.sent = sent.into_iter().collect();
        drop(state);
        Ok(queue)
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // Every section that holds it ends in a commit or changes nothing; a panic in one fails its request.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The queue, if it hasn't been deleted.
    pub(crate) fn enter(&self) -> Result<MutexGuard<'_, State>, Error> {
        let state = self.lock();
        if state.is_deleted { Err(Error::QueueDoesNotExist) } else { Ok(state) }
    }

    /// Forgets what is too old, and says when there will be more of it.
    pub(crate) async fn tidy(
        &self,
        store: &dyn Store,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, store::Error> {
        let (written, next) = {
            let mut state = self.lock();
            let mut batch = Batch::new();
            if !state.is_deleted {
                state.expire(now, &mut batch);
            }
            let written = (!batch.is_empty()).then(|| store.commit(batch));
            (written, state.next_expiry())
        };
        if let Some(written) = written {
            written.await?;
        }
        Ok(next)
    }
}

impl State {
    /// Lets time pass: what became visible can be received, what is too old is gone.
    pub(crate) fn advance(&mut self, now: Timestamp, batch: &mut Batch) {
        self.expire(now, batch);
        self.shelf.settle(now);
    }

    fn expire(&mut self, now: Timestamp, batch: &mut Batch) {
        for number in self.shelf.expire(now, self.record.settings.retention()) {
            tables::delete_message(batch, &self.record.id, number);
        }
        while let Some((at, _)) = self.sent_order.front() {
            if now < at.after(DEDUPLICATION) {
                break;
            }
            if let Some((_, key)) = self.sent_order.pop_front() {
                self.sent.remove(&key);
                tables::delete_sent(batch, &self.record.id, &key);
            }
        }
        self.receive_attempts.retain(|_, attempt| now < attempt.at.after(DEDUPLICATION));
    }

    fn next_expiry(&self) -> Option<Timestamp> {
        let message = self.shelf.oldest().map(|at| at.after(self.record.settings.retention()));
        let sent = self.sent_order.front().map(|(at, _)| at.after(DEDUPLICATION));
        [message, sent].into_iter().flatten().min()
    }

    /// Whether nothing in it can become too old, so that nobody watches it.
    pub(crate) fn is_idle(&self) -> bool {
        self.shelf.is_empty() && self.sent_order.is_empty()
    }

    /// Takes a message in, unless it is one that was sent before.
    pub(crate) fn post(&mut self, now: Timestamp, outgoing: Outgoing, batch: &mut Batch) -> Posted {
        let Outgoing { message, group, delay_seconds, deduplication_key } = outgoing;
        if let Some(sent) = deduplication_key.as_ref().and_then(|key| self.sent.get(key)) {
            return Posted { message_id: sent.message_id.clone(), number: sent.number };
        }
        let item = Item {
            sent_at: now,
            visible_at: now.after(Duration::from_secs(delay_seconds.into())),
            receive_count: 0,
            received_before: 0,
            first_received_at: None,
            group,
            is_held: false,
        };
        let number = self.place(now, &message, item, batch);
        if let Some(key) = deduplication_key {
            let sent = Sent { message_id: message.id.clone(), number, at: now };
            tables::put_sent(batch, &self.record.id, &key, &sent);
            self.sent_order.push_back((now, key.clone()));
            self.sent.insert(key, sent);
        }
        Posted { message_id: message.id, number }
    }

    /// Puts a message at the end.
    pub(crate) fn place(
        &mut self,
        now: Timestamp,
        message: &Message,
        item: Item,
        batch: &mut Batch,
    ) -> u64 {
        // Numbers rise with the clock, so that they rise over restarts too without being kept.
        let by_clock = u64::try_from(now.as_millis()).unwrap_or(0) << 20;
        let number = by_clock.max(self.last_number + 1);
        self.last_number = number;
        tables::put_message(batch, &self.record.id, number, message, &item);
        self.shelf.insert(number, item);
        self.shelf.settle(now);
        number
    }

    /// What a receive attempt of that id was given, if it may be given again: nothing of it has been touched since.
    pub(crate) fn given_before(&self, attempt_id: &str) -> Option<Vec<u64>> {
        let attempt = self.receive_attempts.get(attempt_id)?;
        let is_untouched = |(number, receive_count): &(u64, u32)| {
            self.shelf.is_in_flight(*number)
                && self.shelf.item(*number).is_some_and(|it| it.receive_count == *receive_count)
        };
        attempt
            .given
            .iter()
            .all(is_untouched)
            .then(|| attempt.given.iter().map(|(number, _)| *number).collect())
    }

    pub(crate) fn remember_given(
        &mut self,
        attempt_id: String,
        at: Timestamp,
        given: &[(u64, Item)],
    ) {
        let given = given.iter().map(|(number, item)| (*number, item.receive_count)).collect();
        self.receive_attempts.insert(attempt_id, ReceiveAttempt { at, given });
    }

    /// Forgets receive attempts that gave this message: it was changed.
    pub(crate) fn forget_given(&mut self, number: u64) {
        self.receive_attempts.retain(|_, it| !it.given.iter().any(|(given, _)| *given == number));
    }
}

/// The text of a message's number: 20 digits, rising.
/// AWS's are of 128 bits and of as many digits.
pub(crate) fn sequence_number(number: u64) -> String {
    format!("1{number:019}")
}
