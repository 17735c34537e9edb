//! What the room keeps of ECS. All of it is rows, so members are numbered: new ones can be added, none reused.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};

use crate::arn::{Scope, TaskKey};

/// Tags of a thing.
pub(crate) type Tags = BTreeMap<String, String>;

/// A cluster: a name that tasks run under.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Cluster {
    #[n(0)]
    pub(crate) tags: Tags,
    #[n(1)]
    pub(crate) settings: BTreeMap<String, String>,
    #[n(2)]
    pub(crate) capacity_providers: Vec<String>,
    /// Deleted, and still found for a while.
    #[n(3)]
    pub(crate) is_inactive: bool,
}

/// What a client has registered, with a revision: a task definition of ECS, a job definition of Batch.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Definition {
    /// The request as JSON, without its tags: its members are AWS's, whose names don't change.
    #[n(0)]
    pub(crate) text: String,
    #[n(1)]
    pub(crate) tags: Tags,
    /// Milliseconds since 1970, as all instants here.
    #[n(2)]
    pub(crate) registered_at: i64,
    #[n(3)]
    pub(crate) registered_by: String,
    #[n(4)]
    pub(crate) deregistered_at: Option<i64>,
}

/// Where a task or a container stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub(crate) enum Status {
    #[n(0)]
    Provisioning,
    /// Containers may have been started from here on.
    #[n(1)]
    Pending,
    #[n(2)]
    Running,
    /// Containers are being stopped.
    #[n(3)]
    Stopping,
    #[n(4)]
    Stopped,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Status::Provisioning => "PROVISIONING",
            Status::Pending => "PENDING",
            Status::Running => "RUNNING",
            Status::Stopping => "STOPPING",
            Status::Stopped => "STOPPED",
        }
    }
}

/// Why a task stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub(crate) enum StopCode {
    #[n(0)]
    TaskFailedToStart,
    #[n(1)]
    EssentialContainerExited,
    #[n(2)]
    UserInitiated,
    /// What it ran on is gone.
    #[n(3)]
    TerminationNotice,
}

impl StopCode {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            StopCode::TaskFailedToStart => "TaskFailedToStart",
            StopCode::EssentialContainerExited => "EssentialContainerExited",
            StopCode::UserInitiated => "UserInitiated",
            StopCode::TerminationNotice => "TerminationNotice",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Stop {
    #[n(0)]
    pub(crate) code: StopCode,
    #[n(1)]
    pub(crate) reason: String,
}

/// Containers that run, and end, together.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Task {
    #[n(0)]
    pub(crate) scope: String,
    #[n(1)]
    pub(crate) cluster: String,
    #[n(2)]
    pub(crate) id: String,
    /// The ARN of its definition.
    #[n(3)]
    pub(crate) definition_arn: String,
    #[n(4)]
    pub(crate) containers: Vec<Container>,
    /// What the request said otherwise than the definition, as JSON.
    #[n(5)]
    pub(crate) overrides: Option<String>,
    #[n(6)]
    pub(crate) launch_type: String,
    #[n(7)]
    pub(crate) group: String,
    #[n(8)]
    pub(crate) started_by: Option<String>,
    #[n(9)]
    pub(crate) tags: Tags,
    #[n(10)]
    pub(crate) cpu: Option<String>,
    /// Mebibytes of all its containers together.
    #[n(11)]
    pub(crate) memory: Option<String>,
    #[n(12)]
    pub(crate) platform_version: Option<String>,
    /// The role whose credentials its containers have.
    #[n(13)]
    pub(crate) role: Option<String>,
    #[n(14)]
    pub(crate) status: Status,
    /// Set as soon as it shall stop.
    #[n(15)]
    pub(crate) stop: Option<Stop>,
    #[n(16)]
    pub(crate) created_at: i64,
    #[n(17)]
    pub(crate) started_at: Option<i64>,
    #[n(18)]
    pub(crate) stopping_at: Option<i64>,
    #[n(19)]
    pub(crate) stopped_at: Option<i64>,
    /// Counts every change, so that no two states of a task are one row.
    #[n(20)]
    pub(crate) version: u64,
    /// The job of Batch that it is an attempt of.
    #[n(21)]
    pub(crate) job: Option<String>,
    /// How long it may run.
    #[n(22)]
    pub(crate) timeout_seconds: Option<u64>,
    #[n(23)]
    pub(crate) enable_execute_command: bool,
    /// The role that fetches the secrets of its containers.
    #[n(24)]
    pub(crate) execution_role: Option<String>,
}

impl Task {
    pub(crate) fn key(&self) -> TaskKey {
        TaskKey {
            scope: Scope::read(self.scope.clone()),
            cluster: self.cluster.clone(),
            id: self.id.clone(),
        }
    }

    /// Lets it stop, unless it shall already.
    pub(crate) fn shall_stop(&mut self, code: StopCode, reason: impl Into<String>, now: i64) {
        if self.stop.is_none() {
            self.stop = Some(Stop { code, reason: reason.into() });
            self.stopping_at = Some(now);
        }
    }
}

/// One program of a task.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Container {
    #[n(0)]
    pub(crate) name: String,
    #[n(1)]
    pub(crate) image: String,
    #[n(2)]
    pub(crate) entry_point: Vec<String>,
    #[n(3)]
    pub(crate) command: Vec<String>,
    #[n(4)]
    pub(crate) environment: BTreeMap<String, String>,
    #[n(5)]
    pub(crate) working_directory: Option<String>,
    #[n(6)]
    pub(crate) user: Option<String>,
    /// The task ends with it.
    #[n(7)]
    pub(crate) is_essential: bool,
    #[n(8)]
    pub(crate) depends_on: Vec<Dependency>,
    #[n(9)]
    pub(crate) cpu: Option<i32>,
    /// Mebibytes that it may use.
    #[n(10)]
    pub(crate) memory: Option<i32>,
    #[n(11)]
    pub(crate) memory_reservation: Option<i32>,
    /// Between being asked to stop and being made to.
    #[n(12)]
    pub(crate) stop_timeout_seconds: u64,
    #[n(13)]
    pub(crate) log: Option<LogStream>,
    /// What it is called by what runs it.
    #[n(14)]
    pub(crate) runtime_id: Option<String>,
    #[n(15)]
    pub(crate) status: Status,
    #[n(16)]
    pub(crate) exit_code: Option<i32>,
    #[n(17)]
    pub(crate) reason: Option<String>,
    /// Variables whose values another service keeps.
    #[n(18)]
    pub(crate) secrets: BTreeMap<String, String>,
}

/// What must have happened to another container of the task first.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Dependency {
    #[n(0)]
    pub(crate) container: String,
    #[n(1)]
    pub(crate) condition: Condition,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub(crate) enum Condition {
    #[n(0)]
    Start,
    #[n(1)]
    Complete,
    #[n(2)]
    Success,
}

/// Where the output of a container is kept.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct LogStream {
    #[n(0)]
    pub(crate) group: String,
    #[n(1)]
    pub(crate) stream: String,
    #[n(2)]
    pub(crate) creates_group: bool,
}

/// What a request was answered that may come again: by the attempt of a task, or by its client token.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Reply {
    #[n(0)]
    pub(crate) at: i64,
    #[n(1)]
    pub(crate) text: String,
    /// The digest of the request.
    #[n(2)]
    pub(crate) request: String,
}
