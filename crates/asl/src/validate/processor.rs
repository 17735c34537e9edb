//! `ItemProcessor`, and `Iterator` as it was called before.

use super::machine::{PROCESSOR_FIELDS, Surroundings};
use super::{Checker, Place, Subject};
use crate::program::{ExecutionType, MachineId};

/// What processes the items of a Map state.
pub(super) struct Processor {
    pub(super) machine: MachineId,
    /// What its child executions run as, in distributed mode.
    pub(super) distributed: Option<ExecutionType>,
}

impl<'d> Checker<'d> {
    pub(super) fn processor(&mut self, subject: &Subject<'d>) -> Option<Processor> {
        let place = &subject.place;
        let place = place.field("ItemProcessor").or_else(|| place.field("Iterator"))?;
        let config = place.field("ProcessorConfig").filter(|config| self.object(config));
        let distributed = config.and_then(|config| self.processor_config(subject, &config));
        let surroundings = Surroundings {
            parent: Some(subject.id),
            execution_type: distributed.unwrap_or(subject.execution_type),
            sealed: distributed.is_some(),
        };
        let machine = self.inner_machine(&place, PROCESSOR_FIELDS, surroundings)?;
        Some(Processor { machine, distributed })
    }

    fn processor_config(
        &mut self,
        subject: &Subject<'d>,
        config: &Place<'d>,
    ) -> Option<ExecutionType> {
        self.supports_only(config, &["Mode", "ExecutionType"]);
        let mode = self.choice_of(config, "Mode", &["INLINE", "DISTRIBUTED"]);
        let kind = self.choice_of(config, "ExecutionType", &["STANDARD", "EXPRESS"]);
        if mode != Some("DISTRIBUTED") {
            if config.has("ExecutionType") {
                self.unsupported(config, "ExecutionType");
            }
            return None;
        }
        self.requires(config, &["ExecutionType"]);
        if let Some(mode) = config.field("Mode")
            && subject.execution_type == ExecutionType::Express
        {
            let message = "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines";
            self.schema(message, &mode);
        }
        Some(match kind {
            Some("EXPRESS") => ExecutionType::Express,
            _ => ExecutionType::Standard,
        })
    }
}
