//! What becomes of the records of a shard: they are tried, as often as the mapping says, until the function has taken
//! them or they are given up.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>

use std::time::Duration;

use base::Timestamp;
use serde_json::{Value, json};

use super::Told;
use super::stream::Stream;
use crate::environment::Outcome;

/// The longest pause between two tries.
const PAUSE_MAX: Duration = Duration::from_mins(1);

/// A shard that is read.
pub(super) struct Shard<'s> {
    pub(super) stream: &'s Stream,
    pub(super) id: &'s str,
}

/// Records that are tried together.
struct Tried {
    records: Vec<Value>,
    tries: u32,
}

/// Why records are given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GivenUp {
    RetryAttemptsExhausted,
    RecordAgeExceeded,
}

/// The place of a record in its shard.
pub(super) fn number(record: &Value) -> String {
    record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default().to_owned()
}

fn numbers(records: &[Value]) -> (String, String) {
    let of = |record: Option<&Value>| record.map(number).unwrap_or_default();
    (of(records.first()), of(records.last()))
}

fn created_at(record: Option<&Value>) -> Timestamp {
    let seconds = record.and_then(|it| it["dynamodb"]["ApproximateCreationDateTime"].as_f64());
    Timestamp::from_millis((seconds.unwrap_or_default() * 1000.0) as i64)
}

/// Where the records begin that the function hasn't taken; none are left if it has taken all.
fn left(records: &[Value], outcome: &Outcome, reports_item_failures: bool) -> usize {
    if outcome.is_error {
        return 0;
    }
    if !reports_item_failures {
        return records.len();
    }
    let Some(failures) = super::reported_failures(outcome) else { return 0 };
    // AWS takes a report that names something else for a failure of all.
    let place = |id: &String| records.iter().position(|record| number(record) == *id);
    let places: Option<Vec<usize>> = failures.iter().map(place).collect();
    places.map_or(0, |places| places.into_iter().min().unwrap_or(records.len()))
}

