//! What an execution is from its start on.

use std::sync::Arc;

use asl::MachineId;
use base::{Arn, Timestamp};
use engine::Identity;
use json::Value;

use crate::machine::{Machine, MachineType};
use crate::standing::Standing;
use crate::tables::{self, ExecutionRow, ParentRow, key};
use crate::{Error, Shared};

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

impl Facts {
    pub(crate) async fn load(shared: &Shared, arn: &Arc<str>) -> Result<Option<Self>, Error> {
        let Some(bytes) = shared.store.get(&key::execution(arn)).await? else { return Ok(None) };
        let row: ExecutionRow<'_> = tables::decode("execution", &bytes)?;
        Facts::of_row(shared, arn, &row).await.map(Some)
    }

    pub(crate) async fn of_row(
        shared: &Shared,
        arn: &Arc<str>,
        row: &ExecutionRow<'_>,
    ) -> Result<Self, Error> {
        let input_text = match (row.input_text, row.first_turn) {
            (Some(text), _) => text,
            (None, Some(record)) => engine::record::first_payload(record)
                .map_err(|error| Error::corrupt("first turn", error))?,
            (None, None) => return Err(Error::corrupt("execution", "it has no input")),
        };
        let machine = shared.machines.load(&*shared.store, row.machine).await?;
        Ok(Facts {
            arn: Arc::clone(arn),
            name: row.name.into(),
            machine,
            started_at: Timestamp::from_millis(row.started_at),
            input_text: input_text.into(),
            trace_header: row.trace_header.map(Into::into),
            parent: row.parent.as_ref().map(Parent::of_row),
        })
    }

    /// The row of an execution that has had no turn.
    pub(crate) fn to_row(&self) -> ExecutionRow<'_> {
        ExecutionRow {
            machine: &self.machine.digest,
            name: &self.name,
            started_at: self.started_at.as_millis(),
            input_text: Some(&self.input_text),
            trace_header: self.trace_header.as_deref(),
            parent: self.parent.as_ref().map(Parent::to_row),
            first_turn: None,
            standing: None,
        }
    }

    /// The row of an execution with its first turn, and how it stands if that was its last.
    pub(crate) fn begun<'a>(
        &'a self,
        first_turn: &'a [u8],
        standing: Option<&'a Standing>,
    ) -> ExecutionRow<'a> {
        let recorded = engine::record::first_payload(first_turn).ok();
        ExecutionRow {
            input_text: Some(&*self.input_text).filter(|text| recorded != Some(text)),
            first_turn: Some(first_turn),
            standing: standing.map(Standing::to_row),
            ..self.to_row()
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
    fn of_row(row: &ParentRow<'_>) -> Self {
        match *row {
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
