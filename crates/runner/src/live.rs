//! An execution in memory: what its rows add up to.

use std::sync::Arc;

use asl::{Failure, MachineId};
use base::{Arn, Timestamp};
use engine::{Execution, Identity, Outcome};
use json::Value;
use store::Read;

use crate::execution::Status;
use crate::machine::{Machine, MachineType};
use crate::tables::{self, ExecutionRow, ParentRow, StandingRow, StatusRow, key};
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
    /// When its row among the timers is due, if it has one.
    pub(crate) timer: Option<i64>,
}

/// What an execution is from its start on.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) arn: Arc<str>,
    pub(crate) name: Arc<str>,
    pub(crate) machine: Arc<Machine>,
    pub(crate) started_at: Timestamp,
    pub(crate) input_text: Arc<str>,
    pub(crate) trace_header: Option<Arc<str>>,
    pub(crate) parent: Option<Parent>,
}

/// On whose behalf an execution was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Parent {
    Task(Arc<str>),
    MapRun { map_run_arn: Arc<str>, index: u32, items: u32, machine: MachineId },
}

/// The attempt of a task, as its requests name it to other rooms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asker<'a> {
    pub(crate) execution_arn: &'a str,
    pub(crate) attempt: u64,
    /// Whether the task waits for the end of what it starts.
    pub(crate) waits: bool,
}

/// What an execution has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) status: Status,
    /// The date that lists order it by: of its start or redrive, or of its end.
    pub(crate) date: Timestamp,
    pub(crate) output: Option<Arc<str>>,
    pub(crate) failure: Option<Failure>,
    pub(crate) redrive_count: u32,
    pub(crate) redriven_at: Option<Timestamp>,
    pub(crate) last_event_id: u64,
    pub(crate) redrive_tokens: Vec<(String, i64)>,
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
            timer: None,
        }
    }

    /// Folds the execution of that ARN, if there is one.
    pub(crate) async fn load(shared: &Shared, arn: &Arc<str>) -> Result<Option<Box<Self>>, Error> {
        let Some(facts) = Facts::load(shared, arn).await? else { return Ok(None) };
        let store = &*shared.store;
        let input =
            Value::parse(&facts.input_text).map_err(|error| Error::corrupt("input", error))?;
        let identity = facts.identity(input, &shared.region);
        let standing = Standing::load(store, arn, facts.started_at).await?;
        let (execution, next_turn, snapshot_turns) = fold(store, &facts).await?;
        let mut live = Live {
            facts: Arc::new(facts),
            identity,
            execution,
            standing,
            next_turn,
            snapshot_turns,
            timer: None,
        };
        live.timer = live.due(shared);
        Ok(Some(Box::new(live)))
    }

    /// When it must be woken, or forgotten.
    pub(crate) fn due(&self, shared: &Shared) -> Option<i64> {
        let due = match self.execution.ended_at() {
            None => self.execution.wake_at(),
            Some(ended_at) => Some(ended_at.after(shared.limits.retention)),
        };
        due.map(Timestamp::as_millis)
    }
}

/// Turns that are folded since the last snapshot, at most, roughly.
pub(crate) const SNAPSHOT_TURNS: u64 = 64;

