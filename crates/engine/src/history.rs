//! The projection of events into the history that AWS shows. It renders and decides nothing.
//!
//! One [`HistoryEvent`] serves GetExecutionHistory and the log lines of a logging configuration alike;
//! names, members and which of them are left out are those of recorded histories.
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html>

use std::collections::BTreeMap;

use asl::program::State;
use asl::resources::Resource;
use asl::{Program, StateKind};
use base::Timestamp;
use json::{Object, Value};

use crate::event::{
    Assigned, Attempt, Event, EventKind, FrameId, TaskFailed, TaskFailure, TaskOutput,
    TaskScheduled,
};
use crate::execution::{Misfit, NO_STATE};
use crate::identity::Identity;

/// An event as AWS shows it.
#[derive(Clone, Debug)]
pub struct HistoryEvent {
    pub id: u64,
    pub previous_id: u64,
    pub at: Timestamp,
    /// `PassStateEntered` …
    pub event_type: String,
    /// The member that holds the details (`stateEnteredEventDetails`), where the type has one.
    pub details_key: Option<&'static str>,
    pub details: Object,
}

/// What stands in a history besides the events themselves.
#[derive(Clone, Debug, Default)]
pub struct Facts<'a> {
    /// The input as it was given, white space and all.
    pub input_text: &'a str,
    pub state_machine_version_arn: Option<&'a str>,
    pub state_machine_alias_arn: Option<&'a str>,
    /// `includeExecutionData`: without it inputs, outputs and parameters are left out.
    pub include_data: bool,
}

/// Renders events one after the other. It must see all of an execution's events in order, because an
/// event of a task names only its attempt.
pub struct Renderer<'a> {
    program: &'a Program,
    identity: &'a Identity,
    facts: Facts<'a>,
    /// The state that each frame stands in.
    states: BTreeMap<FrameId, u32>,
    /// The state of each attempt.
    attempts: BTreeMap<Attempt, u32>,
    /// The Map state and index of each iteration's frame.
    iterations: BTreeMap<FrameId, (FrameId, u32)>,
}

