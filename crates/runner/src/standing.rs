//! What an execution has come to.

use std::sync::Arc;

use asl::Failure;
use base::Timestamp;
use engine::Outcome;
use store::Read;

use crate::Error;
use crate::execution::Status;
use crate::tables::{self, ExecutionRow, StandingRow, StatusRow, key};

/// What an execution has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) status: Status,
    /// The date that lists order it by: of its start or redrive, or of its end.
    pub(crate) date: Timestamp,
    pub(crate) output: Option<Arc<str>>,
    pub(crate) failure: Option<Failure>,
    pub(crate) redrive_count: u32,
    pub(crate) redriven_at: Option<Timestamp>,
    pub(crate) last_event_id: u64,
    pub(crate) redrive_tokens: Vec<(String, i64)>,
}

impl Standing {
    /// Whether it has ended, but not as it should.
    pub(crate) fn is_unsuccessful(&self) -> bool {
        matches!(self.status, Status::Failed | Status::TimedOut | Status::Aborted)
    }

    pub(crate) fn started(at: Timestamp) -> Self {
        Standing {
            status: Status::Running,
            date: at,
            output: None,
            failure: None,
            redrive_count: 0,
            redriven_at: None,
            last_event_id: 0,
            redrive_tokens: Vec::new(),
        }
    }

    /// What an outcome comes to: status, output and failure.
    pub(crate) fn outcome(outcome: Outcome) -> (Status, Option<Arc<str>>, Option<Failure>) {
        match outcome {
            Outcome::Succeeded(output) => {
                (Status::Succeeded, Some(output.to_string().into()), None)
            }
            Outcome::Failed(failure) => (Status::Failed, None, Some(failure)),
            Outcome::TimedOut(failure) => (Status::TimedOut, None, Some(failure)),
            Outcome::Aborted(failure) => (Status::Aborted, None, Some(failure)),
        }
    }

    /// How an execution stands, if there is one of that ARN.
    pub(crate) async fn load(
        store: &(impl Read + ?Sized),
        arn: &str,
    ) -> Result<Option<Self>, Error> {
        // In this order: whatever is written in between, the later row knows more.
        let newer = store.get(&key::standing(arn)).await?;
        let Some(bytes) = store.get(&key::execution(arn)).await? else { return Ok(None) };
        let row: ExecutionRow<'_> = tables::decode("execution", &bytes)?;
        Standing::of_rows(&row, newer.as_deref()).map(Some)
    }

    /// How an execution stands by its own row and, if there is one, by that of its standing.
    pub(crate) fn of_rows(row: &ExecutionRow<'_>, newer: Option<&[u8]>) -> Result<Self, Error> {
        match (newer, &row.standing) {
            (Some(newer), _) => Ok(Standing::of_row(&tables::decode("standing", newer)?)),
            (None, Some(standing)) => Ok(Standing::of_row(standing)),
            (None, None) => Ok(Standing::started(Timestamp::from_millis(row.started_at))),
        }
    }

    fn of_row(row: &StandingRow<'_>) -> Self {
        let status = Status::from(row.status);
        let failed = matches!(status, Status::Failed | Status::TimedOut | Status::Aborted);
        let failure = failed.then(|| Failure {
            error: row.error.map(Into::into),
            cause: row.cause.map(Into::into),
        });
        Standing {
            status,
            date: Timestamp::from_millis(row.date),
            output: row.output.map(Into::into),
            failure,
            redrive_count: row.redrive_count,
            redriven_at: row.redriven_at.map(Timestamp::from_millis),
            last_event_id: row.last_event_id,
            redrive_tokens: row
                .redrive_tokens
                .iter()
                .map(|(token, at)| ((*token).to_owned(), *at))
                .collect(),
        }
    }

    pub(crate) fn to_row(&self) -> StandingRow<'_> {
        let failure = self.failure.as_ref();
        StandingRow {
            status: StatusRow::from(self.status),
            date: self.date.as_millis(),
            output: self.output.as_deref(),
            error: failure.and_then(|failure| failure.error.as_deref()),
            cause: failure.and_then(|failure| failure.cause.as_deref()),
            redrive_count: self.redrive_count,
            redriven_at: self.redriven_at.map(Timestamp::as_millis),
            last_event_id: self.last_event_id,
            redrive_tokens: self
                .redrive_tokens
                .iter()
                .map(|(token, at)| (token.as_str(), *at))
                .collect(),
        }
    }
}