/// The fold, the number of its turns, and how many of them the snapshot had.
async fn fold(store: &dyn store::Store, facts: &Facts) -> Result<(Execution, u64, u64), Error> {
    let corrupt = |error| Error::corrupt("turn", error);
    let (mut execution, snapshot_turns) = match store.get(&key::snapshot(&facts.arn)).await? {
        None => (Execution::new(), 0),
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
    let mut next_turn = snapshot_turns;
    loop {
        let rows = store.scan(&key::scan_turns(&facts.arn, next_turn)).await?;
        for row in &rows {
            for event in &engine::record::decode(&row.value).map_err(corrupt)? {
                execution.apply(&facts.machine.program, event);
            }
            next_turn = key::turn_number(&row.key)? + 1;
        }
        if rows.len() < key::SCAN_ROWS {
            return Ok((execution, next_turn, snapshot_turns));
        }
    }
}

impl Facts {
    pub(crate) async fn load(shared: &Shared, arn: &Arc<str>) -> Result<Option<Self>, Error> {
        let Some(bytes) = shared.store.get(&key::execution(arn)).await? else { return Ok(None) };
        Facts::of_row(shared, arn, &bytes).await.map(Some)
    }

    pub(crate) async fn of_row(
        shared: &Shared,
        arn: &Arc<str>,
        bytes: &[u8],
    ) -> Result<Self, Error> {
        let row: ExecutionRow<'_> = tables::decode("execution", bytes)?;
        let machine = shared.machines.load(&*shared.store, row.machine).await?;
        Ok(Facts {
            arn: Arc::clone(arn),
            name: row.name.into(),
            machine,
            started_at: Timestamp::from_millis(row.started_at),
            input_text: row.input_text.into(),
            trace_header: row.trace_header.map(Into::into),
            parent: row.parent.map(Parent::of_row),
        })
    }

    pub(crate) fn to_row(&self) -> ExecutionRow<'_> {
        ExecutionRow {
            machine: &self.machine.digest,
            name: &self.name,
            started_at: self.started_at.as_millis(),
            input_text: &self.input_text,
            trace_header: self.trace_header.as_deref(),
            parent: self.parent.as_ref().map(Parent::to_row),
        }
    }

    pub(crate) fn map_run_arn(&self) -> Option<&Arc<str>> {
        match &self.parent {
            Some(Parent::MapRun { map_run_arn, .. }) => Some(map_run_arn),
            Some(Parent::Task(_)) | None => None,
        }
    }

    /// What it runs: the whole machine, or the processor of a Map state.
    pub(crate) fn root(&self) -> MachineId {
        match &self.parent {
            Some(Parent::MapRun { machine, .. }) => *machine,
            Some(Parent::Task(_)) | None => asl::ROOT,
        }
    }

    /// The lists that it stands in.
    pub(crate) fn lists(&self) -> impl Iterator<Item = &str> {
        let machine = &self.machine.facts;
        let (own, others) = match self.map_run_arn() {
            Some(map_run_arn) => (map_run_arn, [None, None]),
            None => (&machine.arn, [machine.version_arn.as_deref(), machine.alias_arn.as_deref()]),
        };
        std::iter::once(&**own).chain(others.into_iter().flatten())
    }

    pub(crate) fn identity(&self, input: Value, region: &Arc<str>) -> Identity {
        let machine = &self.machine.facts;
        let (arn, name) = match self.map_run_arn() {
            None => (Arc::clone(&machine.arn), Arc::clone(&machine.name)),
            Some(map_run_arn) => labelled(map_run_arn),
        };
        Identity {
            execution_arn: Arc::clone(&self.arn),
            execution_name: Arc::clone(&self.name),
            state_machine_arn: arn,
            state_machine_name: name,
            role_arn: Arc::clone(&machine.role_arn),
            region: Arc::clone(region),
            started_at: self.started_at,
            input,
            can_redrive: machine.machine_type == MachineType::Standard,
        }
    }
}

/// The ARN and the name that a machine has in the children of a map run: `…:stateMachine:NAME/label`, `NAME/label`.
pub(crate) fn labelled(map_run_arn: &str) -> (Arc<str>, Arc<str>) {
    let arn = Arn::parse(map_run_arn).expect("the engine makes ARNs of map runs");
    let name = arn.resource.trim_start_matches("mapRun:");
    let name: Arc<str> = name.rsplit_once(':').map_or(name, |(name, _)| name).into();
    let resource = format!("stateMachine:{name}");
    (Arn { resource, ..arn }.to_string().into(), name)
}

impl Parent {
    fn of_row(row: ParentRow<'_>) -> Self {
        match row {
            ParentRow::Task(attempt) => Parent::Task(attempt.into()),
            ParentRow::MapRun { map_run_arn, index, items, machine } => Parent::MapRun {
                map_run_arn: map_run_arn.into(),
                index,
                items,
                machine: MachineId(machine),
            },
        }
    }

    fn to_row(&self) -> ParentRow<'_> {
        match self {
            Parent::Task(attempt) => ParentRow::Task(attempt),
            Parent::MapRun { map_run_arn, index, items, machine } => {
                ParentRow::MapRun { map_run_arn, index: *index, items: *items, machine: machine.0 }
            }
        }
    }

    /// Who must hear of the end, and by which number it knows what has ended.
    pub(crate) fn waiting(&self) -> Option<(Arc<str>, u64)> {
        match self {
            Parent::MapRun { map_run_arn, index, .. } => {
                Some((Arc::clone(map_run_arn), (*index).into()))
            }
            Parent::Task(text) => {
                let asker = Asker::parse(text)?;
                asker.waits.then(|| (asker.execution_arn.into(), asker.attempt))
            }
        }
    }
}

