//! Map, distributed: the execution waits while child executions do the work.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html>

use asl::program::{Distributed, ItemBatcher, ItemReader, Items, Map, Quantity};
use asl::{Failure, Fault, State, error_name};
use base::Arn;
use json::Value;

use super::failure::Origin;
use super::{MapRunOutcome, Turn};
use crate::command::{Command, MapRunStart};
use crate::event::{
    self, Attempt, EventKind, FrameId, InFrame, MapRunFailed, MapRunRedriven, MapRunStarted,
};
use crate::execution::item_at;
use crate::frame::Phase;
use crate::items::{Batcher, Batching, Reading, Selection};

impl Turn<'_> {
    pub(super) fn start_map_run(
        &mut self,
        frame: FrameId,
        state: &State,
        map: &Map,
        distributed: &Distributed,
        items: &Value,
        input: &Value,
    ) {
        let start = match self.map_run_start(frame, map, distributed, items, input) {
            Ok(start) => start,
            Err(fault) => return self.fault(frame, &fault),
        };
        let at = self.execution.frame(frame);
        let (previous, state_id) = (at.previous, at.state_id());
        debug_assert_eq!(self.env.program[state_id].name, state.name);
        let (attempt, map_run_arn) = (start.attempt, start.map_run_arn.to_string());
        self.emit(
            EventKind::MapRunStarted(MapRunStarted { frame, attempt, map_run_arn }),
            previous,
        );
        self.decision.commands.push(Command::StartMapRun(start));
    }

    fn map_run_start(
        &self,
        frame: FrameId,
        map: &Map,
        distributed: &Distributed,
        items: &Value,
        input: &Value,
    ) -> Result<MapRunStart, Fault> {
        let quantity = |quantity: &Option<Quantity>| -> Result<Option<f64>, Fault> {
            let Some(quantity) = quantity else { return Ok(None) };
            self.evaluate(frame, input, None, |scope| quantity.evaluate(scope)).map(Some)
        };
        let percentage = quantity(&map.tolerated_failure_percentage)?.unwrap_or(0.0);
        let count = quantity(&map.tolerated_failure_count)?;
        let concurrency = quantity(&map.max_concurrency)?.unwrap_or(0.0);
        let batching = match &distributed.batcher {
            None => None,
            Some(batcher) => Some(self.batching(frame, input, batcher)?),
        };
        let selected = (0..items.len() as u32)
            .map(|index| self.item_input(frame, input, &item_at(items, index)))
            .collect::<Result<Vec<Value>, Fault>>()?;
        let (inputs, items_per_input) = match batching.clone() {
            None => {
                let counts = vec![1; selected.len()];
                (selected, counts)
            }
            Some(batching) => {
                let mut batcher = Batcher::new(batching);
                let mut batches: Vec<(Value, u32)> =
                    selected.into_iter().filter_map(|item| batcher.push(item)).collect();
                batches.extend(batcher.finish());
                batches.into_iter().unzip()
            }
        };
        let reading = match &map.items {
            Items::Reader(reader) => Some(self.reading(frame, map, reader, batching, input)?),
            Items::Input | Items::Path(_) | Items::Template(_) => None,
        };
        let writer = distributed.writer.as_ref().filter(|writer| writer.resource.is_some());
        let writing = match writer.and_then(|writer| writer.arguments.as_ref()) {
            None => None,
            Some(template) => {
                Some(self.evaluate(frame, input, None, |scope| template.evaluate(scope))?)
            }
        };
        Ok(MapRunStart {
            attempt: self.execution.next_attempt(),
            frame,
            map_run_arn: self.map_run_arn(distributed).into(),
            state: self.execution.frame(frame).state_id(),
            reading,
            writing,
            inputs,
            items_per_input,
            concurrency: concurrency as u32,
            tolerated_failure_percentage: percentage,
            tolerated_failure_count: count.map(|count| count as u64),
        })
    }

    fn reading(
        &self,
        frame: FrameId,
        map: &Map,
        reader: &ItemReader,
        batching: Option<Batching>,
        input: &Value,
    ) -> Result<Reading, Fault> {
        let (arguments, items_max) = self.evaluate(frame, input, None, |scope| {
            let arguments = reader.arguments.as_ref().map(|template| template.evaluate(scope));
            let items_max = reader.max_items.as_ref().map(|quantity| quantity.evaluate(scope));
            Ok::<_, Fault>((arguments.transpose()?, items_max.transpose()?))
        })?;
        let selection = map.item_selector.as_ref().map(|_| {
            let of = self.execution.frame(frame);
            Selection {
                data: input.clone(),
                input: of.input.0.clone(),
                context: crate::identity::context(self.env, self.execution, of, None),
                variables: self.execution.variables(frame),
            }
        });
        Ok(Reading {
            arguments: arguments.unwrap_or_else(Value::empty_object),
            items_max: items_max.unwrap_or(0.0) as i64,
            selection,
            batching,
        })
    }

    fn batching(
        &self,
        frame: FrameId,
        input: &Value,
        batcher: &ItemBatcher,
    ) -> Result<Batching, Fault> {
        let limit = |quantity: &Option<Quantity>| -> Result<usize, Fault> {
            let Some(quantity) = quantity else { return Ok(usize::MAX) };
            let number = self.evaluate(frame, input, None, |scope| quantity.evaluate(scope))?;
            Ok(if number < 1.0 { usize::MAX } else { number as usize })
        };
        let (items_max, bytes_max) = (limit(&batcher.items_max)?, limit(&batcher.input_bytes_max)?);
        let shared = match &batcher.batch_input {
            None => None,
            Some(template) => {
                Some(self.evaluate(frame, input, None, |scope| template.evaluate(scope))?)
            }
        };
        Ok(Batching { items_max, bytes_max, shared })
    }

    /// `…:mapRun:<machine>/<label>:<id>`; a state without `Label` gets a random one.
    fn map_run_arn(&self, distributed: &Distributed) -> String {
        let identity = self.env.identity;
        let mut entropy = self.env.entropy.borrow_mut();
        let label = distributed.label.as_deref().map_or_else(|| entropy.uuid(), str::to_owned);
        let resource = format!("mapRun:{}/{label}:{}", identity.state_machine_name, entropy.uuid());
        let machine = Arn::parse(&identity.state_machine_arn).expect("a machine's ARN is one");
        Arn { resource, ..machine }.to_string()
    }

    pub(super) fn map_run_ended(&mut self, attempt: Attempt, outcome: MapRunOutcome) {
        let Some(frame) = self.execution.map_run_frame(attempt) else { return };
        let previous = self.execution.frame(frame).previous;
        match outcome {
            MapRunOutcome::Succeeded(result) => {
                let cause = self.emit(EventKind::MapRunSucceeded(InFrame { frame }), previous);
                self.emit(EventKind::MapSucceeded(InFrame { frame }), cause);
                self.exit_map(frame, &result);
            }
            MapRunOutcome::Failed(failure) => {
                let end = event::ExecutionEnd::from(&failure);
                let failed = MapRunFailed { frame, error: end.error, cause: end.cause };
                let cause = self.emit(EventKind::MapRunFailed(failed), previous);
                self.fail(frame, failure, Origin::Below { cause });
            }
            MapRunOutcome::Aborted => {
                let cause = self.emit(EventKind::MapRunAborted(InFrame { frame }), previous);
                let failure = Failure { error: Some(error_name::TASK_FAILED.into()), cause: None };
                self.fail(frame, failure, Origin::Below { cause });
            }
        }
    }

    /// After ExecutionRedriven: the map runs that were open go on with what hasn't succeeded.
    pub(super) fn redrive_map_runs(&mut self) {
        let open: Vec<(FrameId, Attempt, String)> = self
            .execution
            .frames()
            .filter_map(|frame| match &frame.phase {
                Phase::MapRun(run) => Some((frame.id, run.attempt, run.map_run_arn.clone())),
                _ => None,
            })
            .collect();
        for (frame, attempt, map_run_arn) in open {
            let previous = self.execution.frame(frame).previous;
            let redriven = MapRunRedriven {
                frame,
                map_run_arn,
                redrive_count: self.execution.redrive_count(),
            };
            self.emit(EventKind::MapRunRedriven(redriven), previous);
            self.decision.commands.push(Command::RedriveMapRun { attempt });
        }
    }
}
