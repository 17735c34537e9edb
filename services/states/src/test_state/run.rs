use asl::program::{Choice, Fail, Pass, Task, Text, Wait, WaitUntil};
use asl::scope::Scope;
use asl::{Failure, Fault, Next, Program, QueryLanguage, State, StateKind, Template, error_name};
use json::Value;

use std::sync::Arc;

use super::mock::Mock;
use super::{Call, Refusal, Test};
use crate::wire::{InspectionData, TestExecutionStatus};

/// How a state ended.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) status: TestExecutionStatus,
    pub(crate) output: Option<Value>,
    pub(crate) failure: Option<Failure>,
    pub(crate) next: Option<Arc<str>>,
}

/// How far a state has come.
#[derive(Debug)]
pub(crate) enum Step {
    Ended(Report),
    /// Its task has to be called; [`Test::end_task`] takes the answer.
    Call(Call),
}

/// What a state leaves with, before `Assign` and the check of its size.
pub(super) struct Exit<'p> {
    pub(super) output: Value,
    /// `$` of `Assign`.
    pub(super) data: Value,
    pub(super) result: Option<Value>,
    pub(super) assign: Option<&'p Template>,
    pub(super) next: Next,
}

impl Test {
    /// Runs the state as far as it can.
    pub(crate) fn begin(&mut self) -> Result<Step, Refusal> {
        // The program outlives what is changed of the test while it is looked at.
        let program = Arc::clone(&self.program);
        let state = &program[self.state];
        let exit = match &state.kind {
            StateKind::Pass(pass) => self.pass(state, pass),
            StateKind::Succeed => self.succeed(state),
            StateKind::Choice(choice) => self.choose(state, choice),
            StateKind::Wait(wait) => self.wait(state, wait),
            StateKind::Fail(fail) => return Ok(Step::Ended(self.fail_state(state, fail))),
            StateKind::Task(task) => return Ok(self.task(state, task)),
            StateKind::Parallel(parallel) => {
                let next = parallel.next;
                self.parallel_input(state).and_then(|()| self.mocked(state, next))
            }
            StateKind::Map(map) => match self.map(state, map) {
                Ok(counts) => match self.map_failures(&counts)? {
                    Some(failure) => Err(Trouble::Failure(failure)),
                    None => self.mocked(state, map.next),
                },
                Err(fault) => Err(fault.into()),
            },
        };
        Ok(Step::Ended(self.end(exit)))
    }

    /// Goes on with what the task of the state answered.
    pub(crate) fn end_task(&mut self, answer: Result<Value, Failure>) -> Report {
        let program = Arc::clone(&self.program);
        let state = &program[self.state];
        let StateKind::Task(task) = &state.kind else {
            unreachable!("only a Task state's task is called")
        };
        let exit = match answer {
            Ok(result) => self.leave_with(state, result, task.next),
            Err(failure) => Err(Trouble::Failure(failure)),
        };
        self.end(exit)
    }

    /// What DEBUG and TRACE show.
    pub(crate) fn inspection(&self) -> InspectionData {
        let variables = (!self.variables.is_empty()).then(|| self.variables.clone().into());
        self.inspection.to_wire(variables)
    }

