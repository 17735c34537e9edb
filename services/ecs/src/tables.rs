//! The rows of this room.
//!
//! What is changed was read first, and is written only if it still is as it was read ([`Found`]): decisions about one
//! thing are serial, however many requests decide at once. Tasks that haven't stopped, and tasks and jobs that have
//! ended, stand in tables of their own beside, so that nobody looks through all.

use store::key::{Key, Parts};
use store::{Batch, Error, Found, Read, Stored, row};

use crate::arn::{Scope, TaskKey};
use crate::jobs::model::{ComputeEnvironment, Job, JobQueue};
use crate::model::{Cluster, Definition, Reply, Task};

const CLUSTER: &str = "ecs.cluster";
const TASK: &str = "ecs.task";
const OPEN: &str = "ecs.open";
const ENDED: &str = "ecs.ended";
const REPLY: &str = "ecs.reply";
const ENVIRONMENT: &str = "batch.environment";
const QUEUE: &str = "batch.queue";
const JOB: &str = "batch.job";
const WAITING: &str = "batch.waiting";
const ENDED_JOB: &str = "batch.ended";

/// The things that have revisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    TaskDefinition,
    JobDefinition,
}

impl Kind {
    fn table(self) -> &'static str {
        match self {
            Kind::TaskDefinition => "ecs.definition",
            Kind::JobDefinition => "batch.definition",
        }
    }

    /// The table of the newest revisions, which are never used twice.
    fn newest(self) -> &'static str {
        match self {
            Kind::TaskDefinition => "ecs.revision",
            Kind::JobDefinition => "batch.revision",
        }
    }
}

impl Stored for Cluster {
    type Row = Self;
    const WHAT: &'static str = "a cluster";
}

impl Stored for Task {
    type Row = Self;
    const WHAT: &'static str = "a task";
}

impl Stored for Definition {
    type Row = Self;
    const WHAT: &'static str = "a definition";
}

impl Stored for Reply {
    type Row = Self;
    const WHAT: &'static str = "a reply";
}

impl Stored for ComputeEnvironment {
    type Row = Self;
    const WHAT: &'static str = "a compute environment";
}

impl Stored for JobQueue {
    type Row = Self;
    const WHAT: &'static str = "a job queue";
}

impl Stored for Job {
    type Row = Self;
    const WHAT: &'static str = "a job";
}

/// Puts the changed task in the place of the one found, in every table where it belongs.
pub(crate) fn change_task(batch: &mut Batch, found: &Found<Task>, mut changed: Task) {
    changed.version = found.value.version + 1;
    if let Some(stopped_at) = changed.stopped_at {
        let key = changed.key();
        batch.delete(of_task(OPEN, &key));
        batch.put(
            of_ended(ENDED, stopped_at, &key.scope).text(&key.cluster).text(&key.id),
            Vec::new(),
        );
    }
    found.replace(batch, changed);
}

/// Puts the changed job in the place of the one found, in every table where it belongs.
pub(crate) fn change_job(batch: &mut Batch, found: &Found<Job>, mut changed: Job) {
    changed.changes = found.value.changes + 1;
    if let (Some(stopped_at), false) = (changed.stopped_at, found.value.has_ended()) {
        put_end(batch, &changed, stopped_at);
    }
    found.replace(batch, changed);
}

/// Adds a task that is to be run.
pub(crate) fn add_task(batch: &mut Batch, task: &Task) {
    let key = task.key();
    batch.require_absent(of_task(TASK, &key)).put(of_task(TASK, &key), row::encode(task));
    batch.put(of_task(OPEN, &key), Vec::new());
}

/// Adds a job, and says for which jobs it waits.
pub(crate) fn add_job(batch: &mut Batch, job: &Job) {
    let scope = Scope::read(job.scope.clone());
    let key = named(JOB, &scope, &job.id);
    batch.require_absent(key.clone()).put(key, row::encode(job));
    if let Some(stopped_at) = job.stopped_at {
        put_end(batch, job, stopped_at);
    }
    for dependency in &job.waits_for {
        batch.put(named(WAITING, &scope, dependency).text(&job.id), Vec::new());
    }
}

/// Says when a job has ended, so that it is forgotten in time.
fn put_end(batch: &mut Batch, job: &Job, stopped_at: i64) {
    let scope = Scope::read(job.scope.clone());
    batch.put(of_ended(ENDED_JOB, stopped_at, &scope).text(&job.id), Vec::new());
}

/// Says that an array waits for one of its jobs.
pub(crate) fn wait_for(batch: &mut Batch, job: &Job, array: &str) {
    let scope = Scope::read(job.scope.clone());
    batch.put(named(WAITING, &scope, &job.id).text(array), Vec::new());
}

