//! The jobs that `.sync` tasks wait for: which operation tells how one fares, and what its answer means.
//!
//! `known` lists them; here is how one is followed. All names are those that a workflow sees, in Pascal case; paths are
//! `/`-separated, with places of lists.
//! What the states mean is in each service's API reference; which of them end a task, in the developer guide:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html>.

pub(super) mod known;

use json::{Kind, Object, Value};

use Origin::{Answer, OnlyAnswer, OnlyParameter, Parameter, Text};

/// How a job is followed until it has ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Job {
    /// The operation that tells of it.
    pub(super) poll: &'static str,
    /// What that operation is asked with.
    ask: &'static [Field],
    ends: Ends,
    /// What of the answer is the task's result; empty for all of it.
    result: &'static str,
    /// The member as which it stands in the task's result; empty where it is the result.
    under: &'static str,
    /// Members of the first answer that stand in the result too.
    kept: &'static [&'static str],
    /// Whether the job has succeeded once the service doesn't know the thing any more.
    pub(super) gone_is_done: bool,
    stop: Option<Stop>,
}

/// The operation that ends a job for which nobody waits any more.
#[derive(Debug, PartialEq, Eq)]
struct Stop {
    action: &'static str,
    ask: &'static [Field],
}

/// A member of a request, and where its value comes from.
#[derive(Debug, PartialEq, Eq)]
struct Field(&'static str, Origin);

#[derive(Debug, PartialEq, Eq)]
enum Origin {
    /// The task's parameters.
    Parameter(&'static str),
    /// The answer to the request that started the job.
    Answer(&'static str),
    /// The same, as the only item of a list.
    OnlyAnswer(&'static str),
    OnlyParameter(&'static str),
    Text(&'static str),
}

#[derive(Debug, PartialEq, Eq)]
enum Ends {
    /// Where the state stands, and which states end the job.
    State {
        path: &'static str,
        succeeded: &'static [&'static str],
        failed: &'static [&'static str],
    },
    /// A task of ECS is over when it has stopped, and it has failed if one of its containers has.
    EcsTask,
}

/// What an answer says of a job.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Running,
    /// With the task's result.
    Succeeded(Value),
    /// With what the failure's cause quotes.
    Failed(Value),
}

impl Job {
    /// The request that asks how the job fares, given the task's parameters and the answer that started it.
    /// None if these don't say which job it is.
    #[must_use]
    pub fn question(&self, parameters: &Value, answer: &Value) -> Option<Value> {
        filled(self.ask, parameters, answer)
    }

    /// The operation that stops the job, and its request.
    #[must_use]
    pub fn stop(&self, parameters: &Value, answer: &Value) -> Option<(&'static str, Value)> {
        let stop = self.stop.as_ref()?;
        Some((stop.action, filled(stop.ask, parameters, answer)?))
    }

    /// The action that [`stop`](Job::stop) names, if there is one.
    #[must_use]
    pub fn stop_action(&self) -> Option<&'static str> {
        Some(self.stop.as_ref()?.action)
    }

    /// Members of the answer that started the job which stand in the task's result.
    #[must_use]
    pub fn kept(&self, answer: &Value) -> Value {
        Value::object(self.kept.iter().filter_map(|&name| Some((name, answer.get(name)?))))
    }

    /// Whether the job has succeeded once the service doesn't know the thing any more.
    #[must_use]
    pub fn is_done_when_gone(&self) -> bool {
        self.gone_is_done
    }

    /// What the answer to the question means; `kept` is what [`kept`](Job::kept) gave.
    #[must_use]
    pub fn verdict(&self, answer: &Value, kept: &Value) -> Verdict {
        let Some(result) = at(answer, self.result) else { return Verdict::Running };
        let result = match self.under {
            "" => result,
            name => Value::object([(name, result)]),
        };
        let result = || {
            let mut whole = result.to_object().unwrap_or_default();
            for (name, value) in kept.entries() {
                whole.insert(name, value);
            }
            if whole.is_empty() { result.clone() } else { Value::from(whole) }
        };
        match &self.ends {
            Ends::EcsTask => ecs_task(result()),
            Ends::State { path, succeeded, failed } => {
                let state = at(answer, path);
                let state = state.as_ref().and_then(Value::as_str).unwrap_or_default();
                if succeeded.contains(&state) {
                    Verdict::Succeeded(result())
                } else if failed.contains(&state) {
                    Verdict::Failed(result())
                } else {
                    Verdict::Running
                }
            }
        }
    }
}

fn filled(fields: &[Field], parameters: &Value, answer: &Value) -> Option<Value> {
    let mut request = Object::new();
    for Field(name, from) in fields {
        let value = match *from {
            Parameter(path) => match at(parameters, path) {
                Some(value) => value,
                // The cluster of an ECS task and the like have a default.
                None => continue,
            },
            Answer(path) => at(answer, path)?,
            OnlyAnswer(path) => Value::array([at(answer, path)?]),
            OnlyParameter(path) => Value::array([at(parameters, path)?]),
            Text(text) => text.into(),
        };
        request.insert(*name, value);
    }
    Some(request.into())
}

fn at(value: &Value, path: &str) -> Option<Value> {
    let mut steps = path.split('/').filter(|step| !step.is_empty());
    steps.try_fold(value.clone(), |value, step| match value.kind() {
        Kind::Array => value.at(step.parse().ok()?),
        _ => value.get(step),
    })
}

/// Exit codes other than 0 fail a task, and so does one that never started: recorded in reference 6.2.
fn ecs_task(task: Value) -> Verdict {
    let text = |name| task.get(name).and_then(|value| value.as_str().map(str::to_owned));
    if text("LastStatus").as_deref() != Some("STOPPED") {
        return Verdict::Running;
    }
    let failed =
        |container: Value| container.get("ExitCode").and_then(|code| code.as_i64()) != Some(0);
    let containers = task.get("Containers").unwrap_or_else(|| Value::array([]));
    if text("StopCode").as_deref() == Some("TaskFailedToStart") || containers.items().any(failed) {
        Verdict::Failed(task)
    } else {
        Verdict::Succeeded(task)
    }
}

const fn job(poll: &'static str, ask: &'static [Field], ends: Ends, result: &'static str) -> Job {
    Job { poll, ask, ends, result, under: "", kept: &[], gone_is_done: false, stop: None }
}

const fn state(
    path: &'static str,
    succeeded: &'static [&'static str],
    failed: &'static [&'static str],
) -> Ends {
    Ends::State { path, succeeded, failed }
}

