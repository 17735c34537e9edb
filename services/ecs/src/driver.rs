//! The life of one task: its containers are started in the order in which they depend on each other, run, and stop.
//!
//! Each step is a change of the task's row, and what a step says has been done is done after it is durable: from
//! `PENDING` on containers may exist. A driver that finds a task further than `PROVISIONING` follows another one,
//! which a crash has ended: it goes on where the engine still has the containers, else the task stops.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::Room;
use crate::arn::TaskKey;
use crate::engine::{Exit, Launch, Started, Wish};
use crate::errors::Error;
use crate::jobs::TIMED_OUT;
use crate::model::{Condition, Container, Status, StopCode, Task};

/// What AWS says of tasks whose machine has gone, so that retry strategies of jobs know it.
const HOST_GONE: &str = "Host EC2 (instance freehold) terminated.";
const ESSENTIAL_EXITED: &str = "Essential container in task exited";
/// By analogy: a container waits for one that has ended otherwise.
const NOT_FREE: &str = "Dependencies of a container were not fulfilled";

/// Brings a task to its end.
pub(crate) async fn drive(room: &Arc<Room>, key: &TaskKey) -> Result<(), Error> {
    let Some(found) = room.tables().task(key).await? else { return Ok(()) };
    let has_begun = Status::Provisioning < found.value.status;
    let now = || room.house.now().as_millis();
    let left = match has_begun {
        true => room.engine.left(&key.arn()).await,
        false => BTreeMap::new(),
    };
    let is_lost = has_begun
        && found
            .value
            .containers
            .iter()
            .any(|it| it.status == Status::Running && !left.contains_key(&it.name));
    let begun = room
        .change_task(key, |task| {
            if is_lost || (has_begun && !room.engine.outlives_the_house()) {
                task.shall_stop(StopCode::TerminationNotice, HOST_GONE, now());
            } else if task.stop.is_none() {
                task.status = task.status.max(Status::Pending);
            }
        })
        .await?;
    let Some(task) = begun else { return Ok(()) };
    let (starts, started) = mpsc::channel(task.containers.len().max(1));
    let group = Group {
        changes: room.changed.subscribe(),
        wishes: BTreeMap::new(),
        ends: JoinSet::new(),
        starts,
        left,
        room,
        task,
    };
    group.run(started).await
}

/// The containers of a task, as far as they run.
struct Group<'r> {
    room: &'r Arc<Room>,
    /// As it was committed last.
    task: Task,
    changes: watch::Receiver<()>,
    /// How each container that was started is told what to do.
    wishes: BTreeMap<usize, watch::Sender<Wish>>,
    ends: JoinSet<(usize, Exit)>,
    starts: mpsc::Sender<(usize, String)>,
    /// Containers that are there already, by name: what the engine calls them.
    left: BTreeMap<String, String>,
}

