//! How a map run begins, how each of its children does, and what it comes to.

use std::sync::Arc;

use asl::program::{ExecutionType, MapMode};
use asl::{MachineId, Program, StateId, StateKind};
use base::{Arn, Timestamp};
use engine::MapRunStart;
use engine::decide::MapRunOutcome;
use json::Value;
use sha2::{Digest as _, Sha256};
use store::Batch;

use super::turn::Child;
use crate::dispatch::uuid_of;
use crate::execution::Status;
use crate::facts::{Facts, Parent, labelled};
use crate::live::Live;
use crate::message::{Beginning, Message};
use crate::standing::Standing;
use crate::tables::{self, ChildRow, ItemRow, MapRunRow, StatusRow, key};
use crate::{Error, Runner, Shared};

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
    };
    batch.put(key::map_run(arn), tables::encode(&row));
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
    pub(super) has_writer: bool,
}

impl Processor {
    pub(super) fn of(program: &Program, state: StateId) -> Self {
        let StateKind::Map(map) = &program[state].kind else {
            unreachable!("a Map state starts map runs")
        };
        let MapMode::Distributed(distributed) = &map.mode else {
            unreachable!("a distributed Map state starts map runs")
        };
        Processor {
            machine: map.processor,
            execution_type: distributed.execution_type,
            has_writer: distributed.writer.is_some(),
        }
    }
}

/// The ARN and the name of a child: the same however often it is asked for.
pub(super) fn child_arn(
    map_run_arn: &str,
    index: u32,
    generation: u32,
    execution_type: ExecutionType,
) -> (Arc<str>, Arc<str>) {
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
                let beginning = Box::new(Beginning { facts, input });
                self.send(&arn, Message::Start(beginning, answer));
                Ok(())
            }
            ExecutionType::Express => self.accept_express(facts).await.map(drop),
        }
    }
}

/// What a map run that has ended is to the execution that waits for it.
pub(crate) async fn outcome(shared: &Shared, arn: &Arc<str>) -> Result<MapRunOutcome, Error> {
    let store = &*shared.store;
    let bytes = store.get(&key::map_run(arn)).await?;
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
    let parent: Arc<str> = row.execution_arn.into();
    let parent = Facts::load(shared, &parent).await?;
    let parent = parent.ok_or_else(|| Error::corrupt("map run", "its execution is missing"))?;
    let processor = Processor::of(&parent.machine.program, StateId(row.state));
    let (mut outputs, mut bytes) = (Vec::new(), 0);
    for entry in store.scan(&key::map_children(arn).scan()).await? {
        let child: ChildRow = tables::decode("map run's child", &entry.value)?;
        if child.status != StatusRow::Succeeded {
            continue;
        }
        let index = key::map_child_index(&entry.key)?;
        let (child_arn, _) = child_arn(arn, index, child.generation, processor.execution_type);
        let standing = Standing::load(store, &child_arn).await?;
        let output = standing.and_then(|standing| standing.output);
        let output =
            output.ok_or_else(|| Error::corrupt("map run's child", "its output is missing"))?;
        bytes += output.len();
        outputs.push(Value::parse(&output).map_err(|error| Error::corrupt("output", error))?);
        if shared.limits.payload_bytes_max < bytes {
            // It is too large already: the engine will say so.
            break;
        }
    }
    Ok(MapRunOutcome::Succeeded(Value::array(outputs)))
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
        assert_ne!(child_arn(map_run, 3, 1, ExecutionType::Standard).0, arn);
        let (express, name) = child_arn(map_run, 3, 0, ExecutionType::Express);
        let prefix = format!("arn:aws:states:us-east-1:000000000000:express:m/Label:{name}:");
        assert!(express.starts_with(&prefix), "{express}");
    }
}
