use engine::Dispatch;
use json::Value;
use minicbor::{Decode, Encode};

use crate::Error;
use crate::execution::Status;
use crate::machine::{Digest, MachineFacts, MachineType};

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct MachineRow<'a> {
    #[b(0)]
    pub(crate) arn: &'a str,
    #[b(1)]
    pub(crate) name: &'a str,
    #[n(2)]
    pub(crate) express: bool,
    /// The digest of the definition.
    #[b(3)]
    #[cbor(with = "minicbor::bytes")]
    pub(crate) definition: &'a [u8],
    #[b(4)]
    pub(crate) role_arn: &'a str,
    #[b(5)]
    pub(crate) revision_id: Option<&'a str>,
    #[b(6)]
    pub(crate) version_arn: Option<&'a str>,
    #[b(7)]
    pub(crate) alias_arn: Option<&'a str>,
    #[n(8)]
    pub(crate) update_date: i64,
    #[b(9)]
    pub(crate) configuration: &'a str,
}

impl MachineFacts {
    pub(crate) fn to_row<'a>(&'a self, definition: &'a Digest) -> MachineRow<'a> {
        MachineRow {
            arn: &self.arn,
            name: &self.name,
            express: self.machine_type == MachineType::Express,
            definition,
            role_arn: &self.role_arn,
            revision_id: self.revision_id.as_deref(),
            version_arn: self.version_arn.as_deref(),
            alias_arn: self.alias_arn.as_deref(),
            update_date: self.update_date.as_millis(),
            configuration: &self.configuration,
        }
    }
}

/// What an execution is, from its start on, and its first turn.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct ExecutionRow<'a> {
    /// The digest of the machine.
    #[b(0)]
    #[cbor(with = "minicbor::bytes")]
    pub(crate) machine: &'a [u8],
    #[b(1)]
    pub(crate) name: &'a str,
    #[n(2)]
    pub(crate) started_at: i64,
    /// The input as given, if the first turn doesn't say the same.
    #[b(3)]
    pub(crate) input_text: Option<&'a str>,
    #[b(4)]
    pub(crate) trace_header: Option<&'a str>,
    #[b(5)]
    pub(crate) parent: Option<ParentRow<'a>>,
    /// The record of its first turn. Most executions are over then, and have no other row for what they did.
    #[b(6)]
    #[cbor(with = "minicbor::bytes")]
    pub(crate) first_turn: Option<&'a [u8]>,
    /// How it stood after its first turn, if it had ended.
    #[b(7)]
    pub(crate) standing: Option<StandingRow<'a>>,
}

/// On whose behalf an execution was started.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
pub(crate) enum ParentRow<'a> {
    /// A task, by the text that its requests carry ([`service::Ctx::attempt`]).
    #[n(0)]
    Task(#[b(0)] &'a str),
    #[n(1)]
    MapRun {
        #[b(0)]
        map_run_arn: &'a str,
        #[n(1)]
        index: u32,
        /// How many items the input stands for.
        #[n(2)]
        items: u32,
        /// The Map state's processor, in the program.
        #[n(3)]
        machine: u32,
    },
}

/// What an execution has come to, since its first turn.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct StandingRow<'a> {
    #[n(0)]
    pub(crate) status: StatusRow,
    /// The date that lists order it by: its end, or its redrive.
    #[n(1)]
    pub(crate) date: i64,
    #[b(2)]
    pub(crate) output: Option<&'a str>,
    #[b(3)]
    pub(crate) error: Option<&'a str>,
    #[b(4)]
    pub(crate) cause: Option<&'a str>,
    #[n(5)]
    pub(crate) redrive_count: u32,
    #[n(6)]
    pub(crate) redriven_at: Option<i64>,
    /// The AWS id of its last event.
    #[n(7)]
    pub(crate) last_event_id: u64,
    /// Client tokens of its redrives, newest last, each with the redrive date it stands for.
    #[b(8)]
    pub(crate) redrive_tokens: Vec<(&'a str, i64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub(crate) enum StatusRow {
    #[n(0)]
    Running,
    #[n(1)]
    Succeeded,
    #[n(2)]
    Failed,
    #[n(3)]
    TimedOut,
    #[n(4)]
    Aborted,
    #[n(5)]
    PendingRedrive,
}

