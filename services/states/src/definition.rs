//! What of a definition is shown: its text, and which variables its states read.

use std::collections::BTreeMap;

use asl::compile::{Compiled, Options};
use asl::program::MapMode;
use asl::{Program, StateKind, processor_definition};
use runner::MachineType;

/// The members that DescribeStateMachine and DescribeStateMachineForExecution have in common.
pub(crate) struct Shown {
    pub(crate) definition: String,
    pub(crate) variable_references: Option<BTreeMap<String, Vec<String>>>,
}

impl Shown {
    /// Of a label, the processor of the Distributed Map state that has it; `None` if no state has.
    pub(crate) fn new(
        definition: &str,
        machine_type: MachineType,
        label: Option<&str>,
    ) -> Option<Self> {
        // What is stored was compiled once, so whatever limit it met then doesn't matter any more.
        let options = Options { machine_type, definition_bytes_max: usize::MAX };
        let Compiled { program, variable_references, .. } = asl::compile(definition, &options);
        let definition = match label {
            None => definition,
            Some(label) => processor_definition(definition, labeled(&*program?, label)?)?,
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

/// The name of the Distributed Map state with this label.
fn labeled<'p>(program: &'p Program, label: &str) -> Option<&'p str> {
    let has_label = |kind: &StateKind| match kind {
        StateKind::Map(map) => match &map.mode {
            MapMode::Distributed(distributed) => distributed.label.as_deref() == Some(label),
            MapMode::Inline => false,
        },
        _ => false,
    };
    program.states.iter().find(|state| has_label(&state.kind)).map(|state| &*state.name)
}
