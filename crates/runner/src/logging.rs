//! What an execution logs: its history events, a line each, in the log group that its state machine names.
//!
//! A turn of such a machine also writes a row that says so, and what is to be logged is read from the history afterwards,
//! behind the last event that was. So a crash delays lines and loses none; it may repeat some. A log group that refuses
//! them loses them, and no execution fails by it: on AWS, too, logging is best effort.
//! <https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html>

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base::Arn;
use bytes::Bytes;
use engine::Event;
use engine::history::{Facts as HistoryFacts, HistoryEvent, Renderer};
use json::{Object, Value};
use service::{Caller, Ctx};
use store::key::{Key, Parts};
use store::{Batch, Bytes as Row};

use crate::execution::HistoryQuery;
use crate::facts::Facts;
use crate::{Error, Runner};

/// Executions with events that aren't logged yet.
const DUE: &str = "runner.log_due";
/// The last event of an execution that was logged.
const LOGGED: &str = "runner.logged";

/// Events that go in one request.
const EVENTS_AT_ONCE: usize = 500;
/// Bytes of messages that go in one request, which may have 1 MiB.
const BATCH_BYTES_MAX: usize = 900_000;
/// A line longer than this is cut (page above: entries larger than 248 KB are truncated).
const LINE_BYTES_MAX: usize = 248 * 1024;
/// What is left of a member that made a line too long.
const CUT_MEMBER_BYTES: usize = 60 * 1024;
/// The longest time between the first and the last event of one request.
const SPAN_MAX_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// What a state machine logs, and where.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Logging {
    level: Level,
    include_data: bool,
    group: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    All,
    Error,
    Fatal,
}

impl Logging {
    /// What a machine's configuration says; `None` if it logs nothing.
    pub(crate) fn of(configuration: &str) -> Option<Self> {
        let configuration = Value::parse(configuration).ok()?.get("loggingConfiguration")?;
        let level = match configuration.get("level")?.as_str()? {
            "ALL" => Level::All,
            "ERROR" => Level::Error,
            "FATAL" => Level::Fatal,
            _ => return None,
        };
        let destination = configuration.get("destinations")?.at(0)?;
        let arn = destination.get("cloudWatchLogsLogGroup")?.get("logGroupArn")?;
        let arn = Arn::parse(arn.as_str()?).ok()?;
        let group = arn.resource.strip_prefix("log-group:")?;
        let include_data = configuration.get("includeExecutionData").and_then(|it| it.as_bool());
        Some(Logging {
            level,
            include_data: include_data.unwrap_or(false),
            group: group.strip_suffix(":*").unwrap_or(group).to_owned(),
        })
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-log-level>
    fn wants(&self, event_type: &str) -> bool {
        const FATAL: [&str; 3] = ["ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut"];
        const ERROR: [&str; 21] = [
            "ActivityFailed",
            "ActivityScheduleFailed",
            "ActivityTimedOut",
            "EvaluationFailed",
            "FailStateEntered",
            "LambdaFunctionFailed",
            "LambdaFunctionScheduleFailed",
            "LambdaFunctionStartFailed",
            "LambdaFunctionTimedOut",
            "MapIterationAborted",
            "MapIterationFailed",
            "MapRunAborted",
            "MapRunFailed",
            "MapStateAborted",
            "MapStateFailed",
            "ParallelStateAborted",
            "ParallelStateFailed",
            "TaskFailed",
            "TaskStartFailed",
            "TaskSubmitFailed",
            "TaskTimedOut",
        ];
        let is_fatal = FATAL.contains(&event_type);
        match self.level {
            Level::All => true,
            Level::Fatal => is_fatal,
            Level::Error => {
                is_fatal || ERROR.contains(&event_type) || event_type.ends_with("StateAborted")
            }
        }
    }
}

/// The executions whose lines are being written, and whether there are more of them already.
#[derive(Default)]
pub(crate) struct UnderWay(Mutex<HashMap<Arc<str>, bool>>);

impl UnderWay {
    /// Whether nobody writes for it yet; who does looks again.
    fn begin(&self, arn: &Arc<str>) -> bool {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let more = under_way.insert(Arc::clone(arn), true);
        more.is_none()
    }

