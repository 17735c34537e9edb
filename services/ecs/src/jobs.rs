//! The life of jobs. An attempt of a job is a task of ECS: whatever changes of the task changes the job in the same batch,
//! and so do other jobs that have waited for this one.

pub(crate) mod model;
mod retry;

use std::collections::BTreeMap;

use store::{Batch, Found};

use crate::Room;
use crate::arn::{Scope, TaskKey};
use crate::errors::Error;
use crate::model::{Status, StopCode, Tags, Task};
use crate::tables;
use model::{Attempt, Job, JobStatus};

/// What is said of a job that took too long; it isn't tried again.
pub(crate) const TIMED_OUT: &str = "Job attempt duration exceeded timeout";
const DEPENDENCY_FAILED: &str = "Dependent Job failed";
const ARRAY_FAILED: &str = "Array Child Job FAILED";
/// The group of all logs of jobs.
const LOG_GROUP: &str = "/aws/batch/job";

impl Room {
    /// What a changed task means for the job that it is an attempt of.
    pub(crate) async fn follow(&self, batch: &mut Batch, task: &Task) -> Result<(), Error> {
        let Some(id) = &task.job else { return Ok(()) };
        let scope = Scope::read(task.scope.clone());
        let Some(found) = self.tables().job(&scope, id).await? else { return Ok(()) };
        let mut job = found.value.clone();
        if job.has_ended() || job.task.as_ref() != Some(&task.id) {
            return Ok(());
        }
        match task.status {
            Status::Provisioning | Status::Stopping => return Ok(()),
            Status::Pending => job.status = JobStatus::Starting,
            Status::Running => {
                job.status = JobStatus::Running;
                job.started_at = task.started_at;
            }
            Status::Stopped => return self.end_attempt(batch, &found, task).await,
        }
        self.change_job(batch, &found, job);
        Ok(())
    }

    async fn end_attempt(
        &self,
        batch: &mut Batch,
        found: &Found<Job>,
        task: &Task,
    ) -> Result<(), Error> {
        let mut job = found.value.clone();
        let attempt = attempt_of(task);
        let was_stopped = task
            .stop
            .as_ref()
            .is_some_and(|stop| stop.code == StopCode::UserInitiated || stop.reason == TIMED_OUT);
        let has_succeeded = attempt.exit_code == Some(0) && !was_stopped;
        let tried = job.attempts.len() + 1;
        let is_retried = !has_succeeded
            && !was_stopped
            && tried < job.retry.attempts as usize
            && retry::is_retried(&job.retry.rules, &attempt);
        job.status_reason = Some(attempt.status_reason.clone());
        job.attempts.push(attempt);
        if is_retried {
            self.begin_attempt(batch, &mut job);
            self.change_job(batch, found, job);
            return Ok(());
        }
        job.started_at = task.started_at.or(job.started_at);
        let status = if has_succeeded { JobStatus::Succeeded } else { JobStatus::Failed };
        self.end_job(batch, found, job, status).await
    }

    /// Adds the task of the next attempt.
    pub(crate) fn begin_attempt(&self, batch: &mut Batch, job: &mut Job) {
        let task = self.task_of(job);
        job.status = JobStatus::Runnable;
        job.task = Some(task.id.clone());
        self.add_task(batch, &task);
    }

    fn task_of(&self, job: &Job) -> Task {
        let id = self.house.uuid().replace('-', "");
        let mut container = job.container.clone();
        if let Some(log) = &mut container.log {
            let prefix = match log.stream.is_empty() {
                true => {
                    crate::arn::name_of(&job.definition_arn).split(':').next().unwrap_or_default()
                }
                false => &log.stream,
            };
            log.stream = format!("{prefix}/{}/{id}", container.name);
        }
        let number = (job.attempts.len() + 1).to_string();
        let given = [
            ("AWS_BATCH_JOB_ID", job.id.as_str()),
            ("AWS_BATCH_JQ_NAME", &job.queue),
            ("AWS_BATCH_CE_NAME", &job.environment),
            ("AWS_BATCH_JOB_ATTEMPT", &number),
        ];
        let given = given.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let index =
            job.index.map(|index| ("AWS_BATCH_JOB_ARRAY_INDEX".to_owned(), index.to_string()));
        container.environment.extend(given.into_iter().chain(index));
        let scope = Scope::read(job.scope.clone());
        let definition = crate::arn::Revisioned::parse(&job.definition_arn);
        let (family, revision) =
            definition.map_or((job.name.as_str(), 1), |it| (it.name, it.revision.unwrap_or(1)));
        let launch_type = if job.is_fargate { "FARGATE" } else { "EC2" };
        Task {
            scope: job.scope.clone(),
            cluster: job.cluster.clone(),
            id,
            definition_arn: scope.task_definition(family, revision),
            overrides: None,
            launch_type: launch_type.to_owned(),
            group: format!("family:{family}"),
            started_by: Some(job.id.clone()),
            tags: if job.propagates_tags { job.tags.clone() } else { Tags::new() },
            cpu: container.cpu.map(|cpu| cpu.to_string()),
            memory: container.memory.map(|memory| memory.to_string()),
            platform_version: job.is_fargate.then(|| "1.4.0".to_owned()),
            role: job.role.clone(),
            execution_role: job.execution_role.clone(),
            containers: vec![container],
            status: Status::Provisioning,
            stop: None,
            created_at: self.house.now().as_millis(),
            started_at: None,
            stopping_at: None,
            stopped_at: None,
            version: 1,
            job: Some(job.id.clone()),
            timeout_seconds: job.timeout_seconds,
            enable_execute_command: false,
        }
    }