impl From<StatusRow> for Status {
    fn from(row: StatusRow) -> Self {
        match row {
            StatusRow::Running => Status::Running,
            StatusRow::Succeeded => Status::Succeeded,
            StatusRow::Failed => Status::Failed,
            StatusRow::TimedOut => Status::TimedOut,
            StatusRow::Aborted => Status::Aborted,
            StatusRow::PendingRedrive => Status::PendingRedrive,
        }
    }
}

impl From<Status> for StatusRow {
    fn from(status: Status) -> Self {
        match status {
            Status::Running => StatusRow::Running,
            Status::Succeeded => StatusRow::Succeeded,
            Status::Failed => StatusRow::Failed,
            Status::TimedOut => StatusRow::TimedOut,
            Status::Aborted => StatusRow::Aborted,
            Status::PendingRedrive => StatusRow::PendingRedrive,
        }
    }
}

/// A task that has left the engine and has no outcome yet. Whether it is pending or sent, the execution's events say.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct DispatchRow<'a> {
    #[n(0)]
    pub(crate) state: u32,
    #[n(1)]
    pub(crate) parameters: String,
    #[b(2)]
    pub(crate) token: &'a str,
    #[n(3)]
    pub(crate) timeout_seconds: Option<u64>,
    #[n(4)]
    pub(crate) heartbeat_seconds: Option<u64>,
    #[b(5)]
    pub(crate) role_arn: Option<&'a str>,
}

impl<'a> DispatchRow<'a> {
    pub(crate) fn of(dispatch: &'a Dispatch) -> Self {
        DispatchRow {
            state: dispatch.state.0,
            parameters: dispatch.parameters.to_string(),
            token: &dispatch.token,
            timeout_seconds: dispatch.timeout_seconds,
            heartbeat_seconds: dispatch.heartbeat_seconds,
            role_arn: dispatch.role_arn.as_deref(),
        }
    }

    pub(crate) fn into_dispatch(self, attempt: u64) -> Result<Dispatch, Error> {
        let parameters = Value::parse(&self.parameters);
        Ok(Dispatch {
            attempt,
            state: asl::StateId(self.state),
            parameters: parameters.map_err(|error| Error::corrupt("task", error))?,
            token: self.token.to_owned(),
            timeout_seconds: self.timeout_seconds,
            heartbeat_seconds: self.heartbeat_seconds,
            role_arn: self.role_arn.map(Into::into),
        })
    }
}

/// A job of another service that a task waits for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct PollRow {
    /// The Task state, in the program.
    #[n(0)]
    pub(crate) state: u32,
    /// The request that asks how the job fares, as a workflow would write it.
    #[n(1)]
    pub(crate) question: String,
    /// The request that stops it, if anything can.
    #[n(2)]
    pub(crate) stop: Option<String>,
    /// Members of the first answer that belong to the result.
    #[n(3)]
    pub(crate) kept: String,
    #[n(4)]
    pub(crate) role_arn: Option<String>,
    /// How often it was asked after.
    #[n(5)]
    pub(crate) polls: u32,
    /// When it is asked after next.
    #[n(6)]
    pub(crate) due: i64,
}

/// A task that waits for a worker.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct ActivityRow<'a> {
    #[b(0)]
    pub(crate) token: &'a str,
    #[n(1)]
    pub(crate) input: String,
}

/// What a receiver must hear of, even after a crash.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum NoticeRow {
    /// The execution or map run that an execution's task waits for has ended, or a child of a map run has.
    #[n(0)]
    Ended(#[n(0)] String),
    /// A map run shall stop, or a child of one.
    #[n(1)]
    Stop,
    /// A map run shall go on with what hasn't succeeded.
    #[n(2)]
    Redrive,
}
