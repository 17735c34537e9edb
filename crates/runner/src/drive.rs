//! What an execution makes of the messages in its mailbox, turn by turn.

use std::collections::VecDeque;
use std::sync::Arc;

use store::Batch;

use crate::execution::Started;
use crate::live::Live;
use crate::message::{Answer, Beginning, Message};
use crate::tables::key;
use crate::turn::Turn;
use crate::{Error, Runner, StartError, Status};

/// Messages that are taken out of a mailbox at once.
const MESSAGES_MAX: usize = 64;

impl Runner {
    /// Brings a message to an execution.
    pub(crate) fn send(&self, arn: &Arc<str>, message: Message) {
        let Some(mailbox) = self.0.shard(arn).executions.put(arn, message) else { return };
        let driver = Driver { runner: self.clone(), arn: Arc::clone(arn) };
        self.0.tasks.spawn(async move {
            mailbox.work(MESSAGES_MAX, |live, messages| driver.turns(live, messages)).await;
        });
    }
}

/// Drives one execution.
struct Driver {
    runner: Runner,
    arn: Arc<str>,
}

impl Driver {
    async fn turns(
        &self,
        mut live: Option<Box<Live>>,
        messages: Vec<Message>,
    ) -> Option<Box<Live>> {
        let mut queue = VecDeque::from(messages);
        while !queue.is_empty() {
            live = self.turn(live, &mut queue).await;
        }
        live
    }

    /// Takes as many messages as fit into one turn. What is left of the execution in memory, if anything.
    async fn turn(
        &self,
        live: Option<Box<Live>>,
        queue: &mut VecDeque<Message>,
    ) -> Option<Box<Live>> {
        let live = match live {
            Some(live) => live,
            None => match self.first(queue).await {
                First::Begin(beginning, answer) => return self.begin(*beginning, answer).await,
                First::Live(live) => live,
                First::Nothing => return None,
            },
        };
        let mut turn = Turn::new(&self.runner, live);
        while let Some(message) = queue.pop_front() {
            if let Err(error) = turn.accept(message).await {
                turn.fail(&error);
                return None;
            }
            if turn.is_full() {
                break;
            }
        }
        turn.finish().await
    }

    async fn first(&self, queue: &mut VecDeque<Message>) -> First {
        match queue.pop_front() {
            Some(Message::Start(beginning, answer)) => return First::Begin(beginning, answer),
            Some(message) => queue.push_front(message),
            None => return First::Nothing,
        }
        match Live::load(&self.runner.0, &self.arn).await {
            Ok(Some(live)) => First::Live(live),
            Ok(None) => {
                self.refuse(queue).await;
                First::Nothing
            }
            Err(error) => {
                tracing::error!(execution = %self.arn, %error, "failed to load an execution");
                queue.drain(..).for_each(|message| message.fail(&error));
                First::Nothing
            }
        }
    }

    /// The execution doesn't exist (any more): neither shall rows that speak of it.
    async fn refuse(&self, queue: &mut VecDeque<Message>) {
        let shard = self.runner.0.shard_of(&self.arn);
        let mut batch = Batch::new();
        // A start that queues behind will do its own work.
        let behind = queue.iter().position(|message| matches!(message, Message::Start(..)));
        let refused: Vec<Message> = queue.drain(..behind.unwrap_or(queue.len())).collect();
        for message in &refused {
            match message {
                Message::Due(due, _) => batch.delete(key::timer(shard, *due, &self.arn)),
                Message::Recover(dispatch) => {
                    batch.delete(key::outbox(shard, &self.arn, dispatch.attempt))
                }
                Message::Notice(number, _) => batch.delete(key::notice(shard, &self.arn, *number)),
                Message::Take { row, .. } => batch.delete(row.clone()),
                _ => continue,
            };
        }
        let committed = match batch.is_empty() {
            true => Ok(()),
            false => self.runner.0.store.commit(batch).await.map_err(Error::from),
        };
        for message in refused {
            match &committed {
                Ok(()) => message.refuse(),
                Err(error) => message.fail(error),
            }
        }
    }

    /// The first turn: one batch with the execution and all that it does until it must wait.
    async fn begin(
        &self,
        beginning: Beginning,
        answer: Answer<Started, StartError>,
    ) -> Option<Box<Live>> {
        let shared = &self.runner.0;
        let live = Box::new(Live::new(beginning.facts, beginning.input.clone(), &shared.region));
        let facts = Arc::clone(&live.facts);
        let mut turn = Turn::new(&self.runner, live);
        if let Err(error) = turn.begin(beginning.input).await {
            turn.fail(&error);
            drop(answer.send(Err(error.into())));
            return None;
        }
        let machine_key = beginning.machine_row.as_ref().map(|(key, _)| key.clone());
        beginning.machine_row.into_iter().for_each(|row| turn.require(row));
        match turn.commit().await {
            Ok(turn) => {
                let started =
                    Started { execution_arn: Arc::clone(&facts.arn), start_date: facts.started_at };
                // Who asked may have gone; the execution stays.
                drop(answer.send(Ok(started)));
                turn.perform()
            }
            Err(Error::Store(store::Error::PreconditionFailed { key }))
                if Some(&key) == machine_key.as_ref() =>
            {
                drop(answer.send(Err(StartError::MachineChanged)));
                None
            }
            Err(Error::Store(store::Error::PreconditionFailed { .. })) => {
                let existing = match Live::load(shared, &self.arn).await {
                    Ok(Some(existing)) => existing,
                    Ok(None) => {
                        drop(answer.send(Err(Error::Interrupted.into())));
                        return None;
                    }
                    Err(error) => {
                        drop(answer.send(Err(error.into())));
                        return None;
                    }
                };
                drop(answer.send(existing.started_again(&facts)));
                Some(existing)
            }
            Err(error) => {
                drop(answer.send(Err(error.into())));
                None
            }
        }
    }
}

enum First {
    Begin(Box<Beginning>, Answer<Started, StartError>),
    Live(Box<Live>),
    Nothing,
}

impl Live {
    /// What a second start of this name gives: this execution to whoever is sure to mean it.
    pub(crate) fn started_again(
        &self,
        wanted: &crate::facts::Facts,
    ) -> Result<Started, StartError> {
        let same_asker = wanted.parent.is_some() && wanted.parent == self.facts.parent;
        let same_input = wanted.input_text == self.facts.input_text;
        if same_asker || (same_input && self.standing.status == Status::Running) {
            let execution_arn = Arc::clone(&self.facts.arn);
            return Ok(Started { execution_arn, start_date: self.facts.started_at });
        }
        Err(StartError::AlreadyExists)
    }
}