impl<'a> Asker<'a> {
    /// Reads what [`Display`](std::fmt::Display) wrote; `None` for what other rooms' tasks may say.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (attempt, rest) = text.split_once('/')?;
        let (how, execution_arn) = rest.split_once('/')?;
        let attempt = attempt.parse().ok()?;
        match how {
            "sync" => Some(Asker { execution_arn, attempt, waits: true }),
            "once" => Some(Asker { execution_arn, attempt, waits: false }),
            _ => None,
        }
    }
}

impl std::fmt::Display for Asker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let how = if self.waits { "sync" } else { "once" };
        write!(f, "{}/{how}/{}", self.attempt, self.execution_arn)
    }
}

impl Standing {
    pub(crate) fn started(at: Timestamp) -> Self {
        Standing {
            status: Status::Running,
            date: at,
            output: None,
            failure: None,
            redrive_count: 0,
            redriven_at: None,
            last_event_id: 0,
            redrive_tokens: Vec::new(),
        }
    }

    /// What an outcome comes to: status, output and failure.
    pub(crate) fn outcome(outcome: Outcome) -> (Status, Option<Arc<str>>, Option<Failure>) {
        match outcome {
            Outcome::Succeeded(output) => {
                (Status::Succeeded, Some(output.to_string().into()), None)
            }
            Outcome::Failed(failure) => (Status::Failed, None, Some(failure)),
            Outcome::TimedOut(failure) => (Status::TimedOut, None, Some(failure)),
            Outcome::Aborted(failure) => (Status::Aborted, None, Some(failure)),
        }
    }

    pub(crate) async fn load(
        store: &(impl Read + ?Sized),
        arn: &str,
        started_at: Timestamp,
    ) -> Result<Self, Error> {
        let Some(bytes) = store.get(&key::standing(arn)).await? else {
            return Ok(Standing::started(started_at));
        };
        let row: StandingRow<'_> = tables::decode("standing", &bytes)?;
        let status = Status::from(row.status);
        let failed = matches!(status, Status::Failed | Status::TimedOut | Status::Aborted);
        let failure = failed.then(|| Failure {
            error: row.error.map(Into::into),
            cause: row.cause.map(Into::into),
        });
        Ok(Standing {
            status,
            date: Timestamp::from_millis(row.date),
            output: row.output.map(Into::into),
            failure,
            redrive_count: row.redrive_count,
            redriven_at: row.redriven_at.map(Timestamp::from_millis),
            last_event_id: row.last_event_id,
            redrive_tokens: row
                .redrive_tokens
                .iter()
                .map(|(token, at)| ((*token).to_owned(), *at))
                .collect(),
        })
    }

    pub(crate) fn to_row(&self) -> StandingRow<'_> {
        let failure = self.failure.as_ref();
        StandingRow {
            status: StatusRow::from(self.status),
            date: self.date.as_millis(),
            output: self.output.as_deref(),
            error: failure.and_then(|failure| failure.error.as_deref()),
            cause: failure.and_then(|failure| failure.cause.as_deref()),
            redrive_count: self.redrive_count,
            redriven_at: self.redriven_at.map(Timestamp::as_millis),
            last_event_id: self.last_event_id,
            redrive_tokens: self
                .redrive_tokens
                .iter()
                .map(|(token, at)| (token.as_str(), *at))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_is_read_back() {
        let asker =
            Asker { execution_arn: "arn:aws:states:r:1:execution:m:a/b", attempt: 7, waits: true };
        assert_eq!(Asker::parse(&asker.to_string()), Some(asker));
        assert_eq!(Asker::parse("schedule/7"), None);
    }

    #[test]
    fn children_of_a_map_run_know_their_machine_by_its_label() {
        let (arn, name) = labelled("arn:aws:states:us-east-1:000000000000:mapRun:m/Label:5c1a");
        assert_eq!(&*arn, "arn:aws:states:us-east-1:000000000000:stateMachine:m/Label");
        assert_eq!(&*name, "m/Label");
    }
}