/// The type of an event, the member that holds its details, and the details.
type Shown = (String, Option<&'static str>, Object);

const NOT_ENTERED: Misfit = Misfit("no state has been entered there");
const NO_TASK: Misfit = Misfit("no such task was scheduled");

impl<'a> Renderer<'a> {
    pub fn new(program: &'a Program, identity: &'a Identity, facts: Facts<'a>) -> Self {
        Renderer {
            program,
            identity,
            facts,
            states: BTreeMap::new(),
            attempts: BTreeMap::new(),
            iterations: BTreeMap::new(),
        }
    }

    /// The event as AWS shows it; `None` for a record of our own. An error if the events before, or the program, don't
    /// agree with it.
    pub fn render(&mut self, event: &Event) -> Result<Option<HistoryEvent>, Misfit> {
        self.remember(&event.kind)?;
        if event.id == 0 {
            return Ok(None);
        }
        let (event_type, details_key, details) = self.details(&event.kind)?;
        Ok(Some(HistoryEvent {
            id: event.id,
            previous_id: event.previous,
            at: event.at(),
            event_type,
            details_key,
            details,
        }))
    }

    fn remember(&mut self, kind: &EventKind) -> Result<(), Misfit> {
        match kind {
            EventKind::StateEntered(entered) => {
                self.states.insert(entered.frame, entered.state);
            }
            EventKind::TaskScheduled(scheduled) => {
                let state = *self.states.get(&scheduled.frame).ok_or(NOT_ENTERED)?;
                self.attempts.insert(scheduled.attempt, state);
            }
            EventKind::MapIterationStarted(started) => {
                self.iterations.insert(started.child, (started.frame, started.index));
            }
            _ => {}
        }
        Ok(())
    }

    fn details(&self, kind: &EventKind) -> Result<Shown, Misfit> {
        Ok(match kind {
            EventKind::ExecutionStarted(_) => {
                named("ExecutionStarted", "executionStartedEventDetails", self.started())
            }
            EventKind::StateEntered(entered) => {
                let state = self.state(entered.state)?;
                let mut details = Object::new();
                details.insert("name", state.name.clone());
                self.put_data(&mut details, "input", Some("inputDetails"), &entered.input.0);
                (
                    format!("{}StateEntered", state.kind.type_name()),
                    Some("stateEnteredEventDetails"),
                    details,
                )
            }
            EventKind::StateExited(exited) => {
                let state = self.state(exited.state)?;
                let mut details = Object::new();
                details.insert("name", state.name.clone());
                self.put_data(&mut details, "output", Some("outputDetails"), &exited.output.0);
                self.put_assigned(&mut details, &exited.assigned);
                (
                    format!("{}StateExited", state.kind.type_name()),
                    Some("stateExitedEventDetails"),
                    details,
                )
            }
            EventKind::StateAborted(aborted) => {
                let kind = self.state_of(aborted.frame)?.kind.type_name();
                (format!("{kind}StateAborted"), None, Object::new())
            }
            EventKind::EvaluationFailed(failed) => {
                let mut details = Object::new();
                details.insert("error", failed.error.as_str());
                details.insert("cause", failed.cause.as_str());
                if let Some(location) = &failed.location {
                    details.insert("location", location.as_str());
                }
                details.insert("state", self.state(failed.state)?.name.clone());
                named("EvaluationFailed", "evaluationFailedEventDetails", details)
            }
            EventKind::TaskScheduled(_)
            | EventKind::TaskStarted(_)
            | EventKind::TaskSubmitted(_)
            | EventKind::TaskSucceeded(_)
            | EventKind::TaskFailed(_) => self.task_details(kind)?,
            EventKind::ExecutionSucceeded(succeeded) => {
                let mut details = Object::new();
                self.put_data(&mut details, "output", Some("outputDetails"), &succeeded.output.0);
                named("ExecutionSucceeded", "executionSucceededEventDetails", details)
            }
            EventKind::ExecutionFailed(end) => {
                let details = failure(end.error.as_deref(), end.cause.as_deref());
                named("ExecutionFailed", "executionFailedEventDetails", details)
            }
            EventKind::ExecutionTimedOut(end) => {
                let details = failure(end.error.as_deref(), end.cause.as_deref());
                named("ExecutionTimedOut", "executionTimedOutEventDetails", details)
            }
            EventKind::ExecutionAborted(end) => {
                let details = failure(end.error.as_deref(), end.cause.as_deref());
                named("ExecutionAborted", "executionAbortedEventDetails", details)
            }
            EventKind::ExecutionRedriven(redriven) => {
                let details =
                    [("redriveCount", i64::from(redriven.redrive_count))].into_iter().collect();
                named("ExecutionRedriven", "executionRedrivenEventDetails", details)
            }
            _ => self.children_details(kind)?,
        })
    }

    fn children_details(&self, kind: &EventKind) -> Result<Shown, Misfit> {
        Ok(match kind {
            EventKind::ParallelStarted(_) => bare("ParallelStateStarted"),
            EventKind::ParallelSucceeded(_) => bare("ParallelStateSucceeded"),
            EventKind::ParallelFailed(_) => bare("ParallelStateFailed"),
            EventKind::MapStarted(started) => {
                let length = i64::try_from(started.items.0.len()).unwrap_or(i64::MAX);
                let details = [("length", length)].into_iter().collect();
                named("MapStateStarted", "mapStateStartedEventDetails", details)
            }
            EventKind::MapIterationStarted(started) => {
                let details = self.iteration(started.child)?;
                named("MapIterationStarted", "mapIterationStartedEventDetails", details)
            }
            EventKind::MapIterationSucceeded(of) => named(
                "MapIterationSucceeded",
                "mapIterationSucceededEventDetails",
                self.iteration(of.frame)?,
            ),
            EventKind::MapIterationFailed(of) => named(
                "MapIterationFailed",
                "mapIterationFailedEventDetails",
                self.iteration(of.frame)?,
            ),
            EventKind::MapIterationAborted(of) => named(
                "MapIterationAborted",
                "mapIterationAbortedEventDetails",
                self.iteration(of.frame)?,
            ),
            EventKind::MapSucceeded(_) => bare("MapStateSucceeded"),
            EventKind::MapFailed(_) => bare("MapStateFailed"),
            EventKind::MapRunStarted(started) => {
                let details = [("mapRunArn", started.map_run_arn.as_str())].into_iter().collect();
                named("MapRunStarted", "mapRunStartedEventDetails", details)
            }
            EventKind::MapRunSucceeded(_) => bare("MapRunSucceeded"),
            EventKind::MapRunAborted(_) => bare("MapRunAborted"),
            EventKind::MapRunFailed(failed) => {
                let details = failure(failed.error.as_deref(), failed.cause.as_deref());
                named("MapRunFailed", "mapRunFailedEventDetails", details)
            }
            EventKind::MapRunRedriven(redriven) => {
                let mut details = Object::new();
                details.insert("mapRunArn", redriven.map_run_arn.as_str());
                details.insert("redriveCount", i64::from(redriven.redrive_count));
                named("MapRunRedriven", "mapRunRedrivenEventDetails", details)
            }
            _ => return Err(Misfit("an event that AWS doesn't have has an id")),
        })
    }

    fn started(&self) -> Object {
        let mut details = Object::new();
        if self.facts.include_data {
            details.insert("input", self.facts.input_text);
            details.insert("inputDetails", not_truncated());
        }
        details.insert("roleArn", self.identity.role_arn.clone());
        if let Some(arn) = self.facts.state_machine_alias_arn {
            details.insert("stateMachineAliasArn", arn);
        }
        if let Some(arn) = self.facts.state_machine_version_arn {
            details.insert("stateMachineVersionArn", arn);
        }
        details
    }

    fn task_details(&self, kind: &EventKind) -> Result<Shown, Misfit> {
        Ok(match kind {
            EventKind::TaskScheduled(scheduled) => self.scheduled(scheduled)?,
            EventKind::TaskStarted(started) => match self.task(started.attempt)? {
                Resource::LambdaFunction { .. } => bare("LambdaFunctionStarted"),
                Resource::Activity { .. } => {
                    let worker = started.worker.as_deref().map(|worker| ("workerName", worker));
                    named(
                        "ActivityStarted",
                        "activityStartedEventDetails",
                        worker.into_iter().collect(),
                    )
                }
                integration @ (Resource::Optimized { .. } | Resource::AwsSdk { .. }) => {
                    named("TaskStarted", "taskStartedEventDetails", named_resource(integration))
                }
            },
            EventKind::TaskSubmitted(submitted) => {
                let mut details = named_resource(self.task(submitted.attempt)?);
                self.put_data(&mut details, "output", Some("outputDetails"), &submitted.output.0);
                named("TaskSubmitted", "taskSubmittedEventDetails", details)
            }
            EventKind::TaskSucceeded(succeeded) => self.succeeded(succeeded)?,
            EventKind::TaskFailed(failed) => self.failed(failed)?,
            _ => return Err(NO_TASK),
        })
    }

    fn scheduled(&self, scheduled: &TaskScheduled) -> Result<Shown, Misfit> {
        let resource = self.task(scheduled.attempt)?;
        let seconds = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
        let (event_type, key, mut details) = match resource {
            Resource::LambdaFunction { arn } | Resource::Activity { arn } => {
                let mut details = Object::new();
                details.insert("resource", arn.as_str());
                self.put_data(&mut details, "input", Some("inputDetails"), &scheduled.parameters.0);
                match resource {
                    Resource::Activity { .. } => {
                        ("ActivityScheduled", "activityScheduledEventDetails", details)
                    }
                    _ => {
                        ("LambdaFunctionScheduled", "lambdaFunctionScheduledEventDetails", details)
                    }
                }
            }
            integration @ (Resource::Optimized { .. } | Resource::AwsSdk { .. }) => {
                let mut details = named_resource(integration);
                details.insert("region", self.identity.region.clone());
                self.put_data(&mut details, "parameters", None, &scheduled.parameters.0);
                ("TaskScheduled", "taskScheduledEventDetails", details)
            }
        };
        if let Some(timeout) = scheduled.timeout_seconds {
            details.insert("timeoutInSeconds", seconds(timeout));
        }
        if let Some(heartbeat) = scheduled.heartbeat_seconds {
            details.insert("heartbeatInSeconds", seconds(heartbeat));
        }
        if let Some(role_arn) = &scheduled.role_arn {
            details.insert("taskCredentials", Value::object([("roleArn", role_arn.as_str())]));
        }
        Ok(named(event_type, key, details))
    }

    fn succeeded(&self, succeeded: &TaskOutput) -> Result<Shown, Misfit> {
        let resource = self.task(succeeded.attempt)?;
        let (event_type, key, mut details) = match resource {
            Resource::LambdaFunction { .. } => {
                ("LambdaFunctionSucceeded", "lambdaFunctionSucceededEventDetails", Object::new())
            }
            Resource::Activity { .. } => {
                ("ActivitySucceeded", "activitySucceededEventDetails", Object::new())
            }
            Resource::Optimized { .. } | Resource::AwsSdk { .. } => {
                ("TaskSucceeded", "taskSucceededEventDetails", named_resource(resource))
            }
        };
        self.put_data(&mut details, "output", Some("outputDetails"), &succeeded.output.0);
        Ok(named(event_type, key, details))
    }

    fn failed(&self, failed: &TaskFailed) -> Result<Shown, Misfit> {
        use TaskFailure::{
            Failed, HeartbeatMissed, ScheduleFailed, StartFailed, SubmitFailed, TimedOut,
        };
        let resource = self.task(failed.attempt)?;
        let details = failure(failed.error.as_deref(), failed.cause.as_deref());
        let (event_type, key) = match (resource, failed.how) {
            (Resource::LambdaFunction { .. }, Failed | SubmitFailed) => {
                ("LambdaFunctionFailed", "lambdaFunctionFailedEventDetails")
            }
            (Resource::LambdaFunction { .. }, TimedOut | HeartbeatMissed) => {
                ("LambdaFunctionTimedOut", "lambdaFunctionTimedOutEventDetails")
            }
            (Resource::LambdaFunction { .. }, ScheduleFailed) => {
                ("LambdaFunctionScheduleFailed", "lambdaFunctionScheduleFailedEventDetails")
            }
            (Resource::LambdaFunction { .. }, StartFailed) => {
                ("LambdaFunctionStartFailed", "lambdaFunctionStartFailedEventDetails")
            }
            (Resource::Activity { .. }, Failed | SubmitFailed | StartFailed) => {
                ("ActivityFailed", "activityFailedEventDetails")
            }
            (Resource::Activity { .. }, TimedOut | HeartbeatMissed) => {
                ("ActivityTimedOut", "activityTimedOutEventDetails")
            }
            (Resource::Activity { .. }, ScheduleFailed) => {
                ("ActivityScheduleFailed", "activityScheduleFailedEventDetails")
            }
            (Resource::Optimized { .. } | Resource::AwsSdk { .. }, how) => match how {
                Failed | ScheduleFailed => ("TaskFailed", "taskFailedEventDetails"),
                TimedOut | HeartbeatMissed => ("TaskTimedOut", "taskTimedOutEventDetails"),
                StartFailed => ("TaskStartFailed", "taskStartFailedEventDetails"),
                SubmitFailed => ("TaskSubmitFailed", "taskSubmitFailedEventDetails"),
            },
        };
        let details = match resource {
            Resource::Optimized { .. } | Resource::AwsSdk { .. } => {
                let mut with_resource = named_resource(resource);
                for (key, value) in details.iter() {
                    with_resource.insert(key.clone(), value.clone());
                }
                with_resource
            }
            Resource::LambdaFunction { .. } | Resource::Activity { .. } => details,
        };
        Ok(named(event_type, key, details))
    }

    fn iteration(&self, child: FrameId) -> Result<Object, Misfit> {
        let started = self.iterations.get(&child);
        let (frame, index) = *started.ok_or(Misfit("no such iteration has started"))?;
        let mut details = Object::new();
        details.insert("name", self.state_of(frame)?.name.clone());
        details.insert("index", i64::from(index));
        Ok(details)
    }

    fn state(&self, number: u32) -> Result<&State, Misfit> {
        self.program.states.get(number as usize).ok_or(NO_STATE)
    }

    fn state_of(&self, frame: FrameId) -> Result<&State, Misfit> {
        self.state(*self.states.get(&frame).ok_or(NOT_ENTERED)?)
    }

    /// What a task calls.
    fn task(&self, attempt: Attempt) -> Result<&Resource, Misfit> {
        match &self.state(*self.attempts.get(&attempt).ok_or(NO_TASK)?)?.kind {
            StateKind::Task(task) => Ok(&task.resource),
            _ => Err(NO_TASK),
        }
    }

    fn put_data(&self, details: &mut Object, key: &str, details_key: Option<&str>, data: &Value) {
        // AWS requires `parameters`, so it stays where data is left out.
        if !self.facts.include_data && details_key.is_some() {
            return;
        }
        details.insert(key, data.to_string());
        if let Some(details_key) = details_key {
            details.insert(details_key, not_truncated());
        }
    }

    fn put_assigned(&self, details: &mut Object, assigned: &[Assigned]) {
        if assigned.is_empty() || !self.facts.include_data {
            return;
        }
        let texts =
            assigned.iter().map(|variable| (variable.name.as_str(), variable.value.0.to_string()));
        details.insert("assignedVariables", Value::object(texts));
        details.insert("assignedVariablesDetails", not_truncated());
    }
}

fn named(event_type: &str, key: &'static str, details: Object) -> Shown {
    (event_type.to_owned(), Some(key), details)
}

fn bare(event_type: &str) -> Shown {
    (event_type.to_owned(), None, Object::new())
}

fn not_truncated() -> Value {
    Value::object([("truncated", false)])
}

fn failure(error: Option<&str>, cause: Option<&str>) -> Object {
    let members = [("error", error), ("cause", cause)];
    members.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

/// Functions and activities have events of their own, without a type.
fn named_resource(resource: &Resource) -> Object {
    let mut details = Object::new();
    if let Some(resource_type) = resource.resource_type() {
        details.insert("resourceType", resource_type);
    }
    details.insert("resource", resource.resource());
    details
}