    /// Whether there is something to look for; if not, this was the end.
    fn goes_on(&self, arn: &str) -> bool {
        let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let goes_on = under_way.get_mut(arn).is_some_and(std::mem::take);
        if !goes_on {
            under_way.remove(arn);
        }
        goes_on
    }
}

/// Says in the batch of a turn that its events are to be logged.
pub(crate) fn put_due(batch: &mut Batch, arn: &str) {
    batch.put(Key::of(DUE).text(arn), Vec::new());
}

/// Adds what removes the rows of an execution that is forgotten.
pub(crate) fn forget(batch: &mut Batch, arn: &str) {
    batch.delete(Key::of(DUE).text(arn)).delete(Key::of(LOGGED).text(arn));
}

impl Runner {
    /// Logs what a crash has left unlogged. To be run once.
    pub(crate) async fn log_what_is_due(&self) {
        let rows = self.0.store.scan(&Key::of(DUE).scan()).await;
        let due = rows.map_err(Error::from).and_then(|rows| {
            let arn = |key: &Row| -> Result<String, store::Error> {
                let mut parts = Parts::of(DUE, key)?;
                let arn = parts.text()?;
                parts.end()?;
                Ok(arn)
            };
            rows.iter().map(|row| arn(&row.key).map_err(Error::from)).collect::<Result<Vec<_>, _>>()
        });
        match due {
            Ok(arns) => arns.into_iter().for_each(|arn| self.log(&arn.into())),
            Err(error) => tracing::error!(%error, "failed to read what is to be logged"),
        }
    }

    /// Logs what has happened in an execution since the last time. A turn that says so is durable.
    pub(crate) fn log(&self, arn: &Arc<str>) {
        if !self.0.logging.begin(arn) {
            return;
        }
        let (runner, arn) = (self.clone(), Arc::clone(arn));
        self.0.tasks.spawn(async move {
            while runner.0.logging.goes_on(&arn) {
                if let Err(error) = runner.log_standard(&arn).await {
                    tracing::error!(execution = %arn, %error, "failed to log an execution");
                }
            }
        });
    }

