//! What the room keeps of Batch. All of it is rows, so members are numbered: new ones can be added, none reused.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};

use crate::model::{Container, Tags};

/// Where jobs run: here, always. It is a name and what was said of it.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct ComputeEnvironment {
    /// The request as JSON, without its tags.
    #[n(0)]
    pub(crate) text: String,
    #[n(1)]
    pub(crate) tags: Tags,
    #[n(2)]
    pub(crate) is_disabled: bool,
    #[n(3)]
    pub(crate) uuid: String,
}

/// Where jobs are submitted to.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct JobQueue {
    #[n(0)]
    pub(crate) priority: i32,
    #[n(1)]
    pub(crate) is_disabled: bool,
    /// The ARNs of compute environments, the first to be used first.
    #[n(2)]
    pub(crate) environments: Vec<String>,
    #[n(3)]
    pub(crate) tags: Tags,
    #[n(4)]
    pub(crate) scheduling_policy: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub(crate) enum JobStatus {
    #[n(0)]
    Submitted,
    /// It waits for other jobs, or for the jobs of its array.
    #[n(1)]
    Pending,
    #[n(2)]
    Runnable,
    #[n(3)]
    Starting,
    #[n(4)]
    Running,
    #[n(5)]
    Succeeded,
    #[n(6)]
    Failed,
}

impl JobStatus {
    pub(crate) const ALL: [JobStatus; 7] = [
        JobStatus::Submitted,
        JobStatus::Pending,
        JobStatus::Runnable,
        JobStatus::Starting,
        JobStatus::Running,
        JobStatus::Succeeded,
        JobStatus::Failed,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            JobStatus::Submitted => "SUBMITTED",
            JobStatus::Pending => "PENDING",
            JobStatus::Runnable => "RUNNABLE",
            JobStatus::Starting => "STARTING",
            JobStatus::Running => "RUNNING",
            JobStatus::Succeeded => "SUCCEEDED",
            JobStatus::Failed => "FAILED",
        }
    }
}

/// A job: a container, tried as often as its retry strategy says, once other jobs have succeeded.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Job {
    #[n(0)]
    pub(crate) scope: String,
    /// Of a job of an array `<id of the array>:<index>`.
    #[n(1)]
    pub(crate) id: String,
    #[n(2)]
    pub(crate) name: String,
    #[n(3)]
    pub(crate) queue: String,
    #[n(4)]
    pub(crate) definition_arn: String,
    #[n(5)]
    pub(crate) status: JobStatus,
    #[n(6)]
    pub(crate) status_reason: Option<String>,
    #[n(7)]
    pub(crate) created_at: i64,
    #[n(8)]
    pub(crate) started_at: Option<i64>,
    #[n(9)]
    pub(crate) stopped_at: Option<i64>,
    /// What each attempt runs.
    #[n(10)]
    pub(crate) container: Container,
    /// The container as it is shown, as JSON.
    #[n(11)]
    pub(crate) shown: String,
    #[n(12)]
    pub(crate) role: Option<String>,
    #[n(13)]
    pub(crate) parameters: BTreeMap<String, String>,
    #[n(14)]
    pub(crate) tags: Tags,
    #[n(15)]
    pub(crate) retry: Retry,
    #[n(16)]
    pub(crate) timeout_seconds: Option<u64>,
    /// The ids of the jobs that have to succeed first.
    #[n(17)]
    pub(crate) depends_on: Vec<String>,
    /// Those of them that haven't yet.
    #[n(18)]
    pub(crate) waits_for: Vec<String>,
    /// The cluster of its tasks.
    #[n(19)]
    pub(crate) cluster: String,
    /// The task of the attempt that is under way, or was the last.
    #[n(20)]
    pub(crate) task: Option<String>,
    #[n(21)]
    pub(crate) attempts: Vec<Attempt>,
    #[n(22)]
    pub(crate) is_cancelled: bool,
    #[n(23)]
    pub(crate) is_terminated: bool,
    #[n(24)]
    pub(crate) array: Option<Array>,
    /// Its place in the array that it belongs to.
    #[n(25)]
    pub(crate) index: Option<u32>,
    #[n(26)]
    pub(crate) is_fargate: bool,
    /// Counts every change, so that no two states of a job are one row.
    #[n(27)]
    pub(crate) changes: u64,
    /// The name of the compute environment.
    #[n(28)]
    pub(crate) environment: String,
    #[n(29)]
    pub(crate) propagates_tags: bool,
    #[n(30)]
    pub(crate) execution_role: Option<String>,
}

impl Job {
    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.status, JobStatus::Succeeded | JobStatus::Failed)
    }
}

/// The jobs of an array, which itself runs nothing.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Array {
    #[n(0)]
    pub(crate) size: u32,
    #[n(1)]
    pub(crate) succeeded: u32,
    #[n(2)]
    pub(crate) failed: u32,
}

/// How often a job is tried.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Retry {
    #[n(0)]
    pub(crate) attempts: u32,
    #[n(1)]
    pub(crate) rules: Vec<ExitRule>,
}

/// What follows from how an attempt has ended. A pattern that is absent matches everything.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct ExitRule {
    #[n(0)]
    pub(crate) status_reason: Option<String>,
    #[n(1)]
    pub(crate) reason: Option<String>,
    #[n(2)]
    pub(crate) exit_code: Option<String>,
    #[n(3)]
    pub(crate) retries: bool,
}

/// An attempt that has ended.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Attempt {
    #[n(0)]
    pub(crate) task_arn: String,
    #[n(1)]
    pub(crate) started_at: Option<i64>,
    #[n(2)]
    pub(crate) stopped_at: Option<i64>,
    #[n(3)]
    pub(crate) exit_code: Option<i32>,
    #[n(4)]
    pub(crate) reason: Option<String>,
    #[n(5)]
    pub(crate) status_reason: String,
    #[n(6)]
    pub(crate) log_stream: Option<String>,
}
