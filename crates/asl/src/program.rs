//! What a definition compiles to: the only form an engine ever sees.
//!
//! States and machines stand in two flat tables and point to each other by index. A *machine* is an
//! object with `StartAt` and `States`: the state machine itself, a branch of a Parallel state, the
//! processor of a Map state. Nothing here refers to JSON text, and nothing is optional that the
//! validator has already decided.
//!
//! **The numbering is a stored format**: events of running executions name states by their place here.
//! Machines and states are numbered depth first, in the order in which the text holds them: a machine, then
//! its states, each followed by the machines inside it.

use std::sync::Arc;

use json::Value;

use crate::choice::Condition;
use crate::path::ReferencePath;
use crate::resources::Resource;
use crate::template::{Expression, Template};

/// Index of a state in [`Program::states`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub u32);

/// Index of a machine in [`Program::machines`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MachineId(pub u32);

/// The machine that an execution starts in.
pub const ROOT: MachineId = MachineId(0);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QueryLanguage {
    JsonPath,
    Jsonata,
}

/// A compiled definition.
#[derive(Debug)]
pub struct Program {
    pub machines: Vec<Machine>,
    pub states: Vec<State>,
    /// Top-level `TimeoutSeconds`.
    pub timeout_seconds: Option<u64>,
}

/// An object with `StartAt` and `States`.
#[derive(Debug)]
pub struct Machine {
    pub start_at: StateId,
    /// The Parallel or Map state it stands in; none for the root.
    pub parent: Option<StateId>,
}

#[derive(Debug)]
pub struct State {
    pub name: Arc<str>,
    pub machine: MachineId,
    pub language: QueryLanguage,
    pub flow: Flow,
    pub kind: StateKind,
}

impl Program {
    /// The state of that name, in whatever machine: names are unique in the whole workflow.
    pub fn find(&self, name: &str) -> Option<StateId> {
        let index = self.states.iter().position(|state| &*state.name == name)?;
        Some(StateId(index as u32))
    }

    /// The Distributed Map state with that `Label`.
    pub fn find_labeled(&self, label: &str) -> Option<StateId> {
        let has_label = |state: &State| match &state.kind {
            StateKind::Map(map) => match &map.mode {
                MapMode::Distributed(distributed) => distributed.label.as_deref() == Some(label),
                MapMode::Inline => false,
            },
            StateKind::Pass(_)
            | StateKind::Task(_)
            | StateKind::Choice(_)
            | StateKind::Wait(_)
            | StateKind::Succeed
            | StateKind::Fail(_)
            | StateKind::Parallel(_) => false,
        };
        self.states.iter().position(has_label).map(|index| StateId(index as u32))
    }
}

impl std::ops::Index<StateId> for Program {
    type Output = State;

    fn index(&self, id: StateId) -> &State {
        &self.states[id.0 as usize]
    }
}

impl std::ops::Index<MachineId> for Program {
    type Output = Machine;

    fn index(&self, id: MachineId) -> &Machine {
        &self.machines[id.0 as usize]
    }
}

/// How data goes through a state. Fields that a state type or language doesn't have keep their default.
#[derive(Debug, Default)]
pub struct Flow {
    /// `InputPath` (JSONPath).
    pub input_path: Selection,
    /// `Parameters` (JSONPath) or `Arguments` (JSONata). A Map's legacy `Parameters` is its `item_selector`.
    pub arguments: Option<Template>,
    /// `ResultSelector` (JSONPath).
    pub result_selector: Option<Template>,
    /// `ResultPath` (JSONPath).
    pub result_path: ResultPath,
    /// `OutputPath` (JSONPath).
    pub output_path: Selection,
    /// `Output` (JSONata).
    pub output: Option<Template>,
    /// `Assign`: an object template, variable name to value.
    pub assign: Option<Template>,
}

/// `InputPath` and `OutputPath`.
#[derive(Debug, Default)]
pub enum Selection {
    /// Absent, or `$`.
    #[default]
    Whole,
    /// `null`: `{}`.
    Nothing,
    At(Expression),
}

/// `ResultPath`, of states and of catchers.
#[derive(Debug, Default)]
pub enum ResultPath {
    /// Absent, or `$`: the result becomes the output.
    #[default]
    Replace,
    /// `null`: the input becomes the output.
    Discard,
    At(ReferencePath),
}

/// Where a state leads when it succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    State(StateId),
    End,
}

#[derive(Debug)]
pub enum StateKind {
    Pass(Pass),
    Task(Box<Task>),
    Choice(Choice),
    Wait(Wait),
    Succeed,
    Fail(Fail),
    Parallel(Parallel),
    Map(Box<Map>),
}

#[derive(Debug)]
pub struct Pass {
    /// `Result` (JSONPath).
    pub result: Option<Value>,
    pub next: Next,
}

#[derive(Debug)]
pub struct Task {
    pub resource: Resource,
    /// The `Resource` text as written.
    pub resource_text: Arc<str>,
    pub timeout_seconds: Option<Quantity>,
    pub heartbeat_seconds: Option<Quantity>,
    /// `Credentials`: an object template with `RoleArn`.
    pub credentials: Option<Template>,
    pub retry: Vec<Retrier>,
    pub catch: Vec<Catcher>,
    pub next: Next,
}

