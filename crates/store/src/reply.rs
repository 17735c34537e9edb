use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use crate::Error;

/// The answer of a store, now or later. A future that needs no particular runtime.
///
/// A backend that has the answer at hand gives [`Reply::ready`], which costs nothing; one that must wait for a disk or a
/// network gives [`Reply::pending`] and keeps the [`Answer`].
#[must_use = "the reply says whether the store did it"]
pub struct Reply<T>(State<T>);

enum State<T> {
    Ready(Option<Result<T, Error>>),
    Pending(Arc<Mutex<Slot<T>>>),
}

/// The other end of a pending [`Reply`]. Dropped without an answer, it answers [`Error::Unknown`].
pub struct Answer<T>(Option<Arc<Mutex<Slot<T>>>>);

struct Slot<T> {
    result: Option<Result<T, Error>>,
    waker: Option<Waker>,
}

impl<T> Reply<T> {
    /// A reply that is already there.
    pub fn ready(result: Result<T, Error>) -> Self {
        Reply(State::Ready(Some(result)))
    }

    /// A reply that comes when the answer is [sent](Answer::send).
    pub fn pending() -> (Answer<T>, Self) {
        let slot = Arc::new(Mutex::new(Slot { result: None, waker: None }));
        (Answer(Some(Arc::clone(&slot))), Reply(State::Pending(slot)))
    }

    /// Blocks the thread until the reply is there: for startup, threads of our own and tests, never inside a runtime.
    pub fn wait(self) -> Result<T, Error> {
        block_on(self)
    }
}

pub(crate) fn block_on<F: Future + Unpin>(mut future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match Pin::new(&mut future).poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// The result is handed out by value once, so nothing is pinned.
impl<T> Unpin for Reply<T> {}

impl<T> Future for Reply<T> {
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.get_mut().0 {
            State::Ready(result) => {
                Poll::Ready(result.take().expect("a finished reply isn't polled again"))
            }
            State::Pending(slot) => {
                let mut slot = lock(slot);
                match slot.result.take() {
                    Some(result) => Poll::Ready(result),
                    None => {
                        slot.waker = Some(context.waker().clone());
                        Poll::Pending
                    }
                }
            }
        }
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            State::Ready(_) => "Reply::Ready",
            State::Pending(_) => "Reply::Pending",
        })
    }
}

impl<T> Answer<T> {
    /// Gives the reply its result and wakes who waits for it.
    pub fn send(mut self, result: Result<T, Error>) {
        self.fill(result);
    }

    fn fill(&mut self, result: Result<T, Error>) {
        let Some(slot) = self.0.take() else { return };
        let mut slot = lock(&slot);
        slot.result = Some(result);
        let waker = slot.waker.take();
        drop(slot);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        self.fill(Err(Error::unknown("the store stopped without an answer")));
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// A slot is only ever assigned to, so a panic elsewhere can't have left it half changed.
fn lock<T>(slot: &Mutex<Slot<T>>) -> MutexGuard<'_, Slot<T>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_for_an_answer_from_another_thread() {
        let (answer, reply) = Reply::pending();
        let sender = thread::spawn(move || answer.send(Ok(7)));
        assert_eq!(reply.wait().unwrap(), 7);
        sender.join().unwrap();
    }

    #[test]
    fn an_answer_that_never_comes_leaves_the_fate_unknown() {
        let (answer, reply) = Reply::<()>::pending();
        drop(answer);
        assert!(matches!(reply.wait(), Err(Error::Unknown(_))));
    }

    #[test]
    fn a_dropped_reply_doesnt_disturb_the_store() {
        let (answer, reply) = Reply::pending();
        drop(reply);
        answer.send(Ok(()));
    }
}