    /// Ends a job, and tells those that have waited for it.
    pub(crate) async fn end_job(
        &self,
        batch: &mut Batch,
        found: &Found<Job>,
        mut job: Job,
        status: JobStatus,
    ) -> Result<(), Error> {
        self.set_end(&mut job, status);
        let scope = Scope::read(job.scope.clone());
        let mut told: BTreeMap<String, (Found<Job>, Job)> = BTreeMap::new();
        let mut ended = vec![job.clone()];
        self.change_job(batch, found, job);
        while let Some(end) = ended.pop() {
            tables::forget_waiting(batch, &scope, &end.id);
            for id in self.tables().waiting(&scope, &end.id).await? {
                let (found, mut waiting) = match told.remove(&id) {
                    Some(told) => told,
                    None => {
                        let Some(found) = self.tables().job(&scope, &id).await? else { continue };
                        let waiting = found.value.clone();
                        (found, waiting)
                    }
                };
                if !waiting.has_ended() {
                    self.tell(batch, &mut waiting, &end);
                    if waiting.has_ended() {
                        ended.push(waiting.clone());
                    }
                }
                told.insert(id, (found, waiting));
            }
        }
        for (found, waiting) in told.into_values() {
            self.change_job(batch, &found, waiting);
        }
        Ok(())
    }

    fn change_job(&self, batch: &mut Batch, found: &Found<Job>, job: Job) {
        if job.status != found.value.status {
            self.tell_of_job(batch, &job);
        }
        tables::change_job(batch, found, job);
    }

    /// Tells a job that one for which it has waited has ended.
    fn tell(&self, batch: &mut Batch, waiting: &mut Job, end: &Job) {
        let has_failed = end.status == JobStatus::Failed;
        if let Some(array) = waiting.array.as_mut().filter(|_| end.index.is_some()) {
            array.failed += u32::from(has_failed);
            array.succeeded += u32::from(!has_failed);
            if array.succeeded + array.failed < array.size {
                return;
            }
            let status = if 0 < array.failed { JobStatus::Failed } else { JobStatus::Succeeded };
            waiting.status_reason = (0 < array.failed).then(|| ARRAY_FAILED.to_owned());
            return self.set_end(waiting, status);
        }
        waiting.waits_for.retain(|id| *id != end.id);
        if has_failed {
            waiting.status_reason = Some(DEPENDENCY_FAILED.to_owned());
            self.set_end(waiting, JobStatus::Failed);
        } else if waiting.waits_for.is_empty() {
            self.begin(batch, waiting);
        }
    }

    /// Lets a job begin that waits for nothing any more: its first attempt, or the jobs of its array.
    pub(crate) fn begin(&self, batch: &mut Batch, job: &mut Job) {
        let Some(array) = &job.array else { return self.begin_attempt(batch, job) };
        job.status = JobStatus::Pending;
        for index in 0..array.size {
            let mut child = Job {
                id: format!("{}:{index}", job.id),
                index: Some(index),
                array: None,
                depends_on: Vec::new(),
                ..job.clone()
            };
            self.begin_attempt(batch, &mut child);
            self.add_job(batch, &child);
            tables::wait_for(batch, &child, &job.id);
        }
    }

    /// Adds a job.
    pub(crate) fn add_job(&self, batch: &mut Batch, job: &Job) {
        self.tell_of_job(batch, job);
        tables::add_job(batch, job);
    }

    fn set_end(&self, job: &mut Job, status: JobStatus) {
        job.status = status;
        job.stopped_at = Some(self.house.now().as_millis());
    }
}

/// The attempt that a stopped task was.
fn attempt_of(task: &Task) -> Attempt {
    let container = task.containers.first();
    Attempt {
        task_arn: task.key().arn(),
        started_at: task.started_at,
        stopped_at: task.stopped_at,
        exit_code: container.and_then(|container| container.exit_code),
        reason: container.and_then(|container| container.reason.clone()),
        status_reason: task.stop.as_ref().map(|stop| stop.reason.clone()).unwrap_or_default(),
        log_stream: container.and_then(|container| Some(container.log.as_ref()?.stream.clone())),
    }
}

/// The task of the attempt that is under way.
pub(crate) fn task_key(job: &Job) -> Option<TaskKey> {
    let scope = Scope::read(job.scope.clone());
    Some(TaskKey { scope, cluster: job.cluster.clone(), id: job.task.clone()? })
}

/// Where jobs write that don't say.
pub(crate) fn default_log() -> crate::model::LogStream {
    crate::model::LogStream {
        group: LOG_GROUP.to_owned(),
        stream: String::new(),
        creates_group: true,
    }
}
