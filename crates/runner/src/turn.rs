//! A turn: inputs in, events out, one batch, and only then what follows.

mod accept;
mod commands;
mod forget;

use std::sync::Arc;

use asl::Budget;
use base::Timestamp;
use engine::event::Attempt;
use engine::{Command, Event, Input};
use json::Value;
use store::Batch;

use crate::deciding::{self, Case};
use crate::facts::Parent;
use crate::happened::Told;
use crate::live::{Live, SNAPSHOT_TURNS};
use crate::message::Answer;
use crate::standing::Standing;
use crate::tables::{self, NoticeRow, key};
use crate::{Error, Runner, logging};
use commands::Act;

/// Events after which no further message joins a turn.
const EVENTS_MAX: usize = 500;
/// Messages that join a turn: each brings a payload at most.
const MESSAGES_MAX: usize = 16;
/// A snapshot larger than this isn't taken.
const SNAPSHOT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Gives a client its answer, or our trouble if the batch isn't durable.
type Reply = Box<dyn FnOnce(Option<&Error>) + Send>;

pub(crate) struct Turn<'r> {
    runner: &'r Runner,
    live: Box<Live>,
    now: Timestamp,
    was_running: bool,
    /// What its expressions may still work on this core.
    slice: Budget,
    messages: usize,
    batch: Batch,
    events: Vec<Event>,
    /// What the engine asked for and no row says yet.
    commands: Vec<Command>,
    /// Jobs whose rows this turn writes.
    jobs: Vec<(Attempt, Arc<str>)>,
    /// What to do once the batch is durable.
    acts: Vec<Act>,
    answers: Vec<Reply>,
    /// Its events are to be logged.
    logs: bool,
    /// What it tells the world.
    told: Told,
    /// Nothing is left of the execution.
    forgotten: bool,
}

impl<'r> Turn<'r> {
    pub(crate) fn new(runner: &'r Runner, live: Box<Live>) -> Self {
        Turn {
            runner,
            now: runner.0.house.now(),
            was_running: live.execution.is_running(),
            live,
            slice: deciding::slice(),
            messages: 0,
            batch: Batch::new(),
            events: Vec::new(),
            commands: Vec::new(),
            jobs: Vec::new(),
            acts: Vec::new(),
            answers: Vec::new(),
            logs: false,
            told: Told::default(),
            forgotten: false,
        }
    }

    /// Whether the messages that follow must wait for the next turn.
    pub(crate) fn is_full(&self) -> bool {
        MESSAGES_MAX <= self.messages
            || EVENTS_MAX <= self.events.len()
            || self.forgotten
            || self.was_running != self.live.execution.is_running()
    }

    /// The start of an execution: its rows, and all it does until it must wait.
    pub(crate) async fn begin(&mut self, input: Value) -> Result<(), Error> {
        let facts = Arc::clone(&self.live.facts);
        self.batch.require_absent(key::execution(&facts.arn));
        self.runner.0.machines.put(&mut self.batch, &facts.machine);
        let machine = facts.root();
        let deadline = self.deadline();
        self.decide(Input::Start { machine, input, deadline: Some(deadline) }).await
    }

    /// When the execution times out if it begins, or begins again, now.
    fn deadline(&self) -> Timestamp {
        let machine = &self.live.facts.machine;
        let longest = self.now.after(self.runner.0.limits.execution_max);
        let own = machine.program.timeout_seconds.filter(|_| self.live.facts.root() == asl::ROOT);
        own.map_or(longest, |seconds| {
            longest.min(self.now.after(std::time::Duration::from_secs(seconds)))
        })
    }

    async fn decide(&mut self, input: Input) -> Result<(), Error> {
        let live = &mut *self.live;
        let case = Case {
            runner: self.runner,
            facts: &live.facts,
            identity: &live.identity,
            limits: |shared| &shared.limits,
            now: self.now,
        };
        let decision = case.decide(&mut live.execution, input, &mut self.slice).await?;
        self.events.extend(decision.events);
        self.commands.extend(decision.commands);
        Ok(())
    }

