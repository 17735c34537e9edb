//! What these tests need of a `states` room.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use json::Value;
use runner::{Machine, MachineType, Runner, StartError, TaskEnd};
use service::{Ctx, Facts, Rate, Reply, Service};

use crate::world::start_of;

pub(crate) struct Room {
    pub(crate) runner: Runner,
    pub(crate) machines: Arc<Mutex<BTreeMap<String, Arc<Machine>>>>,
}

impl Service for Room {
    fn facts(&self) -> Facts {
        Facts {
            name: "states",
            signing_name: "states",
            endpoint_prefix: "states",
            target_prefix: "AWSStepFunctions",
            protocol: aws::Protocol::Json1_0,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        vec!["StartExecution", "SendTaskSuccess", "GetActivityTask"]
    }

    fn answers_again(&self, operation: &str) -> bool {
        operation == "StartExecution"
    }

    fn rate(&self, _operation: &str) -> Option<Rate> {
        None
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        let operation = operation.to_owned();
        Box::pin(async move {
            let body = Value::parse(std::str::from_utf8(&body).unwrap()).unwrap();
            let text =
                |name: &str| body.get(name).and_then(|value| value.as_str().map(str::to_owned));
            match operation.as_str() {
                "StartExecution" => self.start_execution(&ctx, text).await,
                "SendTaskSuccess" => {
                    let output = Value::parse(&text("output").unwrap()).unwrap();
                    let token = text("taskToken").unwrap();
                    match self.runner.end_task(&token, TaskEnd::Succeeded(output)).await {
                        Ok(()) => Ok(Bytes::from_static(b"{}")),
                        Err(error) => Err(aws::Error::client("InvalidToken", error.to_string())),
                    }
                }
                "GetActivityTask" => {
                    let arn = text("activityArn").unwrap();
                    let task = self.runner.activity_task(&arn, None, Duration::from_secs(60));
                    let reply = task.await.unwrap().map_or_else(Value::empty_object, |task| {
                        Value::object([("taskToken", task.token), ("input", task.input)])
                    });
                    Ok(Bytes::from(reply.to_string()))
                }
                _ => Err(aws::Error::unknown_operation()),
            }
        })
    }
}

impl Room {
    async fn start_execution(
        &self,
        ctx: &Ctx,
        text: impl Fn(&str) -> Option<String>,
    ) -> Result<Bytes, aws::Error> {
        let arn = text("stateMachineArn").unwrap();
        let name = arn.rsplit(':').next().unwrap();
        let machine = self.machines.lock().unwrap().get(name).cloned();
        let Some(machine) = machine else {
            let message = format!("State Machine Does Not Exist: '{arn}'");
            return Err(aws::Error::client("StateMachineDoesNotExist", message));
        };
        let input = text("input").unwrap_or_else(|| "{}".to_owned());
        let mut start = start_of(&machine, &text("name").unwrap(), &input);
        start.attempt = ctx.attempt().cloned();
        let started = match machine.facts().machine_type {
            MachineType::Standard => self.runner.start(start).await,
            MachineType::Express => self.runner.start_express(start).await,
        };
        match started {
            Ok(started) => Ok(Bytes::from(format!(
                r#"{{"executionArn":"{}","startDate":{}}}"#,
                started.execution_arn,
                started.start_date.as_epoch_seconds()
            ))),
            Err(StartError::AlreadyExists) => {
                Err(aws::Error::client("ExecutionAlreadyExists", "Execution Already Exists"))
            }
            Err(StartError::Runner(_) | StartError::MachineChanged) => Err(aws::Error::internal()),
        }
    }
}