impl Group<'_> {
    async fn run(mut self, mut started: mpsc::Receiver<(usize, String)>) -> Result<(), Error> {
        self.take_up_what_is_left();
        loop {
            self.start_what_may_start();
            if self.ends.is_empty() {
                break;
            }
            let timeout = self.time_left();
            tokio::select! {
                biased;
                Some((place, runtime_id)) = started.recv() => self.note_start(place, runtime_id).await?,
                Some(ended) = self.ends.join_next() => match ended {
                    Ok((place, exit)) => self.note_end(place, exit).await?,
                    Err(error) => {
                        tracing::error!(task = self.task.id, %error, "a container's own task failed");
                        self.stop(StopCode::TaskFailedToStart, "The container could not be followed.").await?;
                    }
                },
                Ok(()) = self.changes.changed() => self.look_again().await?,
                () = passed(timeout) => self.stop(StopCode::EssentialContainerExited, TIMED_OUT).await?,
            }
        }
        self.finish().await
    }

    /// Follows the containers that a driver before this one has started.
    fn take_up_what_is_left(&mut self) {
        for place in 0..self.task.containers.len() {
            if self.left.contains_key(&self.task.containers[place].name) {
                self.launch(place);
            }
        }
        if self.task.stop.is_some() {
            self.tell_all_to_stop();
        }
    }

    /// Starts the containers whose dependencies are fulfilled.
    fn start_what_may_start(&mut self) {
        if self.task.stop.is_some() {
            return;
        }
        for place in 0..self.task.containers.len() {
            let container = &self.task.containers[place];
            let is_new = container.status == Status::Pending && !self.wishes.contains_key(&place);
            if is_new && self.is_free(container) {
                self.launch(place);
            }
        }
    }

    fn is_free(&self, container: &Container) -> bool {
        container.depends_on.iter().all(|on| {
            let other = self.task.containers.iter().find(|it| it.name == on.container);
            other.is_some_and(|other| match on.condition {
                Condition::Start => Status::Running <= other.status,
                Condition::Complete => other.status == Status::Stopped,
                Condition::Success => other.status == Status::Stopped && other.exit_code == Some(0),
            })
        })
    }

    fn launch(&mut self, place: usize) {
        let (wish, wishes) = watch::channel(Wish::Run);
        self.wishes.insert(place, wish);
        let container = self.task.containers[place].clone();
        let launch = Launch {
            left: self.left.get(&container.name).cloned(),
            task_arn: self.task.key().arn(),
            task_id: self.task.id.clone(),
            role: self.task.role.clone(),
            execution_role: self.task.execution_role.clone(),
            memory: container.memory.or_else(|| self.task.memory.as_ref()?.parse().ok()),
            launch_type: self.task.launch_type.clone(),
            account: self.task.key().scope.account().to_owned(),
            container,
        };
        let engine = Arc::clone(&self.room.engine);
        let started = Started { place, starts: self.starts.clone() };
        self.ends.spawn(async move { (place, engine.run(launch, wishes, started).await) });
    }

    async fn note_start(&mut self, place: usize, runtime_id: String) -> Result<(), Error> {
        let now = self.room.house.now().as_millis();
        self.change(|task| {
            let container = &mut task.containers[place];
            container.runtime_id = Some(runtime_id.clone());
            container.status = container.status.max(Status::Running);
            let essential = || task.containers.iter().filter(|it| it.is_essential);
            if task.status == Status::Pending && essential().all(|it| Status::Running <= it.status)
            {
                task.status = Status::Running;
                task.started_at = Some(now);
            }
        })
        .await
    }

    async fn note_end(&mut self, place: usize, exit: Exit) -> Result<(), Error> {
        let now = self.room.house.now().as_millis();
        self.wishes.remove(&place);
        self.change(|task| {
            let container = &mut task.containers[place];
            container.status = Status::Stopped;
            let is_essential = container.is_essential;
            match &exit {
                Exit::Ended { code, reason } => {
                    container.exit_code = *code;
                    container.reason.clone_from(reason);
                    if is_essential {
                        task.shall_stop(StopCode::EssentialContainerExited, ESSENTIAL_EXITED, now);
                    }
                }
                Exit::NeverStarted { reason } => {
                    container.reason = Some(reason.clone());
                    task.shall_stop(StopCode::TaskFailedToStart, reason, now);
                }
                Exit::Lost => {
                    task.shall_stop(StopCode::TerminationNotice, HOST_GONE, now);
                }
            }
        })
        .await?;
        if self.task.stop.is_some() {
            self.tell_all_to_stop();
        }
        Ok(())
    }

    /// Sees whether somebody wants the task to stop.
    async fn look_again(&mut self) -> Result<(), Error> {
        if self.task.stop.is_some() {
            return Ok(());
        }
        if let Some(found) = self.room.tables().task(&self.task.key()).await? {
            self.task = found.value;
        }
        if self.task.stop.is_some() {
            self.tell_all_to_stop();
        }
        Ok(())
    }

    async fn stop(&mut self, code: StopCode, reason: &str) -> Result<(), Error> {
        let now = self.room.house.now().as_millis();
        self.change(|task| task.shall_stop(code, reason, now)).await?;
        self.tell_all_to_stop();
        Ok(())
    }

    fn tell_all_to_stop(&self) {
        for wish in self.wishes.values() {
            wish.send_replace(Wish::Stop);
        }
    }

    /// How long the task may still run.
    fn time_left(&self) -> Option<Duration> {
        if self.task.stop.is_some() {
            return None;
        }
        let begun = self.task.started_at?;
        let end = begun + i64::try_from(self.task.timeout_seconds?).ok()?.checked_mul(1000)?;
        let left = end - self.room.house.now().as_millis();
        Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
    }

    async fn change(&mut self, change: impl Fn(&mut Task)) -> Result<(), Error> {
        if let Some(task) = self.room.change_task(&self.task.key(), change).await? {
            self.task = task;
        }
        Ok(())
    }

    /// All containers have ended, or were never started.
    async fn finish(mut self) -> Result<(), Error> {
        let now = self.room.house.now().as_millis();
        self.change(|task| {
            match task.containers.iter().any(|it| it.status < Status::Running) {
                true => task.shall_stop(StopCode::TaskFailedToStart, NOT_FREE, now),
                false => task.shall_stop(StopCode::EssentialContainerExited, ESSENTIAL_EXITED, now),
            }
            for container in &mut task.containers {
                container.status = Status::Stopped;
            }
            task.status = Status::Stopped;
            task.stopped_at = Some(now);
        })
        .await?;
        self.room.engine.forget(&self.task).await;
        Ok(())
    }
}

/// Waits for that long; for ever without a bound.
async fn passed(timeout: Option<Duration>) {
    match timeout {
        #[expect(clippy::disallowed_methods, reason = "when it is due stands in the task's row")]
        Some(timeout) => tokio::time::sleep(timeout).await,
        None => std::future::pending().await,
    }
}
