//! Express executions: they live in memory, and what is durable of an asynchronous one is that it was accepted.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use asl::{Budget, Failure, error_name};
use base::Timestamp;
use engine::decide::{MapRunOutcome, TaskOutcome};
use engine::event::Attempt;
use engine::{Command, Event, Execution, Identity, Input, Outcome};
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use json::Value;
use store::Batch;
use tokio::sync::Notify;

use crate::deciding::{self, Case};
use crate::dispatch::{Errand, Sent};
use crate::execution::{Finished, Start, Started, Status};
use crate::facts::{Facts, Parent};
use crate::standing::Standing;
use crate::tables::{self, ChildRow, NoticeRow, StatusRow, key};
use crate::{Error, Runner, StartError, map_run};

/// The asynchronous executions that run in this process, each with a bell that stops it.
#[derive(Default)]
pub(crate) struct Accepted(Mutex<HashMap<Arc<str>, Arc<Notify>>>);

impl Accepted {
    /// None if it runs already.
    fn begin(&self, arn: &Arc<str>) -> Option<Arc<Notify>> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if running.contains_key(arn) {
            return None;
        }
        let stop = Arc::new(Notify::new());
        running.insert(Arc::clone(arn), Arc::clone(&stop));
        Some(stop)
    }

    fn end(&self, arn: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(arn);
    }

    pub(crate) fn stop(&self, arn: &str) {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stop) = running.get(arn) {
            stop.notify_one();
        }
    }
}

impl Runner {
    /// Runs a synchronous Express execution, in memory, to its end. It ends with this future.
    pub async fn run_express(&self, start: Start) -> Result<Finished, Error> {
        let input = start.input.clone();
        let facts = Arc::new(self.facts(start));
        let never = Notify::new();
        Express::new(self, &facts, input).run(&never).await
    }

    /// Accepts an asynchronous Express execution durably; it runs again if a crash interrupts it.
    pub async fn start_express(&self, start: Start) -> Result<Started, StartError> {
        Ok(self.accept_express(self.facts(start)).await?)
    }

    pub(crate) async fn accept_express(&self, facts: Facts) -> Result<Started, Error> {
        let started =
            Started { execution_arn: Arc::clone(&facts.arn), start_date: facts.started_at };
        let row = tables::encode(&facts.to_row());
        let mut batch = Batch::new();
        batch.put(key::express(self.0.shard_of(&facts.arn), &facts.arn), row.clone());
        if facts.map_run_arn().is_some() {
            // Only children of map runs can be described and listed.
            batch.put(key::execution(&facts.arn), row);
            for list in facts.lists() {
                let date = facts.started_at.as_millis();
                batch.put(key::list(list, Status::Running, date, &facts.arn), Vec::new());
            }
        }
        self.0.machines.put(&mut batch, &facts.machine);
        self.0.store.commit(batch).await?;
        self.0.machines.stored(&facts.machine);
        self.run_accepted(facts)?;
        Ok(started)
    }

    /// After a crash: runs an execution whose row is durable, unless its map run has stopped it.
    pub(crate) async fn take_up_accepted(&self, facts: Facts) -> Result<(), Error> {
        if let Some(Parent::MapRun { map_run_arn, index, .. }) = &facts.parent {
            let child = self.0.store.get(&key::map_child(map_run_arn, *index)).await?;
            let child: Option<ChildRow> =
                child.map(|row| tables::decode("map run's child", &row)).transpose()?;
            let is_wanted = child.is_some_and(|child| {
                child.status == StatusRow::Running
                    && map_run::is_child(&facts.arn, map_run_arn, *index, child.generation)
            });
            if !is_wanted {
                let stopped = Finished {
                    start_date: facts.started_at,
                    stop_date: self.0.house.now(),
                    outcome: Outcome::Aborted(Failure::default()),
                    events: Vec::new(),
                };
                return self.complete(&facts, &stopped).await;
            }
        }
        self.run_accepted(facts)
    }

    /// Runs an execution whose row is durable.
    pub(crate) fn run_accepted(&self, facts: Facts) -> Result<(), Error> {
        let input =
            Value::parse(&facts.input_text).map_err(|error| Error::corrupt("input", error))?;
        let Some(stop) = self.0.shard(&facts.arn).express.begin(&facts.arn) else { return Ok(()) };
        let (runner, facts) = (self.clone(), Arc::new(facts));
        self.0.tasks.spawn(async move {
            let finished = Express::new(&runner, &facts, input).run(&stop).await;
            let completed = match finished {
                Ok(finished) => runner.complete(&facts, &finished).await,
                Err(error) => Err(error),
            };
            if let Err(error) = completed {
                // The row is still there: it runs again when the store is opened again.
                tracing::error!(execution = %facts.arn, %error, "failed to end an Express execution");
            }
            runner.0.shard(&facts.arn).express.end(&facts.arn);
        });
        Ok(())
    }

    async fn complete(&self, facts: &Facts, finished: &Finished) -> Result<(), Error> {
        let arn = &facts.arn;
        let mut batch = Batch::new();
        batch.delete(key::express(self.0.shard_of(arn), arn));
        let mut notice = None;
        if let Some(Parent::MapRun { map_run_arn, index, .. }) = &facts.parent {
            let standing = Standing::ended(finished);
            batch.put(key::standing(arn), tables::encode(&standing.to_row()));
            for list in facts.lists() {
                let date = facts.started_at.as_millis();
                batch.delete(key::list(list, Status::Running, date, arn));
                let date = standing.date.as_millis();
                batch.put(key::list(list, standing.status, date, arn), Vec::new());
            }
            let (number, row) = (u64::from(*index), NoticeRow::Ended(arn.to_string()));
            let shard = self.0.shard_of(map_run_arn);
            batch.put(key::notice(shard, map_run_arn, number), tables::encode(&row));
            notice = Some((map_run_arn, number, row));
        }
        self.0.store.commit(batch).await?;
        if let Some((map_run_arn, number, row)) = notice {
            self.notify(map_run_arn, number, row);
        }
        Ok(())
    }
}