/// A number that a definition gives in one of three ways: literally, by `…Path`, or as a JSONata expression.
#[derive(Debug)]
pub enum Quantity {
    Literal(f64),
    /// A path (`SecondsPath` …) or a JSONata expression (`Seconds` …); it knows the field it stands in.
    Computed(Expression),
}

#[derive(Debug)]
pub struct Choice {
    pub rules: Vec<ChoiceRule>,
    pub default: Option<StateId>,
}

#[derive(Debug)]
pub struct ChoiceRule {
    pub condition: Condition,
    pub next: StateId,
    /// Replaces the state's own when this rule matches (JSONata).
    pub output: Option<Template>,
    /// Replaces the state's own when this rule matches.
    pub assign: Option<Template>,
}

#[derive(Debug)]
pub struct Wait {
    pub until: WaitUntil,
    pub next: Next,
}

#[derive(Debug)]
pub enum WaitUntil {
    Seconds(Quantity),
    Timestamp(Text),
}

/// A text that a definition gives literally or computes.
#[derive(Debug)]
pub enum Text {
    Literal(Arc<str>),
    Computed(Expression),
}

#[derive(Debug)]
pub struct Fail {
    pub error: Option<Text>,
    pub cause: Option<Text>,
}

#[derive(Debug)]
pub struct Parallel {
    pub branches: Vec<MachineId>,
    pub retry: Vec<Retrier>,
    pub catch: Vec<Catcher>,
    pub next: Next,
}

#[derive(Debug)]
pub struct Map {
    pub items: Items,
    /// `ItemSelector`, or the legacy `Parameters`.
    pub item_selector: Option<Template>,
    pub max_concurrency: Option<Quantity>,
    pub tolerated_failure_percentage: Option<Quantity>,
    pub tolerated_failure_count: Option<Quantity>,
    pub processor: MachineId,
    pub mode: MapMode,
    pub retry: Vec<Retrier>,
    pub catch: Vec<Catcher>,
    pub next: Next,
}

/// What a Map state iterates over.
#[derive(Debug)]
pub enum Items {
    /// The effective input (no `ItemsPath`, no `Items`).
    Input,
    /// `ItemsPath`.
    Path(Expression),
    /// `Items`: a literal array or object, or a template with expressions.
    Template(Template),
    /// `ItemReader`: its `Resource` and fields, for readers of a later issue.
    Reader(Arc<ItemReader>),
}

#[derive(Debug)]
pub struct ItemReader {
    pub resource: Arc<str>,
    pub arguments: Option<Template>,
    /// `ReaderConfig` as written, without its computed members.
    pub config: Value,
    pub max_items: Option<Quantity>,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "the Map that holds it is boxed")]
pub enum MapMode {
    Inline,
    Distributed(Distributed),
}

#[derive(Debug)]
pub struct Distributed {
    /// `ProcessorConfig.ExecutionType`.
    pub execution_type: ExecutionType,
    pub label: Option<Arc<str>>,
    pub batcher: Option<ItemBatcher>,
    pub writer: Option<ResultWriter>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExecutionType {
    Standard,
    Express,
}

#[derive(Debug)]
pub struct ItemBatcher {
    pub items_max: Option<Quantity>,
    pub input_bytes_max: Option<Quantity>,
    pub batch_input: Option<Template>,
}

#[derive(Debug)]
pub struct ResultWriter {
    pub resource: Option<Arc<str>>,
    pub arguments: Option<Template>,
    /// `WriterConfig` as written.
    pub config: Value,
}

/// An element of `Retry`.
#[derive(Debug)]
pub struct Retrier {
    pub errors: Vec<Arc<str>>,
    pub interval_seconds: u64,
    pub attempts_max: u64,
    pub backoff_rate: f64,
    pub delay_seconds_max: Option<u64>,
    pub full_jitter: bool,
}

/// An element of `Catch`.
#[derive(Debug)]
pub struct Catcher {
    pub errors: Vec<Arc<str>>,
    pub next: StateId,
    /// JSONPath.
    pub result_path: ResultPath,
    /// JSONata.
    pub output: Option<Template>,
    pub assign: Option<Template>,
}

impl StateKind {
    /// `Retry` and `Catch`, for the types that have them.
    pub fn handlers(&self) -> (&[Retrier], &[Catcher]) {
        match self {
            StateKind::Task(task) => (&task.retry, &task.catch),
            StateKind::Parallel(parallel) => (&parallel.retry, &parallel.catch),
            StateKind::Map(map) => (&map.retry, &map.catch),
            StateKind::Pass(_)
            | StateKind::Choice(_)
            | StateKind::Wait(_)
            | StateKind::Succeed
            | StateKind::Fail(_) => (&[], &[]),
        }
    }

    /// Whether the type has `Retry` and `Catch`.
    pub fn can_retry(&self) -> bool {
        matches!(self, StateKind::Task(_) | StateKind::Parallel(_) | StateKind::Map(_))
    }

    /// `Type`, as the definition has it.
    pub fn type_name(&self) -> &'static str {
        match self {
            StateKind::Pass(_) => "Pass",
            StateKind::Task(_) => "Task",
            StateKind::Choice(_) => "Choice",
            StateKind::Wait(_) => "Wait",
            StateKind::Succeed => "Succeed",
            StateKind::Fail(_) => "Fail",
            StateKind::Parallel(_) => "Parallel",
            StateKind::Map(_) => "Map",
        }
    }
}
