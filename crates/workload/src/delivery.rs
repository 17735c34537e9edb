//! From a program to the room of logs, as its own logging would come.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>

use std::sync::Arc;

use serde_json::{Value, json};
use service::{Bus, CallError, Ctx, House};
use tokio::sync::mpsc;

use crate::Line;

const LOGS: &str = "logs";
/// The bounds of one PutLogEvents: events, and bytes with what AWS adds to each.
const EVENTS_MAX: usize = 10_000;
const BYTES_MAX: usize = 1_048_576;
const BYTES_BESIDE: usize = 26;

/// The stream that one program writes to.
pub struct Delivery {
    /// The house.
    pub house: Arc<House>,
    /// The way to the room of logs.
    pub bus: Bus,
    /// The account whose logs they are.
    pub account: String,
    /// The name of the group.
    pub group: String,
    /// The name of the stream.
    pub stream: String,
    /// What becomes of logs whose group isn't there.
    pub on_missing_group: OnMissingGroup,
}

/// What becomes of logs whose group isn't there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnMissingGroup {
    /// The group is made, however often it is deleted.
    Create,
    /// There are none.
    Fail,
}

impl Delivery {
    /// Writes the lines that come, until no more do. A house without the room keeps no logs.
    pub async fn run(self, mut lines: mpsc::Receiver<Vec<Line>>) {
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

    /// Makes the stream, unless it is there.
    pub async fn open(&self) -> Result<(), CallError> {
        if !self.bus.reaches(LOGS) {
            return Ok(());
        }
        let group = json!({"logGroupName": self.group});
        let stream = json!({"logGroupName": self.group, "logStreamName": self.stream});
        if self.on_missing_group == OnMissingGroup::Create {
            self.create("CreateLogGroup", group).await?;
        }
        self.create("CreateLogStream", stream).await
    }

    async fn create(&self, operation: &str, body: Value) -> Result<(), CallError> {
        match self.call(operation, body).await {
            Err(CallError::Refused(error)) if error.code == "ResourceAlreadyExistsException" => {
                Ok(())
            }
            made => made,
        }
    }

    async fn call(&self, operation: &str, body: Value) -> Result<(), CallError> {
        let ctx = Ctx::root(Arc::clone(&self.house)).with_account(self.account.as_str());
        self.bus.call(ctx, LOGS, operation, body.to_string().into()).await.map(drop)
    }
}

fn warn(error: &CallError) {
    tracing::warn!(error = error as &dyn std::error::Error, "failed to log what a program wrote");
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