/// Forgets who waited for a job.
pub(crate) fn forget_waiting(batch: &mut Batch, scope: &Scope, job: &str) {
    batch.delete_range(named(WAITING, scope, job).range());
}

pub(crate) fn add_cluster(batch: &mut Batch, scope: &Scope, name: &str, cluster: &Cluster) {
    let key = named(CLUSTER, scope, name);
    batch.require_absent(key.clone()).put(key, row::encode(cluster));
}

pub(crate) fn add_environment(
    batch: &mut Batch,
    scope: &Scope,
    name: &str,
    value: &ComputeEnvironment,
) {
    let key = named(ENVIRONMENT, scope, name);
    batch.require_absent(key.clone()).put(key, row::encode(value));
}

pub(crate) fn add_queue(batch: &mut Batch, scope: &Scope, name: &str, queue: &JobQueue) {
    let key = named(QUEUE, scope, name);
    batch.require_absent(key.clone()).put(key, row::encode(queue));
}

/// Adds the revision that comes after `newest`, which must still be the newest.
pub(crate) fn add_revision(
    batch: &mut Batch,
    kind: Kind,
    scope: &Scope,
    name: &str,
    newest: u64,
    definition: &Definition,
) {
    let counter = named(kind.newest(), scope, name);
    match newest {
        0 => batch.require_absent(counter.clone()),
        _ => batch.require_value(counter.clone(), newest.to_be_bytes().to_vec()),
    };
    batch.put(counter, (newest + 1).to_be_bytes().to_vec());
    batch.put(named(kind.table(), scope, name).u64(newest + 1), row::encode(definition));
}

/// Keeps what was answered; refused if something was already.
pub(crate) fn keep_reply(batch: &mut Batch, name: &str, reply: &Reply) {
    let key = Key::of(REPLY).text(name);
    batch.require_absent(key.clone()).put(key, row::encode(reply));
}

/// Reads rows.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'r>(pub(crate) &'r dyn Read);

