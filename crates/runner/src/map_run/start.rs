//! How a map run begins, how each of its children does, and what it comes to.

use std::sync::Arc;

use asl::program::{Distributed, ExecutionType, Map, MapMode, ResultWriter};
use asl::{MachineId, Program, StateId, StateKind};
use base::{Arn, Timestamp};
use engine::MapRunStart;
use engine::decide::MapRunOutcome;
use json::Value;
use sha2::{Digest as _, Sha256};
use store::Batch;

use super::live::Child;
use super::{plan, writer};
use crate::dispatch::uuid_of;
use crate::execution::Status;
use crate::facts::{Facts, Parent, labelled};
use crate::live::Live;
use crate::message::{Beginning, Message};
use crate::tables::{self, ItemRow, MapRunRow, StageRow, StatusRow, key};
use crate::{Error, Runner};

/// Writes the rows of a map run that an execution has just asked for.
pub(crate) fn put_start(
    runner: &Runner,
    batch: &mut Batch,
    live: &Live,
    start: &MapRunStart,
    now: Timestamp,
) {
    let arn = &*start.map_run_arn;
    let row = MapRunRow {
        execution_arn: live.facts.arn.to_string(),
        attempt: start.attempt,
        state: start.state.0,
        status: StatusRow::Running,
        started_at: now.as_millis(),
        stopped_at: None,
        max_concurrency: start.concurrency,
        tolerated_failure_percentage: start.tolerated_failure_percentage,
        tolerated_failure_count: start.tolerated_failure_count,
        children: start.inputs.len() as u32,
        items: start.items_per_input.iter().map(|items| u64::from(*items)).sum(),
        next: 0,
        redrive_count: 0,
        redriven_at: None,
        failure: None,
        stage: start.reading.is_some().then_some(StageRow::Reading),
    };
    batch.put(key::map_run(arn), tables::encode(&row));
    if let Some(plan) = plan::row(start) {
        batch.put(key::map_plan(arn), tables::encode(&plan));
    }
    batch.put(key::map_open(runner.0.shard_of(arn), arn), Vec::new());
    batch.put(key::map_list(&live.facts.arn, now.as_millis(), arn), Vec::new());
    for (index, (input, items)) in start.inputs.iter().zip(&start.items_per_input).enumerate() {
        let item = ItemRow { input: input.to_string(), items: *items };
        batch.put(key::map_item(arn, index as u32), tables::encode(&item));
    }
}

/// The part of the program that a map run's children run.
pub(super) struct Processor {
    pub(super) machine: MachineId,
    pub(super) execution_type: ExecutionType,
    /// Results are written to S3.
    pub(super) exports: bool,
    state: u32,
}

impl Processor {
    pub(super) fn of(program: &Program, state: u32) -> Self {
        let map = map_of(program, state);
        let distributed = distributed(map);
        Processor {
            machine: map.processor,
            execution_type: distributed.execution_type,
            exports: distributed.writer.as_ref().is_some_and(|writer| writer.resource.is_some()),
            state,
        }
    }

    pub(super) fn writer<'p>(&self, program: &'p Program) -> Option<&'p ResultWriter> {
        distributed(map_of(program, self.state)).writer.as_ref()
    }
}

/// The Map state that has started a map run.
pub(super) fn map_of(program: &Program, state: u32) -> &Map {
    match &program[StateId(state)].kind {
        StateKind::Map(map) => map,
        other => unreachable!("a {} state starts no map run", other.type_name()),
    }
}

fn distributed(map: &Map) -> &Distributed {
    match &map.mode {
        MapMode::Distributed(distributed) => distributed,
        MapMode::Inline => unreachable!("a distributed Map state starts map runs"),
    }
}

/// The id at the end of a map run's ARN.
pub(super) fn map_run_id(map_run_arn: &str) -> &str {
    map_run_arn.rsplit(':').next().unwrap_or(map_run_arn)
}

/// The ARN and the name of a child: the same however often it is asked for. A Standard execution keeps them when it is
/// redriven, another Express execution takes the place of the one before.
pub(super) fn child_arn(
    map_run_arn: &str,
    index: u32,
    generation: u32,
    execution_type: ExecutionType,
) -> (Arc<str>, Arc<str>) {
    let generation = match execution_type {
        ExecutionType::Standard => 0,
        ExecutionType::Express => generation,
    };
    let digest = Sha256::digest(format!("{map_run_arn}/{index}/{generation}"));
    let name = uuid_of(&digest);
    let (machine_arn, machine) = labelled(map_run_arn);
    let machine_arn = Arn::parse(&machine_arn).expect("the ARN was made from one");
    let resource = match execution_type {
        ExecutionType::Standard => format!("execution:{machine}:{name}"),
        ExecutionType::Express => format!("express:{machine}:{name}:{}", uuid_of(&digest[16..])),
    };
    (Arn { resource, ..machine_arn }.to_string().into(), name.into())
}