impl Job {
    const fn stopped_by(self, action: &'static str, ask: &'static [Field]) -> Self {
        Job { stop: Some(Stop { action, ask }), ..self }
    }

    const fn under(self, under: &'static str) -> Self {
        Job { under, ..self }
    }

    const fn keeping(self, kept: &'static [&'static str]) -> Self {
        Job { kept, ..self }
    }

    const fn or_gone(self) -> Self {
        Job { gone_is_done: true, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Integration, Pattern, ShapeKind};
    use super::known::{
        BATCH_JOB, BUILD, BUILD_BATCH, BUILD_BATCH_RETRY, ECS_TASK, EMR_STEP, SERVERLESS_CREATION,
    };
    use super::*;

    fn value(text: &str) -> Value {
        Value::parse(text).expect("is JSON")
    }

    #[test]
    fn a_job_is_asked_after_by_what_started_it() {
        let parameters = value(r#"{"Cluster":"c","TaskDefinition":"t"}"#);
        let answer = value(r#"{"Failures":[],"Tasks":[{"TaskArn":"a"}]}"#);
        let question = ECS_TASK.question(&parameters, &answer).expect("names the task");
        assert_eq!(question.to_string(), r#"{"Cluster":"c","Tasks":["a"]}"#);
        let (action, stop) = ECS_TASK.stop(&parameters, &answer).expect("can be stopped");
        assert_eq!(action, "stopTask");
        assert_eq!(stop.get("Task"), Some("a".into()));
        assert_eq!(ECS_TASK.question(&parameters, &value(r#"{"Tasks":[]}"#)), None);
    }

    #[test]
    fn the_state_decides() {
        let none = Value::empty_object();
        let told =
            |state: &str| value(&format!(r#"{{"Jobs":[{{"Status":"{state}","JobId":"j"}}]}}"#));
        assert_eq!(BATCH_JOB.verdict(&told("RUNNABLE"), &none), Verdict::Running);
        let job = value(r#"{"Status":"SUCCEEDED","JobId":"j"}"#);
        assert_eq!(BATCH_JOB.verdict(&told("SUCCEEDED"), &none), Verdict::Succeeded(job));
        assert!(matches!(BATCH_JOB.verdict(&told("FAILED"), &none), Verdict::Failed(_)));
        assert_eq!(BATCH_JOB.verdict(&value(r#"{"Jobs":[]}"#), &none), Verdict::Running);
    }

    #[test]
    fn a_container_that_fails_fails_its_ecs_task() {
        let none = Value::empty_object();
        let told = |rest: &str| {
            ECS_TASK.verdict(&value(&format!(r#"{{"Tasks":[{{"LastStatus":{rest}}}]}}"#)), &none)
        };
        assert_eq!(told(r#""RUNNING""#), Verdict::Running);
        assert!(matches!(
            told(r#""STOPPED","Containers":[{"ExitCode":0}]"#),
            Verdict::Succeeded(_)
        ));
        assert!(matches!(told(r#""STOPPED","Containers":[{"ExitCode":1}]"#), Verdict::Failed(_)));
        assert!(matches!(told(r#""STOPPED","StopCode":"TaskFailedToStart""#), Verdict::Failed(_)));
    }

    #[test]
    fn a_result_keeps_what_only_the_first_answer_said() {
        let kept = EMR_STEP.kept(&value(r#"{"StepId":"s-1"}"#));
        let told = value(r#"{"Step":{"Status":{"State":"COMPLETED"}}}"#);
        let Verdict::Succeeded(result) = EMR_STEP.verdict(&told, &kept) else {
            panic!("has succeeded")
        };
        assert_eq!(result.get("StepId"), Some("s-1".into()));
        assert!(result.get("Step").is_some());
    }

    #[test]
    fn a_build_stands_in_its_result_as_in_the_answer_that_started_it() {
        let told = value(r#"{"Builds":[{"BuildStatus":"SUCCEEDED","Arn":"a"}]}"#);
        let Verdict::Succeeded(result) = BUILD.verdict(&told, &Value::empty_object()) else {
            panic!("has succeeded")
        };
        assert_eq!(result.to_string(), r#"{"Build":{"BuildStatus":"SUCCEEDED","Arn":"a"}}"#);
        for batch in [BUILD_BATCH, BUILD_BATCH_RETRY] {
            let told = value(r#"{"BuildBatches":[{"BuildBatchStatus":"FAILED"}]}"#);
            let failed = value(r#"{"BuildBatch":{"BuildBatchStatus":"FAILED"}}"#);
            assert_eq!(batch.verdict(&told, &Value::empty_object()), Verdict::Failed(failed));
        }
    }

    #[test]
    fn an_application_of_emr_serverless_keeps_its_id() {
        let kept = SERVERLESS_CREATION.kept(&value(r#"{"ApplicationId":"i","Arn":"a"}"#));
        let told = value(r#"{"Application":{"State":"CREATED"}}"#);
        let Verdict::Succeeded(result) = SERVERLESS_CREATION.verdict(&told, &kept) else {
            panic!("has succeeded")
        };
        assert_eq!(result.get("ApplicationId"), Some("i".into()));
    }

    /// The tables are by hand: they may name only what the models have, and only states that are states.
    #[test]
    fn names_only_members_and_states_of_the_models() {
        for integration in
            Integration::all().filter(|integration| integration.supports(Pattern::Sync))
        {
            let Some(job) = integration.job() else { continue };
            let label = format!("{}:{}", integration.service(), integration.action());
            let poll = integration.poll().expect("is polled");
            let input = integration.named(poll.input().expect("takes something"));
            for Field(name, _) in job.ask {
                assert!(input.member(name).is_some(), "{label}: {name}");
            }
            let stop = job.stop.as_ref().map(|stop| (stop, integration.sdk_action(stop.action)));
            if let Some((stop, action)) = stop {
                let action = action.unwrap_or_else(|| panic!("{label}: {}", stop.action));
                let input = integration.named(action.input().expect("takes something"));
                for Field(name, _) in stop.ask {
                    assert!(input.member(name).is_some(), "{label}: {name}");
                }
            }
            let Ends::State { path, succeeded, failed } = &job.ends else { continue };
            let mut shape = integration.named(poll.output().expect("answers something"));
            for step in path.split('/') {
                shape = match shape.kind() {
                    ShapeKind::List(_, item) => item,
                    _ => shape.member(step).unwrap_or_else(|| panic!("{label}: {path} at {step}")),
                };
            }
            let ShapeKind::String(_, values) = shape.kind() else {
                panic!("{label}: {path} is no text")
            };
            for state in succeeded.iter().chain(*failed) {
                assert!(values.contains(state), "{label}: {state} is none of {values:?}");
            }
        }
    }
}
