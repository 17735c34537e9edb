use std::collections::BTreeMap;
use std::future::{self, Future};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use crate::{Change, Error, KeyRange};

/// Tells when keys under a prefix have changed, as a reason to look again.
///
/// It doesn't say which keys, and may report a change that a later look doesn't find. It never misses one: what changes
/// while nobody waits is reported to the next who does. A range delete counts if the range could hold such a key.
#[derive(Debug)]
pub struct Watch {
    prefix: Bytes,
    signal: Arc<Signal>,
    registry: Weak<Mutex<Registry>>,
}

impl Watch {
    /// Resolves when a key has become visible as changed since the last time this resolved (or since the watch began);
    /// with [`Error::Closed`] when the store is gone.
    pub fn changed(&mut self) -> impl Future<Output = Result<(), Error>> + Send {
        future::poll_fn(|context| self.poll_changed(context))
    }

    /// [`changed`](Watch::changed), for hand-written futures.
    pub fn poll_changed(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let mut state = lock(&self.signal.0);
        if state.changed {
            state.changed = false;
            return Poll::Ready(Ok(()));
        }
        if self.registry.strong_count() == 0 {
            return Poll::Ready(Err(Error::Closed));
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(registry) = self.registry.upgrade() {
            lock(&registry).remove(&self.prefix, &self.signal);
        }
    }
}

/// For backends: the watches of one store.
#[derive(Debug, Default)]
pub struct Watchers(Arc<Mutex<Registry>>);

impl Watchers {
    /// Begins a watch.
    pub fn watch(&self, prefix: &[u8]) -> Watch {
        let prefix = Bytes::copy_from_slice(prefix);
        let signal = Arc::new(Signal::default());
        lock(&self.0).add(prefix.clone(), Arc::clone(&signal));
        Watch { prefix, signal, registry: Arc::downgrade(&self.0) }
    }

    /// Wakes whoever watches a key that these changes touch. To be called once the changes are visible.
    pub fn notify<'a>(&self, changes: impl IntoIterator<Item = &'a Change>) {
        let registry = lock(&self.0);
        if registry.by_prefix_length.is_empty() {
            return;
        }
        let mut wakers = Vec::new();
        for change in changes {
            match change {
                Change::Put { key, .. } | Change::Delete { key } => {
                    registry.signal_key(key, &mut wakers);
                }
                Change::DeleteRange(range) => registry.signal_range(range, &mut wakers),
            }
        }
        drop(registry);
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Watchers {
    fn drop(&mut self) {
        let registry = std::mem::take(&mut self.0);
        let signals: Vec<_> = lock(&registry).signals().cloned().collect();
        // From here on the watches can't reach the registry: that is how they know the store is gone.
        drop(registry);
        let wakers: Vec<_> =
            signals.iter().filter_map(|signal| lock(&signal.0).waker.take()).collect();
        wakers.into_iter().for_each(Waker::wake);
    }
}

#[derive(Debug, Default)]
struct Signal(Mutex<SignalState>);

#[derive(Debug, Default)]
struct SignalState {
    changed: bool,
    waker: Option<Waker>,
}

impl Signal {
    fn set(&self, wakers: &mut Vec<Waker>) {
        let mut state = lock(&self.0);
        state.changed = true;
        wakers.extend(state.waker.take());
    }
}

/// Watches by the length of their prefix and then by prefix, so that a changed key costs one lookup a length in use
/// and not one a watch: thousands of activity workers each watch their own activity, with prefixes of few lengths.
#[derive(Debug, Default)]
struct Registry {
    by_prefix_length: BTreeMap<usize, BTreeMap<Bytes, Vec<Arc<Signal>>>>,
}

impl Registry {
    fn add(&mut self, prefix: Bytes, signal: Arc<Signal>) {
        let of_length = self.by_prefix_length.entry(prefix.len()).or_default();
        of_length.entry(prefix).or_default().push(signal);
    }

    fn remove(&mut self, prefix: &Bytes, signal: &Arc<Signal>) {
        let Some(of_length) = self.by_prefix_length.get_mut(&prefix.len()) else { return };
        let Some(signals) = of_length.get_mut(prefix) else { return };
        signals.retain(|other| !Arc::ptr_eq(other, signal));
        if signals.is_empty() {
            of_length.remove(prefix);
        }
        if of_length.is_empty() {
            self.by_prefix_length.remove(&prefix.len());
        }
    }

    fn signals(&self) -> impl Iterator<Item = &Arc<Signal>> {
        self.by_prefix_length.values().flat_map(BTreeMap::values).flatten()
    }

    fn signal_key(&self, key: &[u8], wakers: &mut Vec<Waker>) {
        for (length, of_length) in self.by_prefix_length.range(..=key.len()) {
            for signal in of_length.get(&key[..*length]).into_iter().flatten() {
                signal.set(wakers);
            }
        }
    }

    fn signal_range(&self, range: &KeyRange, wakers: &mut Vec<Waker>) {
        for (prefix, signals) in self.by_prefix_length.values().flatten() {
            if KeyRange::prefix(prefix.clone()).overlaps(range) {
                signals.iter().for_each(|signal| signal.set(wakers));
            }
        }
    }
}

/// Every critical section leaves its data whole at each step, so a panic elsewhere is no reason to stop.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
