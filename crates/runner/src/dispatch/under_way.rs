//! What this process has asked and not yet been answered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::event::Attempt;

use crate::message::Message;

/// The requests that this process has made and that have no answer yet.
#[derive(Default)]
pub(crate) struct UnderWay(Mutex<HashMap<(Arc<str>, Attempt), Request>>);

struct Request {
    /// It is answered in moments, so what follows from its answer may wait for it.
    prompt: bool,
    held: Vec<Message>,
}

impl UnderWay {
    pub(super) fn begin(&self, arn: &Arc<str>, attempt: Attempt, prompt: bool) {
        self.lock().insert((Arc::clone(arn), attempt), Request { prompt, held: Vec::new() });
    }

    /// The same, unless one is under way.
    pub(super) fn begin_once(&self, arn: &Arc<str>, attempt: Attempt) -> bool {
        let mut requests = self.lock();
        let key = (Arc::clone(arn), attempt);
        if requests.contains_key(&key) {
            return false;
        }
        requests.insert(key, Request { prompt: false, held: Vec::new() });
        true
    }

    pub(crate) fn has(&self, arn: &Arc<str>, attempt: Attempt) -> bool {
        self.lock().contains_key(&(Arc::clone(arn), attempt))
    }

    /// Keeps a message until a prompt request has its answer; gives it back if there is nothing to wait for.
    pub(crate) fn hold(
        &self,
        arn: &Arc<str>,
        attempt: Attempt,
        message: Message,
    ) -> Option<Message> {
        match self.lock().get_mut(&(Arc::clone(arn), attempt)) {
            Some(request) if request.prompt => request.held.push(message),
            Some(_) | None => return Some(message),
        }
        None
    }

    pub(super) fn end(&self, arn: &Arc<str>, attempt: Attempt) -> Vec<Message> {
        self.lock()
            .remove(&(Arc::clone(arn), attempt))
            .map_or_else(Vec::new, |request| request.held)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(Arc<str>, Attempt), Request>> {
        // Each critical section is one call of the map.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