impl Tables<'_> {
    pub(crate) async fn cluster(
        &self,
        scope: &Scope,
        name: &str,
    ) -> Result<Option<Found<Cluster>>, Error> {
        Found::read(self.0, named(CLUSTER, scope, name)).await
    }

    pub(crate) async fn clusters(&self, scope: &Scope) -> Result<Vec<(String, Cluster)>, Error> {
        self.all(CLUSTER, scope).await
    }

    pub(crate) async fn environment(
        &self,
        scope: &Scope,
        name: &str,
    ) -> Result<Option<Found<ComputeEnvironment>>, Error> {
        Found::read(self.0, named(ENVIRONMENT, scope, name)).await
    }

    pub(crate) async fn environments(
        &self,
        scope: &Scope,
    ) -> Result<Vec<(String, ComputeEnvironment)>, Error> {
        self.all(ENVIRONMENT, scope).await
    }

    pub(crate) async fn queue(
        &self,
        scope: &Scope,
        name: &str,
    ) -> Result<Option<Found<JobQueue>>, Error> {
        Found::read(self.0, named(QUEUE, scope, name)).await
    }

    pub(crate) async fn queues(&self, scope: &Scope) -> Result<Vec<(String, JobQueue)>, Error> {
        self.all(QUEUE, scope).await
    }

    pub(crate) async fn job(&self, scope: &Scope, id: &str) -> Result<Option<Found<Job>>, Error> {
        Found::read(self.0, named(JOB, scope, id)).await
    }

    pub(crate) async fn jobs(&self, scope: &Scope) -> Result<Vec<Job>, Error> {
        Ok(self.all(JOB, scope).await?.into_iter().map(|(_, job)| job).collect())
    }

    /// The ids of the jobs that wait for a job.
    pub(crate) async fn waiting(&self, scope: &Scope, job: &str) -> Result<Vec<String>, Error> {
        let entries = self.0.scan(&named(WAITING, scope, job).scan()).await?;
        let id = |entry: &store::Entry| {
            let mut parts = Parts::of(WAITING, &entry.key)?;
            parts.text()?;
            parts.text()?;
            let id = parts.text()?;
            parts.end()?;
            Ok(id)
        };
        entries.iter().map(id).collect()
    }

    pub(crate) async fn task(&self, key: &TaskKey) -> Result<Option<Found<Task>>, Error> {
        Found::read(self.0, of_task(TASK, key)).await
    }

    /// The tasks of a cluster, stopped ones too.
    pub(crate) async fn tasks(&self, scope: &Scope, cluster: &str) -> Result<Vec<Task>, Error> {
        let entries = self.0.scan(&named(TASK, scope, cluster).scan()).await?;
        entries.iter().map(|entry| row::value(&entry.value)).collect()
    }

    /// Every task of the house that hasn't stopped.
    pub(crate) async fn open_tasks(&self) -> Result<Vec<TaskKey>, Error> {
        let entries = self.0.scan(&Key::of(OPEN).scan()).await?;
        entries.iter().map(|entry| task_key(Parts::of(OPEN, &entry.key)?)).collect()
    }

    /// The newest revision there has been; 0 where there has been none.
    pub(crate) async fn newest(&self, kind: Kind, scope: &Scope, name: &str) -> Result<u64, Error> {
        let row = self.0.get(&named(kind.newest(), scope, name)).await?;
        row.map_or(Ok(0), |row| number(&row))
    }

    /// The names of what has revisions.
    pub(crate) async fn names(&self, kind: Kind, scope: &Scope) -> Result<Vec<String>, Error> {
        let table = kind.newest();
        let entries = self.0.scan(&Key::of(table).text(scope.as_str()).scan()).await?;
        entries.iter().map(|entry| name(table, &entry.key)).collect()
    }

    pub(crate) async fn definition(
        &self,
        kind: Kind,
        scope: &Scope,
        name: &str,
        revision: u64,
    ) -> Result<Option<Found<Definition>>, Error> {
        Found::read(self.0, named(kind.table(), scope, name).u64(revision)).await
    }

    /// The revisions under a name, oldest first.
    pub(crate) async fn revisions(
        &self,
        kind: Kind,
        scope: &Scope,
        name: &str,
    ) -> Result<Vec<(u64, Definition)>, Error> {
        let entries = self.0.scan(&named(kind.table(), scope, name).scan()).await?;
        let revision = |entry: &store::Entry| {
            let mut parts = Parts::of(kind.table(), &entry.key)?;
            parts.text()?;
            parts.text()?;
            let revision = parts.u64()?;
            parts.end()?;
            Ok((revision, row::value(&entry.value)?))
        };
        entries.iter().map(revision).collect()
    }

    pub(crate) async fn reply(&self, name: &str) -> Result<Option<Reply>, Error> {
        Ok(Found::read(self.0, Key::of(REPLY).text(name)).await?.map(|found| found.value))
    }

    /// A batch that forgets tasks, jobs and replies that are older than these instants.
    pub(crate) async fn forgetting(
        &self,
        tasks: i64,
        jobs: i64,
        replies: i64,
    ) -> Result<Batch, Error> {
        let mut batch = Batch::new();
        for entry in self.0.scan(&Key::of(ENDED).scan()).await? {
            let mut parts = Parts::of(ENDED, &entry.key)?;
            if tasks <= parts.i64()? {
                break;
            }
            batch.delete(of_task(TASK, &task_key(parts)?)).delete(entry.key);
        }
        for entry in self.0.scan(&Key::of(ENDED_JOB).scan()).await? {
            let mut parts = Parts::of(ENDED_JOB, &entry.key)?;
            if jobs <= parts.i64()? {
                break;
            }
            let (scope, id) = (Scope::read(parts.text()?), parts.text()?);
            parts.end()?;
            batch.delete(named(JOB, &scope, &id)).delete(entry.key);
        }
        for entry in self.0.scan(&Key::of(REPLY).scan()).await? {
            if row::value::<Reply>(&entry.value)?.at < replies {
                batch.delete(entry.key);
            }
        }
        Ok(batch)
    }

    async fn all<T: Stored>(&self, table: &str, scope: &Scope) -> Result<Vec<(String, T)>, Error> {
        let entries = self.0.scan(&Key::of(table).text(scope.as_str()).scan()).await?;
        entries
            .iter()
            .map(|entry| Ok((name(table, &entry.key)?, row::value(&entry.value)?)))
            .collect()
    }
}

fn named(table: &str, scope: &Scope, name: &str) -> Key {
    Key::of(table).text(scope.as_str()).text(name)
}

fn of_task(table: &str, key: &TaskKey) -> Key {
    named(table, &key.scope, &key.cluster).text(&key.id)
}

fn of_ended(table: &str, at: i64, scope: &Scope) -> Key {
    Key::of(table).i64(at).text(scope.as_str())
}

/// The task that the rest of a key names.
fn task_key(mut parts: Parts<'_>) -> Result<TaskKey, Error> {
    let key =
        TaskKey { scope: Scope::read(parts.text()?), cluster: parts.text()?, id: parts.text()? };
    parts.end()?;
    Ok(key)
}

fn name(table: &str, key: &[u8]) -> Result<String, Error> {
    let mut parts = Parts::of(table, key)?;
    parts.text()?;
    let name = parts.text()?;
    parts.end()?;
    Ok(name)
}

fn number(row: &[u8]) -> Result<u64, Error> {
    let bytes = row.try_into().map_err(|_| Error::Corrupt("a revision of the ecs room"))?;
    Ok(u64::from_be_bytes(bytes))
}
