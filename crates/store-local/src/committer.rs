//! Group commit: one thread, one sync for all who wait.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use bytes::Bytes;
use store::{Answer, Batch, Change, Error, Reply, Watch, Watchers};

use crate::folder::Folder;
use crate::view::View;

/// The most that one group writes, so that memory stays bounded however many wait. A larger batch is a group of its own.
const GROUP_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The thread that writes, and the line before it.
pub(crate) struct Committer {
    line: Arc<Line>,
    watchers: Arc<Watchers>,
    thread: Option<JoinHandle<()>>,
}

impl Committer {
    pub(crate) fn start(folder: Arc<Folder>) -> io::Result<Self> {
        let line = Arc::new(Line::default());
        let watchers = Arc::new(Watchers::default());
        let thread = thread::Builder::new().name("store-committer".to_owned()).spawn({
            let (line, watchers) = (Leaving(Arc::clone(&line)), Arc::clone(&watchers));
            move || {
                while let Some(waiting) = line.0.take() {
                    if write_in_groups(&folder, &line.0, &watchers, waiting).is_err() {
                        break;
                    }
                }
            }
        })?;
        Ok(Committer { line, watchers, thread: Some(thread) })
    }

    pub(crate) fn commit(&self, batch: Batch) -> Reply<()> {
        if let Err(error) = batch.check_bounds() {
            return Reply::ready(Err(error));
        }
        let (answer, reply) = Reply::pending();
        match self.line.join(Waiting { batch, answer }) {
            Ok(()) => reply,
            Err(refused) => Reply::ready(Err(refused)),
        }
    }

    pub(crate) fn watch(&self, prefix: &[u8]) -> Watch {
        self.watchers.watch(prefix)
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.line.close(Error::Closed);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been answered and reported where it happened.
            let _ = thread.join();
        }
    }
}

struct Waiting {
    batch: Batch,
    answer: Answer<()>,
}

/// The batches that wait for the next group.
#[derive(Default)]
struct Line {
    state: Mutex<LineState>,
    changed: Condvar,
}

#[derive(Default)]
struct LineState {
    waiting: Vec<Waiting>,
    /// Why nobody may join any more.
    closed: Option<Error>,
}

impl Line {
    fn join(&self, waiting: Waiting) -> Result<(), Error> {
        let mut state = self.lock();
        if let Some(refusal) = &state.closed {
            return Err(refusal.clone());
        }
        state.waiting.push(waiting);
        // The committer looks again before it sleeps, so only the first has to wake it.
        if state.waiting.len() == 1 {
            self.changed.notify_one();
        }
        Ok(())
    }

    /// Everybody in line, once there is somebody; `None` when nobody will come any more.
    fn take(&self) -> Option<Vec<Waiting>> {
        let mut state = self.lock();
        while state.waiting.is_empty() {
            if state.closed.is_some() {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Some(std::mem::take(&mut state.waiting))
    }

    /// Refuses newcomers with `refusal`, unless they are already refused with another.
    fn close(&self, refusal: Error) {
        self.lock().closed.get_or_insert(refusal);
        self.changed.notify_one();
    }

    /// Every change of the state is a single step, so a panic elsewhere leaves it whole.
    fn lock(&self) -> MutexGuard<'_, LineState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held by the committer's thread: when that ends, by whatever way, nobody waits for it in vain.
struct Leaving(Arc<Line>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.close(Error::Poisoned);
        for Waiting { answer, .. } in std::mem::take(&mut self.0.lock().waiting) {
            answer.send(Err(Error::Poisoned));
        }
    }
}

fn write_in_groups(
    folder: &Arc<Folder>,
    line: &Line,
    watchers: &Watchers,
    waiting: Vec<Waiting>,
) -> Result<(), Poisoned> {
    let mut waiting = waiting.into_iter().peekable();
    while waiting.peek().is_some() {
        let mut group = Group::on(View::of(folder));
        while group.bytes < GROUP_BYTES_MAX
            && let Some(next) = waiting.next()
        {
            group.add(next);
        }
        if let Err(poisoned) = group.write(folder, line, watchers) {
            waiting.for_each(|Waiting { answer, .. }| answer.send(Err(Error::Poisoned)));
            return Err(poisoned);
        }
    }
    Ok(())
}

/// A write or sync failed, so the committer stops.
struct Poisoned;

/// Batches that share a sync.
struct Group {
    committed: View,
    /// What the group's batches so far have made of the rows they touch; `None` is a removed row.
    pending: BTreeMap<Bytes, Option<Bytes>>,
    bytes: usize,
    /// Everybody in the group, with the verdict on their batch. Refusals wait for the sync too: what a batch was refused
    /// for may be an earlier one of this group, which nobody may hear of before it is durable.
    members: Vec<(Waiting, Result<(), Error>)>,
}

impl Group {
    fn on(committed: View) -> Self {
        Group { committed, pending: BTreeMap::new(), bytes: 0, members: Vec::new() }
    }

    fn add(&mut self, waiting: Waiting) {
        let verdict = self.apply(&waiting.batch);
        self.members.push((waiting, verdict));
    }

    /// Applies all of `batch` or, if it returns an error, nothing.
    fn apply(&mut self, batch: &Batch) -> Result<(), Error> {
        batch.check_preconditions(|key| match self.pending.get(key) {
            Some(value) => Ok(value.clone()),
            None => self.committed.value(key),
        })?;
        // fjall has no range tombstones, so a range delete is a delete of each row. They are looked up before anything is
        // applied, because reading can fail.
        let mut in_ranges = Vec::new();
        for change in batch.changes() {
            if let Change::DeleteRange(range) = change {
                in_ranges.push(self.committed.keys(range).collect::<Result<Vec<_>, _>>()?);
            }
        }
        let mut in_ranges = in_ranges.into_iter();
        for change in batch.changes() {
            match change {
                Change::Put { key, value } => self.set(key.clone(), Some(value.clone())),
                Change::Delete { key } => self.set(key.clone(), None),
                Change::DeleteRange(range) => {
                    for (key, value) in self.pending.range_mut::<Bytes, _>(&range.start..) {
                        if !range.contains(key) {
                            break;
                        }
                        *value = None;
                    }
                    for key in in_ranges.next().into_iter().flatten() {
                        self.set(key, None);
                    }
                }
            }
        }
        Ok(())
    }

    fn set(&mut self, key: Bytes, value: Option<Bytes>) {
        self.bytes += key.len() + value.as_ref().map_or(0, Bytes::len);
        self.pending.insert(key, value);
    }

    /// Writes, syncs, then answers.
    fn write(self, folder: &Folder, line: &Line, watchers: &Watchers) -> Result<(), Poisoned> {
        let Err(error) = folder.write(self.pending) else {
            let accepted = self.members.iter().filter(|(_, verdict)| verdict.is_ok());
            watchers.notify(accepted.flat_map(|(waiting, _)| waiting.batch.changes()));
            for (Waiting { answer, .. }, verdict) in self.members {
                answer.send(verdict);
            }
            return Ok(());
        };
        tracing::error!(%error, "write or sync failed: writes are refused until the store is opened again");
        // Before anybody hears of it, so that whoever does is refused from then on.
        line.close(Error::Poisoned);
        let unknown = Error::unknown(error);
        for (Waiting { answer, .. }, verdict) in self.members {
            answer.send(Err(if verdict.is_ok() { unknown.clone() } else { Error::Poisoned }));
        }
        Err(Poisoned)
    }
}
