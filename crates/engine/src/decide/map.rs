//! Map, inline: iterations inside the execution.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html>

use asl::program::{Map, MapMode};
use asl::{Fault, State, StateKind, error_name};
use json::{Kind, Value};

use super::failure::Origin;
use super::{ContextExtra, Exit, Turn};
use crate::event::{EventKind, FrameId, InFrame, MapIterationStarted, MapStarted, Payload};
use crate::execution::item_at;
use crate::frame::Phase;

/// More than one payload or JSONata can hold, so that only a template of many reaches it. Ours, not AWS's.
const ITEMS_BYTES_MAX: usize = 10 * 1024 * 1024;

impl Turn<'_> {
    pub(super) fn start_map(&mut self, frame: FrameId, state: &State, map: &Map) {
        let started = match self.map_started(frame, state, map) {
            Ok(started) => started,
            Err(fault) => return self.fault_on_entry(frame, &fault),
        };
        let previous = self.execution.frame(frame).previous;
        let (items, input) = (started.items.0.clone(), started.input.0.clone());
        self.emit(EventKind::MapStarted(started), previous);
        if let MapMode::Distributed(distributed) = &map.mode {
            self.start_map_run(frame, state, map, distributed, &items, &input);
        }
    }

    fn map_started(&self, frame: FrameId, state: &State, map: &Map) -> Result<MapStarted, Fault> {
        let effective = self.effective_input(frame, state)?;
        let (items, concurrency) = self.evaluate(frame, &effective, None, |scope| {
            let items = map.items.evaluate(state.language, scope)?;
            let concurrency = map
                .max_concurrency
                .as_ref()
                .map(|quantity| quantity.evaluate(scope))
                .transpose()?;
            Ok::<_, Fault>((items, concurrency))
        })?;
        // Those of an ItemReader come later: the event has the length 0 (recorded: map_item_reader_base_json).
        let items = items.unwrap_or_else(|| Value::array([]));
        if items.text_len_within(ITEMS_BYTES_MAX).is_none() {
            let cause = format!("The items are longer than {ITEMS_BYTES_MAX} bytes.");
            return Err(Fault::new(error_name::DATA_LIMIT_EXCEEDED, cause));
        }
        // `Items::evaluate` has checked the kind.
        debug_assert!(matches!(items.kind(), Kind::Array | Kind::Object));
        let concurrency = match concurrency.unwrap_or(0.0) as u32 {
            0 if matches!(map.mode, MapMode::Inline) => self.env.limits.map_concurrency_default,
            given => given,
        };
        Ok(MapStarted { frame, items: Payload(items), input: Payload(effective), concurrency })
    }

    /// Starts the next iteration, or leaves the state when all are done.
    pub(super) fn go_on_with_map(&mut self, frame: FrameId) {
        let at = self.execution.frame(frame);
        let Phase::Map(phase) = &at.phase else { unreachable!("it iterates") };
        if phase.is_complete() {
            return self.leave_map(frame);
        }
        let (index, previous) = (phase.next, phase.cause);
        let input = phase.input.0.clone();
        let item = item_at(&phase.items.0, index);
        match self.item_input(frame, &input, &item) {
            Ok(input) => {
                if let Some(failure) = self.refusal(frame, &input, &[]) {
                    return self.fail(frame, failure, Origin::State);
                }
                let child = self.execution.next_frame();
                let started = MapIterationStarted { frame, child, index, input: Payload(input) };
                self.emit(EventKind::MapIterationStarted(started), previous);
            }
            Err(fault) => self.fault(frame, &fault),
        }
    }

    /// What an iteration or a child execution starts with: the item, through `ItemSelector`.
    pub(super) fn item_input(
        &self,
        frame: FrameId,
        input: &Value,
        item: &crate::frame::Item,
    ) -> Result<Value, Fault> {
        let StateKind::Map(map) = &self.state(frame).kind else {
            unreachable!("it stands in a Map state")
        };
        match &map.item_selector {
            None => Ok(item.value.0.clone()),
            Some(selector) => {
                let source = match map.mode {
                    MapMode::Inline => None,
                    MapMode::Distributed(_) => Some("STATE_DATA"),
                };
                let extra = ContextExtra::Item { item, source };
                self.evaluate_with(frame, input, None, None, Some(&extra), |scope| {
                    selector.evaluate(scope)
                })
            }
        }
    }

    fn leave_map(&mut self, frame: FrameId) {
        let at = self.execution.frame(frame);
        let Phase::Map(phase) = &at.phase else { unreachable!("it iterates") };
        let result = Value::array(phase.outputs.iter().flatten().map(|output| output.0.clone()));
        let previous = at.previous;
        self.emit(EventKind::MapSucceeded(InFrame { frame }), previous);
        self.exit_map(frame, &result);
    }

    pub(super) fn exit_map(&mut self, frame: FrameId, result: &Value) {
        let StateKind::Map(map) = &self.state(frame).kind else {
            unreachable!("it stands in a Map state")
        };
        self.exit_with_result(frame, result, Exit { next: map.next, output: None, assign: None });
    }
}