/// An execution in memory, from its start to its end.
struct Express<'r> {
    runner: &'r Runner,
    facts: &'r Arc<Facts>,
    identity: Identity,
    execution: Execution,
    events: Vec<Event>,
    inputs: VecDeque<Input>,
    /// The last turn was cut for its size.
    is_cut: bool,
    tasks: FuturesUnordered<BoxFuture<'r, (Attempt, Sent)>>,
}

impl<'r> Express<'r> {
    fn new(runner: &'r Runner, facts: &'r Arc<Facts>, input: Value) -> Self {
        let machine = facts.root();
        let limits = &runner.0.express_limits;
        let longest = facts.started_at.after(limits.express_max);
        let own = facts.machine.program.timeout_seconds.filter(|_| machine == asl::ROOT);
        let deadline = own.map_or(longest, |seconds| {
            longest.min(facts.started_at.after(Duration::from_secs(seconds)))
        });
        let identity = facts.identity(input.clone(), &runner.0.region);
        let start = Input::Start { machine, input, deadline: Some(deadline) };
        Express {
            runner,
            facts,
            identity,
            execution: Execution::new(),
            events: Vec::new(),
            inputs: VecDeque::from([start]),
            is_cut: false,
            tasks: FuturesUnordered::new(),
        }
    }

    async fn run(mut self, stop: &Notify) -> Result<Finished, Error> {
        loop {
            let mut slice = deciding::slice();
            while let Some(input) = self.inputs.pop_front() {
                self.take(input, &mut slice).await?;
            }
            if let Some(outcome) = self.execution.outcome() {
                let stop_date = self.execution.ended_at().unwrap_or(self.facts.started_at);
                let start_date = self.facts.started_at;
                self.runner.log_express(self.facts, &self.identity, &self.events);
                let events = self.events;
                return Ok(Finished { start_date, stop_date, outcome, events });
            }
            let input = self.next(stop).await;
            self.is_cut = false;
            self.inputs.push_back(input);
        }
    }

    async fn take(&mut self, input: Input, slice: &mut Budget) -> Result<(), Error> {
        let shared = &self.runner.0;
        let case = Case {
            runner: self.runner,
            facts: self.facts,
            identity: &self.identity,
            limits: |shared| &shared.express_limits,
            now: shared.house.now(),
        };
        let decision = case.decide(&mut self.execution, input, slice).await?;
        // Nothing bounds how much happens in five minutes, so something must bound what is kept of it.
        let room = shared.limits.history_events_max as usize - self.events.len();
        self.events.extend(decision.events.into_iter().take(room));
        for command in decision.commands {
            self.perform(command);
        }
        Ok(())
    }

    fn perform(&mut self, command: Command) {
        match command {
            Command::Dispatch(dispatch) => {
                let attempt = dispatch.attempt;
                self.inputs.push_back(Input::TaskStarted { attempt, worker: None });
                let errand = Errand::new(self.facts, dispatch);
                let runner = self.runner;
                self.tasks.push(Box::pin(async move { (attempt, errand.send(runner).await) }));
            }
            // The outcome of what nobody waits for any more has no effect.
            Command::Cancel(_) | Command::StopMapRun { .. } => {}
            Command::StartMapRun(start) => {
                let cause = "Express state machines have no Distributed Map state.";
                let outcome = MapRunOutcome::Failed(Failure::new(error_name::RUNTIME, cause));
                self.inputs.push_back(Input::MapRunEnded { attempt: start.attempt, outcome });
            }
            Command::RedriveMapRun { .. } => unreachable!("Express executions aren't redriven"),
            Command::Continue => self.is_cut = true,
        }
    }

    /// Waits for whatever comes first: a task's answer, the next deadline, the end from outside, or, if the last
    /// turn was cut, the turn of all else that waits for this core.
    async fn next(&mut self, stop: &Notify) -> Input {
        let wake_at = self.execution.wake_at().unwrap_or(Timestamp::MAX);
        let now = self.runner.0.house.now();
        if wake_at <= now {
            // Answers that keep coming mustn't put it off.
            return Input::Wake;
        }
        let left = wake_at.since(now);
        #[expect(clippy::disallowed_methods, reason = "it lives no longer than this process")]
        let due = tokio::time::sleep(left);
        tokio::select! {
            Some((attempt, sent)) = self.tasks.next() => {
                Input::TaskEnded { attempt, outcome: completed(sent) }
            }
            () = stop.notified() => Input::Stop(Failure::default()),
            () = due => Input::Wake,
            () = tokio::task::yield_now(), if self.is_cut => Input::Continue,
        }
    }
}

/// Express knows no jobs and callbacks: definitions with them are refused.
fn completed(sent: Sent) -> TaskOutcome {
    match sent.outcome {
        TaskOutcome::Submitted(output) => TaskOutcome::Succeeded(output),
        outcome => outcome,
    }
}

impl Standing {
    fn ended(finished: &Finished) -> Self {
        let (status, output, failure) = Standing::outcome(finished.outcome.clone());
        Standing { status, output, failure, ..Standing::started(finished.stop_date) }
    }
}
