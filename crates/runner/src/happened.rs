//! What an execution tells the world of itself: that its status has changed.
//!
//! The event is written in the batch of the change, and only while somebody listens (see [`service::Feed`]).
//! Only Standard executions have such events. Its detail is DescribeExecution with dates in milliseconds, and null for
//! what isn't there.
//! <https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html>

use base::{Arn, Timestamp};
use json::{Object, Value};
use store::Batch;

use crate::describe;
use crate::execution::{Redrive, Status};
use crate::facts::{Facts, Parent, labelled};
use crate::standing::Standing;
use crate::{Error, Runner};

/// Input and output together are shown up to here (page above: 248 KiB).
const DATA_BYTES_MAX: usize = 248 * 1024;

/// The events of one turn: their place in the feed.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Draws lots once a turn: its events stay in their order, and apart from those of others.
    lot: Option<u64>,
    count: u64,
}

impl Told {
    /// Whether there is something to ring for.
    pub(crate) fn anything(&self) -> bool {
        0 < self.count
    }

    /// Adds the event of how an execution stands now to the batch that says so.
    pub(crate) fn put(
        &mut self,
        runner: &Runner,
        batch: &mut Batch,
        facts: &Facts,
        standing: &Standing,
    ) {
        let shared = &runner.0;
        let feed = shared.house.feed();
        if !feed.is_heard() {
            return;
        }
        let shard = shared.shard(&facts.arn);
        let (id, lot) = {
            let mut entropy = shard.entropy();
            (entropy.uuid(), self.lot.unwrap_or_else(|| entropy.next_u64() & !0xff))
        };
        self.lot = Some(lot);
        let redrive = describe::redrive(facts, standing, &shared.limits, standing.date);
        match event(&id, facts, standing, redrive) {
            Ok(event) => {
                feed.put(batch, standing.date, lot | self.count, event.to_string());
                self.count += 1;
            }
            Err(error) => tracing::error!(execution = %facts.arn, %error, "failed to tell"),
        }
    }
}

fn event(id: &str, facts: &Facts, standing: &Standing, redrive: Redrive) -> Result<Value, Error> {
    let arn = Arn::parse(&facts.arn).map_err(|error| Error::corrupt("execution ARN", error))?;
    Ok(Value::object([
        ("version", Value::from("0")),
        ("id", Value::from(id)),
        ("detail-type", Value::from("Step Functions Execution Status Change")),
        ("source", Value::from("aws.states")),
        ("account", Value::from(&*arn.account)),
        ("time", Value::from(seconds(standing.date))),
        ("region", Value::from(&*arn.region)),
        ("resources", Value::array([Value::from(&*facts.arn)])),
        ("detail", detail(facts, standing, redrive)),
    ]))
}

fn detail(facts: &Facts, standing: &Standing, redrive: Redrive) -> Value {
    let text = |text: Option<&str>| text.map_or(Value::NULL, Value::from);
    let millis = |at: Option<Timestamp>| at.map_or(Value::NULL, |at| Value::from(at.as_millis()));
    let machine = &facts.machine.facts;
    let state_machine_arn = match &facts.parent {
        Some(Parent::MapRun { map_run_arn, .. }) => labelled(map_run_arn).0,
        Some(Parent::Task(_)) | None => std::sync::Arc::clone(&machine.arn),
    };
    let (input, output) = (&*facts.input_text, standing.output.as_deref());
    let included = input.len() + output.map_or(0, str::len) <= DATA_BYTES_MAX;
    let details = || Value::object([("included", Value::from(included))]);
    let (redrive_status, reason) = match redrive {
        Redrive::Redrivable => ("REDRIVABLE", None),
        Redrive::RedrivableByMapRun => ("REDRIVABLE_BY_MAP_RUN", None),
        Redrive::NotRedrivable(reason) => ("NOT_REDRIVABLE", Some(reason)),
    };
    let stopped_at = (standing.status != Status::Running).then_some(standing.date);
    let failure = standing.failure.clone().unwrap_or_default();
    let mut detail = Object::new();
    detail.insert("executionArn", &*facts.arn);
    detail.insert("stateMachineArn", &*state_machine_arn);
    detail.insert("name", &*facts.name);
    detail.insert("status", standing.status.name());
    detail.insert("startDate", facts.started_at.as_millis());
    detail.insert("stopDate", millis(stopped_at));
    detail.insert("input", text(Some(input).filter(|_| included)));
    detail.insert("output", text(output.filter(|_| included)));
    detail.insert("stateMachineVersionArn", text(machine.version_arn.as_deref()));
    detail.insert("stateMachineAliasArn", text(machine.alias_arn.as_deref()));
    detail.insert("redriveCount", i64::from(standing.redrive_count));
    detail.insert("redriveDate", millis(standing.redriven_at));
    detail.insert("redriveStatus", redrive_status);
    detail.insert("redriveStatusReason", text(reason.as_deref()));
    detail.insert("inputDetails", details());
    detail.insert("outputDetails", output.map_or(Value::NULL, |_| details()));
    detail.insert("error", text(failure.error.as_deref()));
    detail.insert("cause", text(failure.cause.as_deref()));
    detail.into()
}

/// `2023-11-14T22:13:20Z`: events have no milliseconds.
fn seconds(at: Timestamp) -> String {
    let text = at.to_string();
    text.split_once('.').map_or(text.clone(), |(seconds, _)| format!("{seconds}Z"))
}
