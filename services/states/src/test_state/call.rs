use std::sync::Arc;

use asl::program::{Quantity, Task};
use asl::{Failure, Fault, QueryLanguage, State};
use engine::Outcome;
use json::{Object, Value};
use runner::{MachineFacts, MachineType, Start};

use super::Test;
use crate::errors::Error;
use crate::visit::Visit;

/// A task to be called for real.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    resource: Arc<str>,
    parameters: Value,
    timeout_seconds: Option<u64>,
    /// `Credentials.RoleArn`.
    credentials: Option<Value>,
    role_arn: Option<Arc<str>>,
}

impl Test {
    /// Evaluates the fields of a Task state.
    pub(super) fn call(&mut self, state: &State, task: &Task) -> Result<Call, Fault> {
        let (parameters, data) = match state.language {
            QueryLanguage::JsonPath => {
                let parameters = self.parameters(state)?;
                let effective = self.inspection.after_input_path.clone();
                (parameters, effective.unwrap_or_else(|| self.input.clone()))
            }
            QueryLanguage::Jsonata => {
                let arguments = match &state.flow.arguments {
                    None => self.input.clone(),
                    Some(arguments) => {
                        self.evaluate(&self.input, |scope| arguments.evaluate(scope))?
                    }
                };
                self.inspection.after_arguments = Some(arguments.clone());
                (arguments, self.input.clone())
            }
        };
        let seconds = |quantity: &Option<Quantity>| match quantity {
            None => Ok(None),
            Some(quantity) => self.evaluate(&data, |scope| quantity.evaluate(scope)).map(Some),
        };
        let timeout_seconds = seconds(&task.timeout_seconds)?.map(|seconds| seconds as u64);
        seconds(&task.heartbeat_seconds)?;
        let credentials = match &task.credentials {
            None => None,
            Some(template) => Some(self.evaluate(&data, |scope| template.evaluate(scope))?),
        };
        Ok(Call {
            resource: Arc::clone(&task.resource_text),
            parameters,
            timeout_seconds,
            credentials,
            role_arn: self.role_arn.clone(),
        })
    }
}

impl Call {
    /// Calls the task as a synchronous Express execution that does nothing else, so that it goes the way of all tasks.
    pub(crate) async fn perform(self, ctx: &Visit<'_>) -> Result<Result<Value, Failure>, Error> {
        let definition: Arc<str> = self.definition().to_string().into();
        let program = ctx.compile(&definition, MachineType::Express)?;
        let arn = ctx.scope().machine(&ctx.house().uuid());
        let name = ctx.house().uuid();
        let facts = MachineFacts {
            arn: arn.to_string().into(),
            name: arn.name.as_str().into(),
            machine_type: MachineType::Express,
            definition,
            role_arn: self.role_arn.clone().unwrap_or_default(),
            revision_id: None,
            version_arn: None,
            alias_arn: None,
            update_date: ctx.now(),
            configuration: "".into(),
        };
        let start = Start {
            machine: runner::Machine::new(facts, program),
            execution_arn: arn.express(&name, &ctx.house().uuid()).into(),
            name: name.into(),
            input_text: self.parameters.to_string().into(),
            input: self.parameters,
            trace_header: ctx.trace_header(None),
            attempt: None,
            machine_row: None,
        };
        Ok(match ctx.runner().run_express(start).await?.outcome {
            Outcome::Succeeded(result) => Ok(result),
            Outcome::Failed(failure) | Outcome::TimedOut(failure) | Outcome::Aborted(failure) => {
                Err(failure)
            }
        })
    }

    /// A state machine of this task alone. Its input are the parameters: written out in the definition, they would be
    /// evaluated again.
    fn definition(&self) -> Value {
        let mut state = Object::new();
        state.insert("Type", "Task");
        state.insert("QueryLanguage", "JSONata");
        state.insert("Resource", &*self.resource);
        state.insert("Arguments", "{% $states.input %}");
        if let Some(seconds) = self.timeout_seconds {
            state.insert("TimeoutSeconds", i64::try_from(seconds).unwrap_or(i64::MAX));
        }
        if let Some(credentials) = &self.credentials {
            state.insert("Credentials", credentials.clone());
        }
        state.insert("End", true);
        let states = Value::object([("Task", state)]);
        Value::object([("StartAt", "Task".into()), ("States", states)])
    }
}