    /// Answers once the batch is durable; with our trouble if it isn't.
    fn answer<T, E>(&mut self, to: Answer<T, E>, result: Result<T, E>)
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.answers.push(Box::new(move |failed| {
            let result = failed.map_or(result, |error| Err(error.clone().into()));
            // Who asked may have gone.
            drop(to.send(result));
        }));
    }

    /// Nothing of this turn happened.
    pub(crate) fn fail(self, error: &Error) {
        tracing::error!(execution = %self.live.facts.arn, %error, "failed to commit a turn");
        self.answers.into_iter().for_each(|answer| answer(Some(error)));
    }

    /// Commits and performs. The execution, if it is still there.
    pub(crate) async fn finish(mut self) -> Option<Box<Live>> {
        let sealed = self.seal().await;
        let committed = match sealed {
            Ok(()) => self.write().await,
            Err(error) => Err(error),
        };
        match committed {
            Ok(()) => self.perform(),
            Err(error) => {
                self.fail(&error);
                None
            }
        }
    }

    /// Commits; the caller performs.
    pub(crate) async fn commit(mut self) -> Result<Self, Error> {
        self.seal().await?;
        self.write().await?;
        Ok(self)
    }

    async fn write(&mut self) -> Result<(), Error> {
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return Ok(());
        }
        self.runner.0.store.commit(batch).await?;
        if self.told.anything() {
            self.runner.0.house.feed().ring();
        }
        if self.live.next_turn == 1 {
            self.runner.0.machines.stored(&self.live.facts.machine);
        }
        Ok(())
    }

    /// Completes the batch with what the events and commands come to.
    async fn seal(&mut self) -> Result<(), Error> {
        if self.forgotten {
            return Ok(());
        }
        self.logs = !self.events.is_empty() && self.live.facts.machine.logging.is_some();
        if self.logs {
            logging::put_due(&mut self.batch, &self.live.facts.arn);
        }
        let continues = self.prepare_commands().await?;
        let ended = self.was_running && !self.live.execution.is_running();
        match self.live.next_turn {
            0 => self.put_beginning(ended),
            _ => {
                self.put_events();
                if ended {
                    let standing = self.ended();
                    self.stand(standing);
                }
            }
        }
        if ended {
            self.tell_parent();
        }
        self.put_timer(continues);
        Ok(())
    }

    /// The execution's own row, and its places in lists.
    fn put_beginning(&mut self, ended: bool) {
        let standing = ended.then(|| self.ended());
        let live = &mut *self.live;
        let facts = &live.facts;
        let record = engine::record::encode(&self.events);
        let row = facts.begun(&record, standing.as_ref());
        self.batch.put(key::execution(&facts.arn), tables::encode(&row));
        live.next_turn = 1;
        let begun = Standing::started(facts.started_at);
        self.told.put(self.runner, &mut self.batch, facts, &begun);
        if let Some(ended) = &standing {
            self.told.put(self.runner, &mut self.batch, facts, ended);
        }
        live.standing = standing.unwrap_or(begun);
        let Standing { status, date, .. } = live.standing;
        for list in facts.lists() {
            self.batch.put(key::list(list, status, date.as_millis(), &facts.arn), Vec::new());
        }
    }

    fn put_events(&mut self) {
        if self.events.is_empty() {
            return;
        }
        let live = &mut *self.live;
        let arn = &live.facts.arn;
        self.batch.put(key::turn(arn, live.next_turn), engine::record::encode(&self.events));
        live.next_turn += 1;
        if live.execution.is_running() && live.snapshot_turns + SNAPSHOT_TURNS <= live.next_turn {
            let snapshot = live.execution.to_snapshot();
            if snapshot.len() <= SNAPSHOT_BYTES_MAX {
                let row = [&live.next_turn.to_be_bytes()[..], &snapshot].concat();
                self.batch.put(key::snapshot(arn), row);
            }
            // Too large a one is tried again only after as many turns.
            live.snapshot_turns = live.next_turn;
        }
    }

    /// How the execution stands at its end.
    fn ended(&self) -> Standing {
        let live = &*self.live;
        let outcome = live.execution.outcome();
        let outcome = outcome.expect("an execution that doesn't run has an outcome");
        let (status, output, failure) = Standing::outcome(outcome);
        Standing {
            status,
            date: live.execution.ended_at().unwrap_or(self.now),
            output,
            failure,
            last_event_id: live.execution.last_event_id(),
            ..live.standing.clone()
        }
    }

    fn tell_parent(&mut self) {
        let facts = Arc::clone(&self.live.facts);
        if let Some((receiver, number)) = facts.parent.as_ref().and_then(Parent::waiting) {
            self.give_notice(receiver, number, NoticeRow::Ended(facts.arn.to_string()));
        }
    }

    /// The execution stands otherwise now.
    fn stand(&mut self, standing: Standing) {
        let live = &mut *self.live;
        let facts = &live.facts;
        self.batch.put(key::standing(&facts.arn), tables::encode(&standing.to_row()));
        for list in facts.lists() {
            let old = &live.standing;
            self.batch.delete(key::list(list, old.status, old.date.as_millis(), &facts.arn));
            let date = standing.date.as_millis();
            self.batch.put(key::list(list, standing.status, date, &facts.arn), Vec::new());
        }
        self.told.put(self.runner, &mut self.batch, facts, &standing);
        live.standing = standing;
    }

    fn give_notice(&mut self, receiver: Arc<str>, number: u64, row: NoticeRow) {
        let shard = self.runner.0.shard_of(&receiver);
        self.batch.put(key::notice(shard, &receiver, number), tables::encode(&row));
        self.acts.push(Act::Notify(receiver, number, row));
    }

    /// Moves the execution's row among the timers to where it is due now.
    fn put_timer(&mut self, continues: bool) {
        let shared = &self.runner.0;
        let live = &mut *self.live;
        // A turn that was cut goes on by itself; after a crash this wakes it.
        let due = if continues { Some(self.now.as_millis()) } else { live.due() };
        if due == live.timer {
            return;
        }
        let arn = &live.facts.arn;
        let shard = shared.shard_of(arn);
        if let Some(old) = live.timer {
            self.batch.delete(key::timer(shard, old, arn));
        }
        if let Some(due) = due {
            self.batch.put(key::timer(shard, due, arn), Vec::new());
            if !continues {
                self.acts.push(Act::WakeBy(due));
            }
        }
        live.timer = due;
    }
}
