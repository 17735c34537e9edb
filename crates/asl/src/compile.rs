//! The one pass from text to program that Create, Update, Validate and TestState share.

use std::sync::Arc;

use crate::definition::{Definition, Node, Position, SourceLocation};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{ExecutionType, Program, StateId};
use crate::validate::{Checker, VariableReferences};

/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
pub const DEFINITION_BYTES_MAX: usize = 1_048_576;

/// How AWS calls a state that TestState is given without a name (recorded: test_state,
/// `parallel_state_empty_branches`).
const LONE_STATE: &str = "StateName";

/// What a definition is compiled for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// `type` of CreateStateMachine: Express knows no jobs, callbacks and activities.
    pub machine_type: ExecutionType,
    /// Lifts or lowers AWS's limit on the text.
    pub definition_bytes_max: usize,
    /// Whether it was compiled before. Then rules that came later don't hold for it: calls that are badly escaped and
    /// timestamps that can't be read were taken once, and fail when they are come to, if at all.
    pub is_stored: bool,
}

impl Options {
    /// Of a definition that was within the limits of its time.
    pub fn stored(machine_type: ExecutionType) -> Self {
        Options { machine_type, definition_bytes_max: usize::MAX, is_stored: true }
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            machine_type: ExecutionType::Standard,
            definition_bytes_max: DEFINITION_BYTES_MAX,
            is_stored: false,
        }
    }
}

/// What comes out of a definition.
#[derive(Debug)]
pub struct Compiled {
    /// Present if no diagnostic is an error.
    pub program: Option<Arc<Program>>,
    /// Everything found, in AWS's order.
    pub diagnostics: Vec<Diagnostic>,
    /// `variableReferences` of DescribeStateMachine.
    pub variable_references: VariableReferences,
}

/// What comes out of a definition of which one state is tested.
#[derive(Debug)]
pub struct CompiledState {
    pub compiled: Compiled,
    /// The state, if there is a program and it has such a state.
    pub state: Option<StateId>,
}

/// Compiles a whole workflow.
pub fn compile(text: &str, options: &Options) -> Compiled {
    compile_with(text, options, |checker| checker.workflow(options.machine_type))
}

/// Compiles what TestState is given: one state, or a workflow and the name of a state anywhere in it.
///
/// A state by itself leads to states that aren't there: each gets a `Succeed` state of its name.
pub fn compile_state(text: &str, state_name: Option<&str>, options: &Options) -> CompiledState {
    let compiled = match state_name {
        Some(_) => compile(text, options),
        None => compile_with(text, options, |checker| {
            checker.lone_state(LONE_STATE, options.machine_type);
        }),
    };
    let name = state_name.unwrap_or(LONE_STATE);
    let state = compiled.program.as_ref().and_then(|program| program.find(name));
    CompiledState { compiled, state }
}

/// The text of a Map state's processor: what DescribeStateMachine answers for a label-qualified ARN, and
/// DescribeStateMachineForExecution for a child execution. `None` if no Map state has that name.
pub fn processor_definition<'t>(text: &'t str, map_state: &str) -> Option<&'t str> {
    let definition = Definition::parse(text).ok()?;
    let mut pending = vec![&definition.root];
    while let Some(machine) = pending.pop() {
        for state in machine.get("States").and_then(Node::as_object).unwrap_or_default() {
            let processor = state.value.get("ItemProcessor").or(state.value.get("Iterator"));
            if state.name == map_state {
                return processor.map(|processor| &text[processor.span.start..processor.span.end]);
            }
            pending.extend(processor);
            pending
                .extend(state.value.get("Branches").and_then(Node::as_array).unwrap_or_default());
        }
    }
    None
}

fn compile_with(
    text: &str,
    options: &Options,
    check: impl for<'d> FnOnce(&mut Checker<'d>),
) -> Compiled {
    let definition = match read(text, options) {
        Ok(definition) => definition,
        Err(diagnostics) => {
            return Compiled {
                program: None,
                diagnostics,
                variable_references: VariableReferences::new(),
            };
        }
    };
    let mut checker = Checker::new(&definition, options.is_stored);
    check(&mut checker);
    let (program, diagnostics, variable_references) = checker.into_program();
    Compiled { program: program.map(Arc::new), diagnostics, variable_references }
}

fn read<'t>(text: &'t str, options: &Options) -> Result<Definition<'t>, Vec<Diagnostic>> {
    if text.trim().is_empty() || text.trim() == "null" {
        let message = "State machine definition must not be empty".to_owned();
        return Err(vec![whole(Code::MissingDescription, message)]);
    }
    if options.definition_bytes_max < text.len() {
        let most = options.definition_bytes_max;
        let message = format!("Definition is larger than the limit of {most} bytes");
        return Err(vec![whole(Code::SchemaValidationFailed, message)]);
    }
    let definition = Definition::parse(text).map_err(|error| {
        let SourceLocation(source) = SourceLocation::of_error(text, &error);
        let at = error.offset.min(text.len());
        vec![not_json(&error.message, source, Position::of(text, at))]
    })?;
    let repeated: Vec<Diagnostic> = definition
        .repeated
        .iter()
        .map(|repeated| {
            let SourceLocation(source) = SourceLocation::at(text, repeated.span.end);
            let message = format!("Duplicate field '{}'", repeated.name);
            not_json(&message, source, definition.position(repeated.span))
        })
        .collect();
    if repeated.is_empty() { Ok(definition) } else { Err(repeated) }
}

fn whole(code: Code, message: String) -> Diagnostic {
    Diagnostic { code, message, location: None, position: Position { line: 1, column: 1 } }
}

fn not_json(message: &str, source: String, position: Position) -> Diagnostic {
    let message = format!("{message}\n at {source}");
    Diagnostic { code: Code::InvalidJsonDescription, message, location: Some(source), position }
}