    async fn log_standard(&self, arn: &Arc<str>) -> Result<(), Error> {
        let Ok(described) = self.describe(arn).await else { return Ok(()) };
        let Some(logging) = described.machine.logging.clone() else { return Ok(()) };
        let logged = Key::of(LOGGED).text(arn);
        let row = self.0.store.get(&logged).await?;
        let mut after = row.and_then(|row| Some(u64::from_be_bytes((*row).try_into().ok()?)));
        loop {
            let query = HistoryQuery {
                after,
                limit: EVENTS_AT_ONCE,
                reverse: false,
                include_data: logging.include_data,
            };
            let Ok(page) = self.history(arn, query).await else { return Ok(()) };
            let Some(last) = page.events.last().map(|event| event.id) else { break };
            let lines = lines(&logging, arn, described.redrive_count, &page.events);
            self.write(&logging, arn, &described.machine.facts.name, lines).await;
            let mut batch = Batch::new();
            batch.put(logged.clone(), last.to_be_bytes().to_vec());
            if page.next.is_none() {
                batch.delete(Key::of(DUE).text(arn));
            }
            self.0.store.commit(batch).await?;
            after = Some(last);
            if page.next.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// Logs an Express execution, whose history is in memory alone. Nobody waits for it.
    pub(crate) fn log_express(
        &self,
        facts: &Arc<Facts>,
        identity: &engine::Identity,
        events: &[Event],
    ) {
        let machine = &facts.machine;
        let Some(logging) = machine.logging.clone() else { return };
        let shown = HistoryFacts {
            input_text: &facts.input_text,
            state_machine_version_arn: machine.facts.version_arn.as_deref(),
            state_machine_alias_arn: machine.facts.alias_arn.as_deref(),
            include_data: logging.include_data,
        };
        let mut renderer = Renderer::new(&machine.program, identity, shown);
        let shown = |event| renderer.render(event).expect("what was decided fits");
        let events: Vec<_> = events.iter().filter_map(shown).collect();
        let lines = lines(&logging, &facts.arn, 0, &events);
        let (runner, facts) = (self.clone(), Arc::clone(facts));
        self.0.tasks.spawn(async move {
            runner.write(&logging, &facts.arn, &facts.machine.facts.name, lines).await;
        });
    }

    /// Writes lines; what the log group refuses is lost.
    ///
    /// On AWS a service of its own delivers them (`delivery.logs.amazonaws.com`), whatever the state machine's role may
    /// do; here the account itself does.
    async fn write(&self, logging: &Logging, arn: &str, machine: &str, lines: Vec<Line>) {
        let house = &self.0.house;
        let Ok(Arn { partition, account, .. }) = Arn::parse(arn) else { return };
        let caller = Caller { arn: format!("arn:{partition}:iam::{account}:root") };
        let ctx = Ctx::new(Arc::clone(house), caller, house.uuid()).with_account(account);
        for lines in batches(lines) {
            let Some(first) = lines.first() else { continue };
            let stream = stream(machine, &first.at.to_string(), self.0.shard_of(arn));
            let mut body = Object::new();
            body.insert("logGroupName", &*logging.group);
            body.insert("logStreamName", &*stream);
            let created = Bytes::from(Value::from(body.clone()).to_string());
            // It may be there already, and if it can't be made the next call says why.
            drop(self.0.bus.call(ctx.clone(), "logs", "CreateLogStream", created).await);
            body.insert("logEvents", Value::array(lines.into_iter().map(Line::into_event)));
            let body = Bytes::from(Value::from(body).to_string());
            if let Err(error) = self.0.bus.call(ctx.clone(), "logs", "PutLogEvents", body).await {
                tracing::warn!(execution = arn, %error, "an execution's events can't be logged");
            }
        }
    }
}

/// `states/<machine>/<day>/<shard>`. AWS has a stream for a machine and a time as well, and a name of its own for each.
fn stream(machine: &str, instant: &str, shard: usize) -> String {
    format!("states/{machine}/{}-00-00/{shard:08x}", &instant[..10])
}

/// One event as it is logged.
struct Line {
    at: base::Timestamp,
    text: String,
}

impl Line {
    fn into_event(self) -> Value {
        Value::object([
            ("timestamp", Value::from(self.at.as_millis())),
            ("message", Value::from(self.text)),
        ])
    }
}

fn lines(logging: &Logging, arn: &str, redrives: u32, events: &[HistoryEvent]) -> Vec<Line> {
    let wanted = events.iter().filter(|event| logging.wants(&event.event_type));
    wanted.map(|event| Line { at: event.at, text: line(arn, redrives, event) }).collect()
}

/// Snake case, numbers as texts (recorded: logs/*).
fn line(arn: &str, redrives: u32, event: &HistoryEvent) -> String {
    let whole = written(arn, redrives, event, &event.details);
    if whole.len() <= LINE_BYTES_MAX {
        return whole;
    }
    let mut details = Object::new();
    for (name, value) in event.details.iter() {
        match value.as_str().filter(|text| CUT_MEMBER_BYTES < text.len()) {
            Some(text) => {
                let end = (0..=CUT_MEMBER_BYTES).rev().find(|end| text.is_char_boundary(*end));
                details.insert(Arc::clone(name), &text[..end.unwrap_or(0)]);
                let truncated = Value::object([("truncated", Value::from(true))]);
                details.insert(format!("{name}Details"), truncated);
            }
            None if details.contains(name) => {}
            None => {
                details.insert(Arc::clone(name), value.clone());
            }
        }
    }
    written(arn, redrives, event, &details)
}

fn written(arn: &str, redrives: u32, event: &HistoryEvent, details: &Object) -> String {
    let mut line = Object::new();
    line.insert("id", event.id.to_string());
    line.insert("type", &*event.event_type);
    line.insert("details", details.clone());
    line.insert("previous_event_id", event.previous_id.to_string());
    line.insert("event_timestamp", event.at.as_millis().to_string());
    line.insert("execution_arn", arn);
    line.insert("redrive_count", redrives.to_string());
    Value::from(line).to_string()
}

/// Lines in requests that the log group takes.
fn batches(lines: Vec<Line>) -> Vec<Vec<Line>> {
    let mut batches: Vec<Vec<Line>> = Vec::new();
    let mut bytes = 0;
    for line in lines {
        bytes += line.text.len();
        match batches.last_mut() {
            Some(batch)
                if bytes <= BATCH_BYTES_MAX
                    && batch.first().is_none_or(|first| {
                        line.at.as_millis() - first.at.as_millis() < SPAN_MAX_MILLIS
                    }) =>
            {
                batch.push(line);
            }
            _ => {
                bytes = line.text.len();
                batches.push(vec![line]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use base::Timestamp;

    use super::*;

    fn configuration(level: &str) -> String {
        format!(
            r#"{{"loggingConfiguration":{{"level":"{level}","includeExecutionData":true,"destinations":[{{"cloudWatchLogsLogGroup":{{"logGroupArn":"arn:aws:logs:us-east-1:000000000000:log-group:/g:*"}}}}]}}}}"#
        )
    }

    #[test]
    fn a_configuration_names_a_group_and_a_level() {
        let fatal = Logging::of(&configuration("FATAL")).expect("it logs");
        assert_eq!((&*fatal.group, fatal.include_data), ("/g", true));
        assert!(fatal.wants("ExecutionFailed") && !fatal.wants("TaskFailed"));
        let error = Logging::of(&configuration("ERROR")).expect("it logs");
        assert!(error.wants("TaskFailed") && error.wants("WaitStateAborted"));
        assert!(!error.wants("ExecutionStarted"));
        assert!(Logging::of(&configuration("ALL")).expect("it logs").wants("ExecutionStarted"));
        assert_eq!(Logging::of(&configuration("OFF")), None);
        assert_eq!(Logging::of("{}"), None);
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_and_says_so() {
        let mut details = Object::new();
        details.insert("name", "State");
        details.insert("output", "é".repeat(150_000));
        details.insert("outputDetails", Value::object([("truncated", Value::from(false))]));
        let event = HistoryEvent {
            id: 3,
            previous_id: 2,
            at: Timestamp::from_millis(5),
            event_type: "PassStateExited".to_owned(),
            details_key: None,
            details,
        };
        let text = line("arn", 0, &event);
        assert!(text.len() <= LINE_BYTES_MAX, "{} bytes", text.len());
        let read = Value::parse(&text).expect("a line is JSON");
        let details = read.get("details").expect("it has details");
        let truncated = details.get("outputDetails").and_then(|it| it.get("truncated"));
        assert_eq!(truncated.and_then(|it| it.as_bool()), Some(true));
        assert_eq!(details.get("name").as_ref().and_then(Value::as_str), Some("State"));
    }

    #[test]
    fn a_request_is_bounded_in_bytes_and_time() {
        let at =
            |millis, bytes| Line { at: Timestamp::from_millis(millis), text: "x".repeat(bytes) };
        let counts = |lines| batches(lines).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(counts(vec![at(0, 10), at(1, 10)]), [2]);
        assert_eq!(counts(vec![at(0, 10), at(SPAN_MAX_MILLIS, 10)]), [1, 1]);
        assert_eq!(counts(vec![at(0, 500_000), at(0, 500_000), at(0, 10)]), [1, 2]);
    }
}
