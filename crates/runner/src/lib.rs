//! Drives the engine: loads executions, lets [`engine::decide`] decide, commits, and only then acts.
//!
//! A [`Runner`] owns every execution: their rows ([`tables`]), their timers, the tasks they send out, and what must be
//! picked up again after a crash. The `states` room validates requests and keeps state machines; it reads and changes
//! executions only through the methods here.
//!
//! It decides nothing about the States Language (that is `engine`), knows no wire shape of any client, and no database.
//!
//! # How to read it
//! - [`Runner`]: everything that can be asked.
//! - `turn`: load → decide → commit → perform, the one way in which an execution changes.
//! - `deciding`: which thread a turn is decided on.
//! - `tables`: every row, and which batch writes it.
//! - `dispatch`: what becomes of a task once it may leave, one file a kind.
//! - `work`: what a shard does by itself: timers, and recovery after a crash; `retention`: what is forgotten.
//! - `express`: executions that live in memory only.
//! - `map_run`: Distributed Map.
//! - `logging`: history events in a log group; `happened`: events of status changes.
//!
//! # Shards
//! An execution hashes to a shard. Whoever brings an input queues it at the execution's mailbox in that shard; the
//! first one starts a task that runs turns until the mailbox is empty, so inputs of one execution are strictly serial
//! and different executions commit together. The task runs on the core that the input arrived on: shards are locked for
//! the length of a queue operation, never across a commit. [`Runner::work`] is a shard's own work and runs wherever the
//! house puts it.

#![warn(missing_docs)]

mod activities;
mod deciding;
mod describe;
mod dispatch;
mod drive;
mod error;
mod execution;
mod express;
mod facts;
mod happened;
mod live;
mod logging;
mod machine;
mod mailbox;
mod map_run;
mod message;
mod retention;
mod standing;
mod start;
mod tables;
mod tasks;
mod turn;
mod work;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use asl::Budget;
use base::Entropy;
use service::{Bus, Evaluators, House};
use store::Store;

pub use engine::Limits;
pub use error::{Error, ExecutionError, MapRunError, StartError, TokenError};
pub use execution::{
    ActivityTask, Cursor, Description, Finished, HistoryPage, HistoryQuery, ListExecutions, Page,
    Redrive, Start, Started, Status, TaskEnd,
};
pub use machine::{Machine, MachineFacts, MachineType};
pub use map_run::{MapRunCounts, MapRunDescription, MapRunSettings, MapRunStatus, MapRunUpdate};

/// What a runner needs to know.
pub struct Options {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Whose executions these are, and what time it is.
    pub house: Arc<House>,
    /// How tasks reach other rooms.
    pub bus: Bus,
    /// AWS's limits, or others.
    pub limits: Limits,
    /// Whether an activity exists.
    pub activity_exists: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

/// Owns and drives executions. Clones share one runner.
///
/// Every method may be called on any runtime. What it does goes on if its future is dropped, except
/// [`run_express`](Runner::run_express).
#[derive(Clone)]
pub struct Runner(Arc<Shared>);

pub(crate) struct Shared {
    store: Arc<dyn Store>,
    house: Arc<House>,
    bus: Bus,
    region: Arc<str>,
    limits: Limits,
    /// The same without a limit on the history, which Express executions don't have.
    express_limits: Limits,
    activity_exists: Arc<dyn Fn(&str) -> bool + Send + Sync>,
    shards: Vec<Shard>,
    machines: machine::Machines,
    activities: activities::Activities,
    under_way: dispatch::UnderWay,
    logging: logging::UnderWay,
    tasks: Arc<tasks::Tasks>,
    evaluators: Evaluators,
}

/// A share of all executions and map runs.
struct Shard {
    executions: Arc<mailbox::Mailboxes<message::Message, Box<live::Live>>>,
    map_runs: Arc<mailbox::Mailboxes<map_run::MapRunMessage, Box<map_run::LiveMapRun>>>,
    express: express::Accepted,
    timers: work::Timers,
    entropy: Mutex<Entropy>,
}

/// How many shards a new store gets.
const SHARDS: usize = 16;
/// Idle executions that a shard keeps in memory: those that wait for an answer of a moment.
const PARKED_MAX: usize = 16;

impl Runner {
    /// Opens the executions that the store holds. Nothing happens by itself until [`work`](Runner::work) runs.
    pub async fn open(options: Options) -> Result<Runner, Error> {
        let Options { store, house, bus, limits, activity_exists } = options;
        let shards = tables::key::shards(&*store, SHARDS).await?;
        let shard = || Shard {
            executions: Arc::new(mailbox::Mailboxes::new(PARKED_MAX)),
            map_runs: Arc::new(mailbox::Mailboxes::new(usize::MAX)),
            express: express::Accepted::default(),
            timers: work::Timers::default(),
            entropy: Mutex::new(house.entropy()),
        };
        Ok(Runner(Arc::new(Shared {
            shards: std::iter::repeat_with(shard).take(shards).collect(),
            region: house.region().into(),
            express_limits: Limits { history_events_max: u64::MAX, ..limits.clone() },
            limits,
            store,
            bus,
            activity_exists,
            machines: machine::Machines::default(),
            activities: activities::Activities::default(),
            under_way: dispatch::UnderWay::default(),
            logging: logging::UnderWay::default(),
            tasks: Arc::default(),
            evaluators: Evaluators::default(),
            house,
        })))
    }

    /// How many shards there are.
    pub fn shards(&self) -> usize {
        self.0.shards.len()
    }

    /// Does what may compute long, away from the cores that answer requests.
    ///
    /// # Errors
    /// There is no thread to do it.
    pub async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        self.0.evaluators.run(work).await.map_err(Error::from)
    }

    /// What the expressions of a turn may work away from the cores.
    pub fn budget(&self) -> Budget {
        self.0.limits.budget()
    }

    /// Sends nothing out any more, waits until what is under way has come back, at most for `grace`.
    pub async fn close(&self, grace: Duration) {
        self.0.tasks.close(grace).await;
    }
}

impl Shared {
    fn shard_of(&self, arn: &str) -> usize {
        tables::key::shard(arn, self.shards.len())
    }

    fn shard(&self, arn: &str) -> &Shard {
        &self.shards[self.shard_of(arn)]
    }
}

impl Shard {
    /// Held for the length of a draw.
    fn entropy(&self) -> MutexGuard<'_, Entropy> {
        // A generator is good at any point of its sequence.
        self.entropy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
