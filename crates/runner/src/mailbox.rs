//! Inputs of one execution (or map run) queue here; one task at a time works on them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The mailboxes of a shard: messages `M` to owners of a state `L`, which is kept for the next message while there is
/// room. Empty mailboxes cost nothing.
pub(crate) struct Mailboxes<M, L> {
    inner: Mutex<Inner<M, L>>,
    parked_max: usize,
}

struct Inner<M, L> {
    /// The mailboxes that a task works on.
    open: HashMap<Arc<str>, VecDeque<M>>,
    /// States that nobody works on, the longest idle first.
    parked: VecDeque<(Arc<str>, L)>,
}

/// What a worker has to do next.
pub(crate) enum Next<M, L> {
    Work(Vec<M>, Option<L>),
    /// The mailbox is empty and closed, the state is parked.
    Done,
}

impl<M, L> Mailboxes<M, L> {
    pub(crate) fn new(parked_max: usize) -> Self {
        let inner = Inner { open: HashMap::new(), parked: VecDeque::new() };
        Mailboxes { inner: Mutex::new(inner), parked_max }
    }

    /// Puts a message into a mailbox. Whether nobody works on it yet: then the caller must see to it.
    #[must_use]
    pub(crate) fn put(&self, to: &Arc<str>, message: M) -> bool {
        let mut inner = self.lock();
        if let Some(queue) = inner.open.get_mut(to) {
            queue.push_back(message);
            return false;
        }
        inner.open.insert(Arc::clone(to), VecDeque::from([message]));
        true
    }

    /// For who works on the mailbox: takes up to `max` messages and the state if it was parked; or parks the state and
    /// closes the mailbox if it is empty.
    pub(crate) fn take(&self, of: &Arc<str>, state: Option<L>, max: usize) -> Next<M, L> {
        let mut inner = self.lock();
        let Some(queue) = inner.open.get_mut(of) else { return Next::Done };
        let messages: Vec<M> = queue.drain(..max.min(queue.len())).collect();
        if messages.is_empty() {
            inner.open.remove(of);
            if let Some(state) = state {
                inner.park(of, state, self.parked_max);
            }
            return Next::Done;
        }
        let state = state.or_else(|| inner.unpark(of));
        Next::Work(messages, state)
    }

    /// Closes a mailbox whose worker is gone for good, with everything in it.
    pub(crate) fn abandon(&self, of: &str) {
        let messages = self.lock().open.remove(of);
        drop(messages);
    }

    fn lock(&self) -> MutexGuard<'_, Inner<M, L>> {
        // Nothing in a critical section panics between two changes that belong together.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M, L> Inner<M, L> {
    fn park(&mut self, of: &Arc<str>, state: L, max: usize) {
        self.parked.push_back((Arc::clone(of), state));
        if max < self.parked.len() {
            self.parked.pop_front();
        }
    }

    fn unpark(&mut self, of: &str) -> Option<L> {
        let place = self.parked.iter().position(|(arn, _)| &**arn == of)?;
        self.parked.remove(place).map(|(_, state)| state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(next: Next<u8, char>) -> (Vec<u8>, Option<char>) {
        match next {
            Next::Work(messages, state) => (messages, state),
            Next::Done => (Vec::new(), None),
        }
    }

    #[test]
    fn one_works_while_others_queue() {
        let mailboxes = Mailboxes::new(1);
        let arn = Arc::from("a");
        assert!(mailboxes.put(&arn, 1), "the first must see to it");
        assert!(!mailboxes.put(&arn, 2));
        assert!(!mailboxes.put(&arn, 3));
        assert_eq!(taken(mailboxes.take(&arn, None, 2)), (vec![1, 2], None));
        assert_eq!(taken(mailboxes.take(&arn, Some('s'), 2)), (vec![3], Some('s')));
        assert_eq!(taken(mailboxes.take(&arn, Some('s'), 2)), (vec![], None));
        assert!(mailboxes.put(&arn, 4), "the mailbox was closed");
        assert_eq!(
            taken(mailboxes.take(&arn, None, 2)),
            (vec![4], Some('s')),
            "its state was parked"
        );
    }

    #[test]
    fn the_longest_idle_state_makes_room() {
        let mailboxes = Mailboxes::new(1);
        for (name, state) in [("a", 'a'), ("b", 'b')] {
            let arn = Arc::from(name);
            assert!(mailboxes.put(&arn, 1));
            taken(mailboxes.take(&arn, None, 1));
            taken(mailboxes.take(&arn, Some(state), 1));
        }
        let (a, b) = (Arc::from("a"), Arc::from("b"));
        assert!(mailboxes.put(&a, 1) && mailboxes.put(&b, 1));
        assert_eq!(taken(mailboxes.take(&a, None, 1)).1, None);
        assert_eq!(taken(mailboxes.take(&b, None, 1)).1, Some('b'));
    }
}