/// Whether an execution is that child, as it was started last.
pub(crate) fn is_child(
    execution_arn: &str,
    map_run_arn: &str,
    index: u32,
    generation: u32,
) -> bool {
    [ExecutionType::Standard, ExecutionType::Express]
        .into_iter()
        .any(|of| *child_arn(map_run_arn, index, generation, of).0 == *execution_arn)
}

impl Runner {
    /// Starts a child whose row says that it runs. If it has been started before, nothing happens.
    pub(super) async fn start_child(
        &self,
        parent: &Facts,
        map_run_arn: &Arc<str>,
        processor: &Processor,
        child: Child,
    ) -> Result<(), Error> {
        let Child { index, items, generation, .. } = child;
        let row = self.0.store.get(&key::map_item(map_run_arn, index)).await?;
        let row = row.ok_or_else(|| Error::corrupt("map run's item", "it is missing"))?;
        let item: ItemRow = tables::decode("map run's item", &row)?;
        let input =
            Value::parse(&item.input).map_err(|error| Error::corrupt("map run's item", error))?;
        let (arn, name) = child_arn(map_run_arn, index, generation, processor.execution_type);
        let facts = Facts {
            arn: Arc::clone(&arn),
            name,
            machine: Arc::clone(&parent.machine),
            started_at: self.0.house.now(),
            input_text: item.input.into(),
            trace_header: parent.trace_header.clone(),
            parent: Some(Parent::MapRun {
                map_run_arn: Arc::clone(map_run_arn),
                index,
                items,
                machine: processor.machine,
            }),
        };
        match processor.execution_type {
            ExecutionType::Standard => {
                let (answer, _) = tokio::sync::oneshot::channel();
                let beginning = Box::new(Beginning { facts, input, machine_row: None });
                self.send(&arn, Message::Start(beginning, answer));
                Ok(())
            }
            ExecutionType::Express => self.accept_express(facts).await.map(drop),
        }
    }
}

/// What a map run that has ended is to the execution that waits for it.
pub(crate) async fn outcome(runner: &Runner, arn: &Arc<str>) -> Result<MapRunOutcome, Error> {
    let bytes = runner.0.store.get(&key::map_run(arn)).await?;
    let bytes = bytes.ok_or_else(|| Error::corrupt("map run", "it is missing"))?;
    let row: MapRunRow = tables::decode("map run", &bytes)?;
    match Status::from(row.status) {
        Status::Succeeded => {}
        Status::Failed | Status::TimedOut => {
            let (error, cause) = row.failure.unwrap_or_default();
            return Ok(MapRunOutcome::Failed(asl::Failure::new(error, cause)));
        }
        Status::Aborted | Status::Running | Status::PendingRedrive => {
            return Ok(MapRunOutcome::Aborted);
        }
    }
    let parent: Arc<str> = Arc::from(&*row.execution_arn);
    let parent = Facts::load(&runner.0, &parent).await?;
    let parent = parent.ok_or_else(|| Error::corrupt("map run", "its execution is missing"))?;
    writer::result(runner, &parent, arn, &row).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_childs_arn_names_the_machine_the_label_and_itself() {
        let map_run = "arn:aws:states:us-east-1:000000000000:mapRun:m/Label:5c1a";
        let (arn, name) = child_arn(map_run, 3, 0, ExecutionType::Standard);
        assert_eq!(
            *arn,
            *format!("arn:aws:states:us-east-1:000000000000:execution:m/Label:{name}")
        );
        let (again, _) = child_arn(map_run, 3, 0, ExecutionType::Standard);
        assert_eq!(arn, again);
        assert_eq!(child_arn(map_run, 3, 1, ExecutionType::Standard).0, arn);
        let (express, name) = child_arn(map_run, 3, 0, ExecutionType::Express);
        assert_ne!(child_arn(map_run, 3, 1, ExecutionType::Express).0, express);
        let prefix = format!("arn:aws:states:us-east-1:000000000000:express:m/Label:{name}:");
        assert!(express.starts_with(&prefix), "{express}");
    }
}
