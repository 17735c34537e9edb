//! Inputs of one execution (or map run) queue here; one task at a time works on them, from the first until there is
//! none.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
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

/// An open mailbox that somebody must [work](Mailbox::work) on. Dropped before, it takes with it what is in it.
#[must_use]
pub(crate) struct Mailbox<M, L> {
    of: Arc<str>,
    among: Arc<Mailboxes<M, L>>,
    done: bool,
}

/// What is to be done next.
enum Next<M, L> {
    Work(Vec<M>, Option<L>),
    /// The mailbox is empty and closed, the state is parked.
    Done,
}

impl<M, L> Mailboxes<M, L> {
    pub(crate) fn new(parked_max: usize) -> Self {
        let inner = Inner { open: HashMap::new(), parked: VecDeque::new() };
        Mailboxes { inner: Mutex::new(inner), parked_max }
    }

    /// Puts a message into a mailbox; gives the mailbox if nobody works on it yet.
    pub(crate) fn put(self: &Arc<Self>, to: &Arc<str>, message: M) -> Option<Mailbox<M, L>> {
        let mut inner = self.lock();
        if let Some(queue) = inner.open.get_mut(to) {
            queue.push_back(message);
            return None;
        }
        inner.open.insert(Arc::clone(to), VecDeque::from([message]));
        Some(Mailbox { of: Arc::clone(to), among: Arc::clone(self), done: false })
    }

    /// Takes up to `max` messages and the state if it was parked; or parks the state and closes the mailbox if it is
    /// empty.
    fn take(&self, of: &Arc<str>, state: Option<L>, max: usize) -> Next<M, L> {
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

    fn lock(&self) -> MutexGuard<'_, Inner<M, L>> {
        // Nothing in a critical section panics between two changes that belong together.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M, L> Mailbox<M, L> {
    /// Gives `turn` up to `max` messages at once with the state that the turn before has left, until there are none.
    pub(crate) async fn work<F>(mut self, max: usize, turn: impl Fn(Option<L>, Vec<M>) -> F)
    where
        F: Future<Output = Option<L>>,
    {
        let mut state = None;
        while let Next::Work(messages, kept) = self.among.take(&self.of, state.take(), max) {
            state = turn(kept, messages).await;
        }
        self.done = true;
    }
}

impl<M, L> Drop for Mailbox<M, L> {
    fn drop(&mut self) {
        if !self.done {
            let messages = self.among.lock().open.remove(&self.of);
            drop(messages);
        }
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
    use std::cell::RefCell;

    use tokio::sync::oneshot;

    use super::*;

    type Turns = Vec<(Option<char>, Vec<u8>)>;

    /// Works on a mailbox; gives what came to each turn, of which each leaves `left`.
    async fn turns(mailbox: Option<Mailbox<u8, char>>, max: usize, left: char) -> Turns {
        let turns = RefCell::new(Turns::new());
        let turn = async |state, messages| {
            turns.borrow_mut().push((state, messages));
            Some(left)
        };
        mailbox.expect("nobody works on it").work(max, turn).await;
        turns.into_inner()
    }

    #[tokio::test]
    async fn one_works_while_others_queue() {
        let mailboxes = Arc::new(Mailboxes::new(1));
        let arn = Arc::from("a");
        let mailbox = mailboxes.put(&arn, 1);
        assert!(mailboxes.put(&arn, 2).is_none());
        assert!(mailboxes.put(&arn, 3).is_none());
        let both = vec![(None, vec![1, 2]), (Some('s'), vec![3])];
        assert_eq!(turns(mailbox, 2, 's').await, both);
        let mailbox = mailboxes.put(&arn, 4);
        assert_eq!(turns(mailbox, 2, 's').await, [(Some('s'), vec![4])], "the state was parked");
    }

    #[tokio::test]
    async fn the_longest_idle_state_makes_room() {
        let mailboxes = Arc::new(Mailboxes::new(1));
        let [a, b] = ["a", "b"].map(Arc::from);
        turns(mailboxes.put(&a, 1), 1, 'a').await;
        turns(mailboxes.put(&b, 1), 1, 'b').await;
        let (in_a, in_b) = (mailboxes.put(&a, 2), mailboxes.put(&b, 2));
        assert_eq!(turns(in_b, 1, 'b').await, [(Some('b'), vec![2])]);
        assert_eq!(turns(in_a, 1, 'a').await, [(None, vec![2])]);
    }

    #[tokio::test]
    async fn work_that_is_given_up_leaves_the_mailbox_to_the_next() {
        let mailboxes = Arc::new(Mailboxes::<_, char>::new(1));
        let arn = Arc::from("a");
        let (answer, asker) = oneshot::channel::<()>();
        let mailbox = mailboxes.put(&arn, answer).expect("nobody works on it");
        let (second, second_asker) = oneshot::channel();
        assert!(mailboxes.put(&arn, second).is_none());
        let given_up = tokio::spawn(mailbox.work(1, async |_, _| panic!("in a turn")));
        assert!(given_up.await.is_err_and(|error| error.is_panic()));
        assert!(asker.await.is_err() && second_asker.await.is_err(), "nobody waits in vain");
        let (third, _) = oneshot::channel();
        assert!(mailboxes.put(&arn, third).is_some());
    }
}
