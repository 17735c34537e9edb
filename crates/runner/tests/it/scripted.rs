//! Rooms that answer as a test says, and remember what they were asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use json::Value;
use service::{Ctx, Facts, Rate, Reply, Service};

use crate::world::pass;

type Script = dyn Fn(&str, &Value) -> Result<String, aws::Error> + Send + Sync;

/// What a room was asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    pub(crate) operation: String,
    pub(crate) body: Value,
    pub(crate) attempt: Option<Arc<str>>,
    pub(crate) caller: String,
    pub(crate) account: String,
}

pub(crate) struct Scripted {
    name: &'static str,
    script: Box<Script>,
    asked: Arc<Mutex<Vec<Asked>>>,
    slowness: Duration,
    answers_again: bool,
}

impl Scripted {
    pub(crate) fn new(
        name: &'static str,
        script: impl Fn(&str, &Value) -> Result<String, aws::Error> + Send + Sync + 'static,
    ) -> Self {
        Scripted {
            name,
            script: Box::new(script),
            asked: Arc::default(),
            slowness: Duration::ZERO,
            answers_again: false,
        }
    }

    /// Takes that long for each answer.
    pub(crate) fn slow(self, slowness: Duration) -> Self {
        Scripted { slowness, ..self }
    }

    /// Says that it knows an attempt again.
    pub(crate) fn answering_again(self) -> Self {
        Scripted { answers_again: true, ..self }
    }

    /// What it was asked is added to this.
    pub(crate) fn remembered_in(self, asked: &Arc<Mutex<Vec<Asked>>>) -> Self {
        Scripted { asked: Arc::clone(asked), ..self }
    }

    pub(crate) fn asked(&self) -> Arc<Mutex<Vec<Asked>>> {
        Arc::clone(&self.asked)
    }
}

impl Service for Scripted {
    fn facts(&self) -> Facts {
        Facts {
            name: self.name,
            signing_name: self.name,
            endpoint_prefix: self.name,
            target_prefix: self.name,
            protocol: aws::Protocol::Json1_0,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn rate(&self, _operation: &str) -> Option<Rate> {
        None
    }

    fn answers_again(&self, _operation: &str) -> bool {
        self.answers_again
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        let body = Value::parse(std::str::from_utf8(&body).unwrap()).unwrap();
        let asked = Asked {
            operation: operation.to_owned(),
            body: body.clone(),
            attempt: ctx.attempt().cloned(),
            caller: ctx.caller().arn.clone(),
            account: ctx.account().to_owned(),
        };
        self.asked.lock().unwrap().push(asked);
        let operation = operation.to_owned();
        Box::pin(async move {
            if !self.slowness.is_zero() {
                pass(self.slowness).await;
            }
            (self.script)(&operation, &body).map(Bytes::from)
        })
    }
}
