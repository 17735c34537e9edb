//! What of a definition is shown: its text, and which variables its states read.

use std::collections::BTreeMap;

use asl::compile::{Compiled, Options};
use asl::program::{Distributed, Map, MapMode};
use asl::{MachineId, Program, StateKind, processor_definition};
use runner::MachineType;

/// The members that DescribeStateMachine and DescribeStateMachineForExecution have in common.
pub(crate) struct Shown {
    pub(crate) definition: String,
    pub(crate) variable_references: Option<BTreeMap<String, Vec<String>>>,
}

/// What is shown of a definition.
#[derive(Clone, Copy)]
pub(crate) enum Part<'a> {
    Whole,
    /// The processor of the Distributed Map state with this label.
    Labeled(&'a str),
    /// This processor of a Distributed Map state.
    Processor(MachineId),
}

impl Shown {
    /// `None` if there is no such part.
    pub(crate) fn new(definition: &str, machine_type: MachineType, part: Part<'_>) -> Option<Self> {
        let Compiled { program, variable_references, .. } =
            asl::compile(definition, &Options::stored(machine_type));
        let is_shown = |map: &Map, distributed: &Distributed| match part {
            Part::Whole => false,
            Part::Labeled(label) => distributed.label.as_deref() == Some(label),
            Part::Processor(machine) => map.processor == machine,
        };
        let definition = match part {
            Part::Whole => definition,
            Part::Labeled(_) | Part::Processor(_) => {
                processor_definition(definition, distributed_map(&*program?, is_shown)?)?
            }
        };
        let references: BTreeMap<_, _> = variable_references
            .into_iter()
            .filter(|(_, variables)| !variables.is_empty())
            .map(|(state, variables)| (state, variables.into_iter().collect()))
            .collect();
        Some(Shown {
            definition: definition.to_owned(),
            variable_references: (!references.is_empty()).then_some(references),
        })
    }

    /// `METADATA_ONLY`.
    pub(crate) fn hidden() -> Self {
        Shown { definition: "{}".to_owned(), variable_references: None }
    }
}

/// The name of the Distributed Map state that is asked for.
fn distributed_map(
    program: &Program,
    is_asked_for: impl Fn(&Map, &Distributed) -> bool,
) -> Option<&str> {
    let found = program.states.iter().find(|state| match &state.kind {
        StateKind::Map(map) => match &map.mode {
            MapMode::Distributed(distributed) => is_asked_for(map, distributed),
            MapMode::Inline => false,
        },
        _ => false,
    });
    found.map(|state| &*state.name)
}