    fn pass<'p>(&mut self, state: &'p State, pass: &Pass) -> Result<Exit<'p>, Trouble> {
        if state.language == QueryLanguage::Jsonata {
            return Ok(self.leave_with_input(state, self.input.clone(), None, None, pass.next)?);
        }
        let result = match &pass.result {
            Some(result) => {
                self.inspection.result = Some(result.clone());
                result.clone()
            }
            None => self.parameters(state)?,
        };
        self.json_path_exit(state, result, pass.next)
    }

    fn succeed<'p>(&mut self, state: &'p State) -> Result<Exit<'p>, Trouble> {
        let effective = self.effective_input(state)?;
        Ok(self.leave_with_input(state, effective, None, None, Next::End)?)
    }

    fn choose<'p>(&mut self, state: &'p State, choice: &'p Choice) -> Result<Exit<'p>, Trouble> {
        let effective = self.effective_input(state)?;
        for rule in &choice.rules {
            if self.evaluate(&effective, |scope| rule.condition.matches(scope))? {
                let (output, assign) = (rule.output.as_ref(), rule.assign.as_ref());
                let next = Next::State(rule.next);
                return Ok(self.leave_with_input(state, effective, output, assign, next)?);
            }
        }
        let Some(default) = choice.default else {
            let cause =
                "Failed to transition out of the state. The state does not point to a next state.";
            return Err(Fault::new(error_name::NO_CHOICE_MATCHED, cause).into());
        };
        Ok(self.leave_with_input(state, effective, None, None, Next::State(default))?)
    }

    /// The time is read, not waited for.
    fn wait<'p>(&mut self, state: &'p State, wait: &Wait) -> Result<Exit<'p>, Trouble> {
        let effective = self.effective_input(state)?;
        self.evaluate(&effective, |scope| match &wait.until {
            WaitUntil::Seconds(seconds) => seconds.evaluate(scope).map(|_| ()),
            WaitUntil::Timestamp(timestamp) => timestamp.instant(scope).map(|_| ()),
        })?;
        Ok(self.leave_with_input(state, effective, None, None, wait.next)?)
    }

    fn fail_state(&mut self, state: &State, fail: &Fail) -> Report {
        let failure = self.effective_input(state).and_then(|effective| {
            let text = |text: &Option<Text>| match text {
                None => Ok(None),
                Some(text) => self.evaluate(&effective, |scope| text.evaluate(scope)).map(Some),
            };
            Ok(Failure { error: text(&fail.error)?, cause: text(&fail.cause)? })
        });
        self.fail(failure.unwrap_or_else(|fault| failure_of(&fault)))
    }

    fn task(&mut self, state: &State, task: &Task) -> Step {
        let call = match self.call(state, task) {
            Ok(call) => call,
            Err(fault) => return Step::Ended(self.fail(failure_of(&fault))),
        };
        match self.mock.clone() {
            None => Step::Call(call),
            Some(Mock::Result(result)) => Step::Ended(self.end_task(Ok(result))),
            Some(Mock::Failure(failure)) => Step::Ended(self.end_task(Err(failure))),
        }
    }

    /// The branches' input is evaluated for its faults alone: AWS doesn't show it.
    fn parallel_input(&mut self, state: &State) -> Result<(), Trouble> {
        let effective =
            self.evaluate(&self.input, |scope| state.flow.input_path.evaluate(scope))?;
        if let Some(arguments) = &state.flow.arguments {
            self.evaluate(&effective, |scope| arguments.evaluate(scope))?;
        }
        Ok(())
    }

    /// Leaves a Map or Parallel state with its mock. AWS doesn't show the raw result of these.
    fn mocked<'p>(&mut self, state: &'p State, next: Next) -> Result<Exit<'p>, Trouble> {
        match self.mock.clone().expect("such a state isn't tested without a mock") {
            Mock::Failure(failure) => Err(Trouble::Failure(failure)),
            Mock::Result(result) => {
                let exit = self.leave_with(state, result, next);
                self.inspection.result = None;
                exit
            }
        }
    }

    /// Leaves a state that has a result.
    fn leave_with<'p>(
        &mut self,
        state: &'p State,
        result: Value,
        next: Next,
    ) -> Result<Exit<'p>, Trouble> {
        self.inspection.result = Some(result.clone());
        if state.language == QueryLanguage::JsonPath {
            return self.json_path_exit(state, result, next);
        }
        let output = match &state.flow.output {
            None => result.clone(),
            Some(output) => self
                .evaluate_with(&self.input, Some(&result), None, |scope| output.evaluate(scope))?,
        };
        let assign = state.flow.assign.as_ref();
        Ok(Exit { output, data: result.clone(), result: Some(result), assign, next })
    }

    /// `ResultSelector`, `ResultPath` and `OutputPath`.
    fn json_path_exit<'p>(
        &mut self,
        state: &'p State,
        result: Value,
        next: Next,
    ) -> Result<Exit<'p>, Trouble> {
        let selected = match &state.flow.result_selector {
            None => result.clone(),
            Some(selector) => self.evaluate(&result, |scope| selector.evaluate(scope))?,
        };
        self.inspection.after_result_selector = Some(selected.clone());
        let placed = state.flow.result_path.apply(&self.input, selected)?;
        self.inspection.after_result_path = Some(placed.clone());
        let output = self.evaluate(&placed, |scope| state.flow.output_path.evaluate(scope))?;
        let assign = state.flow.assign.as_ref();
        Ok(Exit { output, data: result.clone(), result: Some(result), assign, next })
    }

    /// Leaves a state that has no result; `output` and `assign` of a rule go before the state's own.
    fn leave_with_input<'p>(
        &self,
        state: &'p State,
        effective: Value,
        output: Option<&Template>,
        assign: Option<&'p Template>,
        next: Next,
    ) -> Result<Exit<'p>, Fault> {
        let flow = &state.flow;
        let output = match (state.language, output.or(flow.output.as_ref())) {
            (QueryLanguage::JsonPath, _) => {
                self.evaluate(&effective, |scope| flow.output_path.evaluate(scope))?
            }
            (QueryLanguage::Jsonata, None) => effective.clone(),
            (QueryLanguage::Jsonata, Some(output)) => {
                self.evaluate(&effective, |scope| output.evaluate(scope))?
            }
        };
        let assign = assign.or(flow.assign.as_ref());
        Ok(Exit { output, data: effective, result: None, assign, next })
    }

    fn end(&mut self, exit: Result<Exit<'_>, Trouble>) -> Report {
        match exit.and_then(|exit| self.exit(exit)) {
            Ok(report) => report,
            Err(Trouble::Fault(fault)) => self.fail(failure_of(&fault)),
            Err(Trouble::Failure(failure)) => self.fail(failure),
        }
    }

    fn exit(&mut self, exit: Exit<'_>) -> Result<Report, Trouble> {
        if let Some(assign) = exit.assign {
            let assigned = self.evaluate_with(&exit.data, exit.result.as_ref(), None, |scope| {
                assign.evaluate(scope)
            })?;
            self.assign(&assigned);
        }
        if self.payload_bytes_max < exit.output.text_len() {
            let name = &self.state().name;
            let cause = format!(
                "The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service limit."
            );
            let failure = Failure::new(error_name::DATA_LIMIT_EXCEEDED, cause);
            return Err(Trouble::Failure(failure));
        }
        let next = match exit.next {
            Next::End => None,
            Next::State(next) => Some(Arc::clone(&self.program[next].name)),
        };
        let status = TestExecutionStatus::Succeeded;
        Ok(Report { status, output: Some(exit.output), failure: None, next })
    }

    pub(super) fn assign(&mut self, assigned: &Value) {
        for (name, value) in assigned.entries() {
            self.variables.insert(name, value);
        }
    }

    /// `InputPath`. AWS shows what it gives for states of JSONPath.
    pub(super) fn effective_input(&mut self, state: &State) -> Result<Value, Fault> {
        let effective =
            self.evaluate(&self.input, |scope| state.flow.input_path.evaluate(scope))?;
        if state.language == QueryLanguage::JsonPath {
            self.inspection.after_input_path = Some(effective.clone());
        }
        Ok(effective)
    }

    /// `Parameters` (JSONPath).
    pub(super) fn parameters(&mut self, state: &State) -> Result<Value, Fault> {
        let effective = self.effective_input(state)?;
        let parameters = match &state.flow.arguments {
            None => effective,
            Some(parameters) => self.evaluate(&effective, |scope| parameters.evaluate(scope))?,
        };
        self.inspection.after_parameters = Some(parameters.clone());
        Ok(parameters)
    }

    pub(super) fn evaluate<T>(&self, data: &Value, evaluate: impl FnOnce(&Scope<'_>) -> T) -> T {
        self.evaluate_with(data, None, None, evaluate)
    }

    pub(super) fn evaluate_with<T>(
        &self,
        data: &Value,
        result: Option<&Value>,
        error_output: Option<&Value>,
        evaluate: impl FnOnce(&Scope<'_>) -> T,
    ) -> T {
        self.evaluate_in(&self.context, data, result, error_output, evaluate)
    }

    pub(super) fn evaluate_in<T>(
        &self,
        context: &Value,
        data: &Value,
        result: Option<&Value>,
        error_output: Option<&Value>,
        evaluate: impl FnOnce(&Scope<'_>) -> T,
    ) -> T {
        evaluate(&Scope {
            data,
            input: &self.input,
            result,
            error_output,
            context: &|| context.clone(),
            variables: &|name| self.variables.get(name).cloned(),
            now: self.now,
            entropy: &self.entropy,
            budget: &self.budget,
        })
    }

    pub(super) fn program(&self) -> &Arc<Program> {
        &self.program
    }
}

/// Why a state doesn't leave as it should.
pub(super) enum Trouble {
    Fault(Fault),
    Failure(Failure),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Trouble::Fault(fault)
    }
}

/// AWS shows the sentence alone: there is no event at which a state was entered (recorded:
/// state_map_context_object).
fn failure_of(fault: &Fault) -> Failure {
    Failure::new(fault.error, fault.cause.as_str())
}
