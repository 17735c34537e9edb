//! An execution in memory: what its rows add up to.

use std::collections::BTreeMap;
use std::sync::Arc;

use asl::resources::{Pattern, Resource};
use asl::{Program, StateKind};
use base::Timestamp;
use engine::event::Attempt;
use engine::frame::Phase;
use engine::{Event, Execution, Identity};
use json::Value;

use crate::facts::Facts;
use crate::standing::Standing;
use crate::tables::{self, ExecutionRow, PollRow, key};
use crate::{Error, Shared};

/// An execution that somebody works on. Dropped at will: its rows give it back.
pub(crate) struct Live {
    pub(crate) facts: Arc<Facts>,
    pub(crate) identity: Identity,
    pub(crate) execution: Execution,
    pub(crate) standing: Standing,
    /// The number of the next turn's record.
    pub(crate) next_turn: u64,
    /// How many turns the last snapshot folds.
    pub(crate) snapshot_turns: u64,
    /// The jobs of other services that its tasks wait for, as their rows have them.
    pub(crate) polls: BTreeMap<Attempt, PollRow>,
    /// When its row among the timers is due, if it has one.
    pub(crate) timer: Option<i64>,
}

impl Live {
    /// One that is about to start.
    pub(crate) fn new(facts: Facts, input: Value, region: &Arc<str>) -> Self {
        let identity = facts.identity(input, region);
        let standing = Standing::started(facts.started_at);
        Live {
            facts: Arc::new(facts),
            identity,
            execution: Execution::new(),
            standing,
            next_turn: 0,
            snapshot_turns: 0,
            polls: BTreeMap::new(),
            timer: None,
        }
    }

    /// Folds the execution of that ARN, if there is one.
    pub(crate) async fn load(shared: &Shared, arn: &Arc<str>) -> Result<Option<Box<Self>>, Error> {
        let store = &*shared.store;
        let newer = store.get(&key::standing(arn)).await?;
        let Some(bytes) = store.get(&key::execution(arn)).await? else { return Ok(None) };
        let row: ExecutionRow<'_> = tables::decode("execution", &bytes)?;
        let facts = Facts::of_row(shared, arn, &row).await?;
        let standing = Standing::of_rows(&row, newer.as_deref())?;
        let input =
            Value::parse(&facts.input_text).map_err(|error| Error::corrupt("input", error))?;
        let identity = facts.identity(input, &shared.region);
        let first_turn = row.first_turn.unwrap_or_default();
        let (execution, next_turn, snapshot_turns) = fold(store, &facts, first_turn).await?;
        let mut live = Live {
            facts: Arc::new(facts),
            identity,
            execution,
            standing,
            next_turn,
            snapshot_turns,
            polls: BTreeMap::new(),
            timer: None,
        };
        if live.waits_for_jobs() {
            live.polls = polls(store, arn).await?;
        }
        live.timer = live.due();
        Ok(Some(Box::new(live)))
    }

    /// When it must be woken.
    pub(crate) fn due(&self) -> Option<i64> {
        let own = self.execution.wake_at().map(Timestamp::as_millis);
        let polls = self.polls.values().map(|poll| poll.due);
        own.into_iter().chain(polls).min()
    }

    /// Whether a task of it waits for a job that must be asked after.
    fn waits_for_jobs(&self) -> bool {
        let program = &self.facts.machine.program;
        self.execution.frames().any(|frame| match &frame.phase {
            Phase::Task(task) if task.submitted => match &program[frame.state_id()].kind {
                StateKind::Task(task) => is_polled(&task.resource),
                _ => false,
            },
            _ => false,
        })
    }
}

fn is_polled(resource: &Resource) -> bool {
    match resource {
        Resource::Optimized { integration, pattern: Pattern::Sync | Pattern::Sync2 } => {
            integration.job().is_some()
        }
        _ => false,
    }
}

async fn polls(store: &dyn store::Store, arn: &str) -> Result<BTreeMap<Attempt, PollRow>, Error> {
    let rows = store.scan(&key::polls(arn).scan()).await?;
    let decoded = rows
        .iter()
        .map(|row| Ok((key::poll_attempt(&row.key)?, tables::decode("poll", &row.value)?)));
    decoded.collect()
}

/// Turns that are folded since the last snapshot, at most, roughly.
pub(crate) const SNAPSHOT_TURNS: u64 = 64;

/// The fold, the number of its turns, and how many of them the snapshot had.
async fn fold(
    store: &dyn store::Store,
    facts: &Facts,
    first_turn: &[u8],
) -> Result<(Execution, u64, u64), Error> {
    let program = &facts.machine.program;
    let decode = |record: &[u8]| {
        engine::record::decode(record).map_err(|error| Error::corrupt("turn", error))
    };
    let (mut execution, snapshot_turns) = match store.get(&key::snapshot(&facts.arn)).await? {
        None => (replayed(Execution::new(), program, &decode(first_turn)?)?, 0),
        Some(row) => {
            let Some((number, snapshot)) = row.split_first_chunk() else {
                return Err(Error::corrupt("snapshot", "it is too short"));
            };
            let execution = Execution::from_snapshot(snapshot);
            (
                execution.map_err(|error| Error::corrupt("snapshot", error))?,
                u64::from_be_bytes(*number),
            )
        }
    };
    let mut next_turn = snapshot_turns.max(1);
    loop {
        let rows = store.scan(&key::scan_turns(&facts.arn, next_turn)).await?;
        for row in &rows {
            execution = replayed(execution, program, &decode(&row.value)?)?;
            next_turn = key::turn_number(&row.key)? + 1;
        }
        if rows.len() < key::SCAN_ROWS {
            // What was stored is checked here, once: a turn relies on it.
            execution.check(program).map_err(|misfit| Error::corrupt("turns", misfit))?;
            return Ok((execution, next_turn, snapshot_turns));
        }
    }
}

fn replayed(
    mut execution: Execution,
    program: &Program,
    events: &[Event],
) -> Result<Execution, Error> {
    for event in events {
        execution.replay(program, event).map_err(|misfit| Error::corrupt("turn", misfit))?;
    }
    Ok(execution)
}
