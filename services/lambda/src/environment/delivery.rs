//! From an environment to the room of logs, as the function's own logging would come.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>

use std::sync::Arc;

use serde_json::{Value, json};
use service::{Bus, CallError, Ctx, House};
use tokio::sync::mpsc;

use super::output::Line;

const LOGS: &str = "logs";
/// The bounds of one PutLogEvents: events, and bytes with what AWS adds to each.
const EVENTS_MAX: usize = 10_000;
const BYTES_MAX: usize = 1_048_576;
const BYTES_BESIDE: usize = 26;

/// The stream that one environment writes to.
pub(super) struct Delivery {
    pub(super) house: Arc<House>,
    pub(super) bus: Bus,
    pub(super) group: String,
    pub(super) stream: String,
}

impl Delivery {
    /// Writes the lines that come, until no more do. A house without the room keeps no logs.
    pub(super) async fn run(self, mut lines: mpsc::Receiver<Vec<Line>>) {
        let mut is_open = false;
        while let Some(lines) = lines.recv().await {
            if !self.bus.reaches(LOGS) {
                continue;
            }
            if !is_open {
                is_open = self.open().await.inspect_err(warn).is_ok();
            }
            for batch in batches(&lines) {
                let body = json!({
                    "logGroupName": self.group,
                    "logStreamName": self.stream,
                    "logEvents": batch,
                });
                if let Err(error) = self.call("PutLogEvents", body).await {
                    warn(&error);
                    // The group may have been deleted: it is made again for the next lines, as on AWS.
                    is_open = false;
                }
            }
        }
    }

    async fn open(&self) -> Result<(), CallError> {
        let group = json!({"logGroupName": self.group});
        let stream = json!({"logGroupName": self.group, "logStreamName": self.stream});
        for (operation, body) in [("CreateLogGroup", group), ("CreateLogStream", stream)] {
            match self.call(operation, body).await {
                Ok(()) => {}
                Err(CallError::Refused(error))
                    if error.code == "ResourceAlreadyExistsException" => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn call(&self, operation: &str, body: Value) -> Result<(), CallError> {
        let ctx = Ctx::root(Arc::clone(&self.house));
        self.bus.call(ctx, LOGS, operation, body.to_string().into()).await.map(drop)
    }
}

fn warn(error: &CallError) {
    tracing::warn!(error = error as &dyn std::error::Error, "failed to log what a function wrote");
}

fn batches(lines: &[Line]) -> Vec<Vec<Value>> {
    let (mut batches, mut bytes) = (vec![Vec::new()], 0);
    for line in lines {
        let more = line.text.len() + BYTES_BESIDE;
        let last = batches.last().map_or(0, Vec::len);
        if last == EVENTS_MAX || (0 < last && BYTES_MAX < bytes + more) {
            batches.push(Vec::new());
            bytes = 0;
        }
        bytes += more;
        let event = json!({"timestamp": line.at.as_millis(), "message": line.text});
        batches.last_mut().expect("there is one").push(event);
    }
    batches
}

#[cfg(test)]
mod tests {
    use base::Timestamp;

    use super::*;

    #[test]
    fn a_batch_stays_within_its_bounds() {
        let line = |bytes| Line { at: Timestamp::from_millis(1), text: "x".repeat(bytes) };
        let sizes = |lines: &[Line]| batches(lines).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(&vec![line(1); 10_001]), [10_000, 1]);
        assert_eq!(sizes(&vec![line(400_000); 5]), [2, 2, 1]);
    }
}