impl Shard<'_> {
    /// Gives records to the function, until none is left.
    pub(super) async fn give(&self, records: Vec<Value>) {
        let reading = &self.stream.reading;
        let reports = self.stream.mapping.reports_item_failures;
        // The next to be tried is the last.
        let mut waiting = vec![Tried { records, tries: 0 }];
        while let Some(Tried { mut records, tries }) = waiting.pop() {
            if records.is_empty() {
                continue;
            }
            let old: Vec<Value> = records.drain(..self.old(&records)).collect();
            if !old.is_empty() {
                self.give_up(&old, tries, GivenUp::RecordAgeExceeded, None).await;
                waiting.push(Tried { records, tries });
                continue;
            }
            let told = match self.stream.invoke(&records).await {
                Ok(told) => told,
                Err(error) => {
                    let function = &self.stream.mapping.function_arn;
                    tracing::warn!(
                        function,
                        error = &error as &dyn std::error::Error,
                        "records wait"
                    );
                    self.pause(tries).await;
                    waiting.push(Tried { records, tries });
                    continue;
                }
            };
            let from = left(&records, &told.outcome, reports);
            let rest = records.split_off(from);
            if !records.is_empty() {
                self.read_up_to(numbers(&records).1).await;
            }
            if rest.is_empty() {
                continue;
            }
            if reading.retries_max.is_some_and(|most| most <= tries) {
                self.give_up(&rest, tries + 1, GivenUp::RetryAttemptsExhausted, Some(&told)).await;
                continue;
            }
            self.pause(tries).await;
            // Halves begin to be counted anew, as AWS says.
            match reading.bisects && from == 0 && 1 < rest.len() {
                true => waiting.extend(halves(rest)),
                false => waiting.push(Tried { records: rest, tries: tries + 1 }),
            }
        }
    }

    /// How many of the records are older than the mapping wants to try.
    fn old(&self, records: &[Value]) -> usize {
        let Some(seconds) = self.stream.reading.age_seconds_max else { return 0 };
        let (now, most) = (self.stream.room.house.now(), Duration::from_secs(seconds.into()));
        let is_old = |record: &&Value| most < now.since(created_at(Some(record)));
        records.iter().take_while(is_old).count()
    }

    async fn pause(&self, tries: u32) {
        let first = self.stream.room.limits.throttle_pause;
        let pause = first.saturating_mul(2_u32.saturating_pow(tries)).min(PAUSE_MAX);
        #[expect(clippy::disallowed_methods, reason = "when records are tried again")]
        tokio::time::sleep(pause).await;
    }

    /// Tells who shall learn of it that records are given up, and goes on behind them.
    async fn give_up(&self, records: &[Value], tries: u32, why: GivenUp, told: Option<&Told>) {
        let Stream { room, mapping, reading, .. } = self.stream;
        let function = &mapping.function_arn;
        tracing::warn!(
            function,
            shard = self.id,
            count = records.len(),
            ?why,
            "records are given up"
        );
        if let Some(destination) = &reading.on_failure {
            let record = self.record(records, tries, why, told);
            let told =
                async { room.tell(&room.actor_of(mapping).await?, destination, &record).await };
            if let Err(error) = told.await {
                let error = &error as &dyn std::error::Error;
                tracing::error!(function, destination, error, "failed to tell of records");
            }
        }
        self.read_up_to(numbers(records).1).await;
    }

    /// What a destination learns: which records, not what is in them.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html>
    fn record(&self, records: &[Value], tries: u32, why: GivenUp, told: Option<&Told>) -> Value {
        let Stream { room, mapping, .. } = self.stream;
        let (first, last) = numbers(records);
        let mut record = json!({
            "version": "1.0",
            "timestamp": room.house.now().to_string(),
            "requestContext": {
                "requestId": told.map_or_else(|| room.house.uuid(), |told| told.request_id.clone()),
                "functionArn": mapping.function_arn,
                "condition": format!("{why:?}"),
                "approximateInvokeCount": tries,
            },
            "DDBStreamBatchInfo": {
                "shardId": self.id,
                "startSequenceNumber": first,
                "endSequenceNumber": last,
                "approximateArrivalOfFirstRecord": created_at(records.first()).to_string(),
                "approximateArrivalOfLastRecord": created_at(records.last()).to_string(),
                "batchSize": records.len(),
                "streamArn": mapping.source_arn,
            },
        });
        if let Some(told) = told {
            record["responseContext"] = json!({"statusCode": 200, "executedVersion": told.version});
            if told.outcome.is_error {
                record["responseContext"]["functionError"] = "Unhandled".into();
            }
        }
        record
    }
}

/// The halves of a batch, the first one last.
fn halves(mut records: Vec<Value>) -> [Tried; 2] {
    let second = records.split_off(records.len() / 2);
    [Tried { records: second, tries: 0 }, Tried { records, tries: 0 }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(payload: &str, is_error: bool) -> Outcome {
        Outcome {
            payload: payload.to_owned().into(),
            is_error,
            streamed: None,
            log_tail: Vec::new(),
        }
    }

    fn records() -> Vec<Value> {
        ["1", "2", "3"].map(|number| json!({"dynamodb": {"SequenceNumber": number}})).into()
    }

    #[test]
    fn a_function_takes_all_none_or_what_comes_before_the_first_failure() {
        let from =
            |payload, is_error, reports| left(&records(), &outcome(payload, is_error), reports);
        assert_eq!(from("null", false, false), 3);
        assert_eq!(from("null", true, true), 0);
        let two = r#"{"batchItemFailures":[{"itemIdentifier":"3"},{"itemIdentifier":"2"}]}"#;
        assert_eq!(from(two, false, false), 3, "the mapping doesn't ask for reports");
        assert_eq!(from(two, false, true), 1);
        assert_eq!(from(r#"{"batchItemFailures":[]}"#, false, true), 3);
        assert_eq!(from(r#"{"batchItemFailures":[{"itemIdentifier":"9"}]}"#, false, true), 0);
        assert_eq!(from(r#"{"batchItemFailures":[{"itemIdentifier":""}]}"#, false, true), 0);
        assert_eq!(from("taken", false, true), 0, "no JSON");
        assert_eq!(from("", false, true), 3, "no report");
    }

    #[test]
    fn the_first_half_is_tried_first() {
        let [second, first] = halves(records());
        assert_eq!(numbers(&first.records), ("1".into(), "1".into()));
        assert_eq!(numbers(&second.records), ("2".into(), "3".into()));
    }
}
