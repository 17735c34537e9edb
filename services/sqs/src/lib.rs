//! The SQS room: all 23 operations of the AWS API, for standard and FIFO queues.
//!
//! It keeps queues and messages, hands messages to consumers and hides them meanwhile, moves them to dead-letter queues
//! and back. A message and everything that happens to it is durable before anybody hears of it.
//!
//! It calls no one: other rooms send to its queues over the Bus, as clients do. Policies of queues are kept here
//! and read by the house's guard.
//!
//! # How to read it
//! - The table below: each operation and the one file in `ops` that answers it.
//! - `shelf`: the pure index that says which message is next; `queue`: the index with its rows and its lock.
//! - `wire`: what operations take and give. `errors`: everything that is refused, in AWS's words.
//! - `settings`: the attributes of queues. `outgoing`: the checks of a message that is sent.
//! - `work`: what goes on by itself: messages expire, go to dead-letter queues, and are moved back by tasks.

mod arn;
mod attempts;
mod batch;
mod digest;
mod errors;
mod handle;
mod limits;
mod model;
mod ops;
mod outgoing;
mod permissions;
mod queue;
mod redrive;
mod settings;
mod shelf;
mod tables;
mod visit;
mod wire;
mod work;

pub use limits::Limits;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use aws::Protocol;
use bytes::Bytes;
use service::{Ctx, Facts, House, Rate, Reply, Service};
use store::Store;
use tokio::sync::Notify;

use arn::QueueArn;
use queue::Queue;
use visit::Visit;

/// The room.
pub struct Sqs(Arc<Room>);

/// What all requests share.
struct Room {
    store: Arc<dyn Store>,
    house: Arc<House>,
    limits: Limits,
    queues: RwLock<BTreeMap<QueueArn, Arc<Queue>>>,
    /// Held by whoever creates, changes or deletes a queue: each sees what the one before did.
    changing: tokio::sync::Mutex<()>,
    /// Rings when there is something to do that the room's own work didn't know of.
    bell: Notify,
}

impl Sqs {
    /// Opens the room over a store, and reads the index of every queue.
    pub async fn open(
        store: Arc<dyn Store>,
        house: Arc<House>,
        limits: Limits,
    ) -> Result<Self, store::Error> {
        let snapshot = store.snapshot().await?;
        let mut queues = BTreeMap::new();
        for (arn, record) in tables::queues(&*snapshot).await? {
            let queue = Queue::read(&*snapshot, arn.clone(), record).await?;
            queues.insert(arn, Arc::new(queue));
        }
        let queues = RwLock::new(queues);
        let (changing, bell) = (tokio::sync::Mutex::default(), Notify::new());
        Ok(Sqs(Arc::new(Room { store, house, limits, queues, changing, bell })))
    }

    /// What the room does by itself, as long as it is awaited. To be run once.
    pub fn work(&self) -> impl Future<Output = ()> + Send + use<> {
        work::work(Arc::clone(&self.0))
    }

    fn enter(&self, request: Ctx) -> Visit<'_> {
        Visit::new(&self.0, request)
    }
}

impl Room {
    fn queue(&self, arn: &QueueArn) -> Option<Arc<Queue>> {
        self.queues.read().unwrap_or_else(PoisonError::into_inner).get(arn).cloned()
    }

    /// Every queue, by ARN.
    fn queues(&self) -> Vec<Arc<Queue>> {
        let queues = self.queues.read().unwrap_or_else(PoisonError::into_inner);
        queues.values().cloned().collect()
    }

    fn add(&self, queue: Arc<Queue>) {
        let mut queues = self.queues.write().unwrap_or_else(PoisonError::into_inner);
        queues.insert(queue.arn.clone(), queue);
    }

    fn remove(&self, arn: &QueueArn) {
        self.queues.write().unwrap_or_else(PoisonError::into_inner).remove(arn);
    }
}

impl Service for Sqs {
    fn facts(&self) -> Facts {
        Facts {
            name: "sqs",
            signing_name: "sqs",
            endpoint_prefix: "sqs",
            target_prefix: "AmazonSQS",
            protocol: Protocol::Json1_0,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        OPERATIONS.names()
    }

    fn rate(&self, operation: &str) -> Option<Rate> {
        OPERATIONS.rate(operation)
    }

    /// A message of a mebibyte may take several times that as JSON text.
    fn request_bytes_max(&self) -> usize {
        8 * aws::REQUEST_BYTES_MAX
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        OPERATIONS.call(self, ctx, operation, body)
    }

    /// Sending keeps its answers by attempt; the others change a queue to what the request says, however often it says so.
    fn answers_again(&self, operation: &str) -> bool {
        matches!(
            operation,
            "ChangeMessageVisibility"
                | "ChangeMessageVisibilityBatch"
                | "CreateQueue"
                | "DeleteMessage"
                | "DeleteMessageBatch"
                | "SendMessage"
                | "SendMessageBatch"
                | "SetQueueAttributes"
                | "TagQueue"
                | "UntagQueue"
        )
    }

    /// The queue whose messages a task moves.
    fn resource_arn<'a>(
        &'a self,
        _ctx: &'a Ctx,
        _operation: &'a str,
        task_handle: &'a str,
    ) -> service::ResourceArn<'a> {
        let task = ops::move_handle::parse(task_handle);
        Box::pin(std::future::ready(task.map(|(_, source)| source.as_str().to_owned())))
    }

    fn resource_policy<'a>(
        &'a self,
        _ctx: &'a Ctx,
        resource_arn: &'a str,
    ) -> service::ResourcePolicy<'a> {
        let queue = QueueArn::parse(resource_arn).and_then(|arn| self.0.queue(&arn));
        let policy = queue.and_then(|queue| queue.lock().record.settings.policy.clone());
        Box::pin(std::future::ready(Ok(policy)))
    }
}

service::operations! {
    /// The operations. AWS bounds messages per second for FIFO queues only, which nothing here asks for.
    static OPERATIONS: Sqs {
        "AddPermission" => ops::add_permission,
        "CancelMessageMoveTask" => ops::cancel_message_move_task,
        "ChangeMessageVisibility" => ops::change_message_visibility,
        "ChangeMessageVisibilityBatch" => ops::change_message_visibility_batch,
        "CreateQueue" => ops::create_queue,
        "DeleteMessage" => ops::delete_message,
        "DeleteMessageBatch" => ops::delete_message_batch,
        "DeleteQueue" => ops::delete_queue,
        "GetQueueAttributes" => ops::get_queue_attributes,
        "GetQueueUrl" => ops::get_queue_url,
        "ListDeadLetterSourceQueues" => ops::list_dead_letter_source_queues,
        "ListMessageMoveTasks" => ops::list_message_move_tasks,
        "ListQueueTags" => ops::list_queue_tags,
        "ListQueues" => ops::list_queues,
        "PurgeQueue" => ops::purge_queue,
        "ReceiveMessage" => ops::receive_message,
        "RemovePermission" => ops::remove_permission,
        "SendMessage" => ops::send_message,
        "SendMessageBatch" => ops::send_message_batch,
        "SetQueueAttributes" => ops::set_queue_attributes,
        "StartMessageMoveTask" => ops::start_message_move_task,
        "TagQueue" => ops::tag_queue,
        "UntagQueue" => ops::untag_queue,
    }
}
