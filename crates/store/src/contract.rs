//! The tests that every backend passes: [`contract_tests!`](crate::contract_tests) makes one `#[test]` of each.
//!
//! They know nothing of the backend but how to [open](Backend::open) it. What needs a hand inside (that a sync precedes
//! the acknowledgement, that a failed sync poisons) is tested by each backend that has a disk.

#![expect(clippy::unwrap_used, reason = "these are tests, though clippy can't tell")]

mod commits;
mod histories;
mod reads;
mod watching;

use std::sync::Arc;

use bytes::Bytes;

use crate::{Batch, Error, Read, Reply, Scan, Store};

pub use commits::*;
pub use histories::*;
pub use reads::*;
pub use watching::*;

/// The store of one test.
pub trait Backend {
    /// Opens it. The first time it is empty; later, once everything opened before is dropped, it has its content still.
    fn open(&self) -> Arc<dyn Store>;
}

/// Makes one `#[test]` of every test of the contract; the argument makes a new [`Backend`](crate::contract::Backend).
#[macro_export]
macro_rules! contract_tests {
    ($backend:expr) => {
        $crate::contract_tests! { $backend =>
            shows_what_it_has_acknowledged
            keeps_everything_when_reopened
            applies_the_changes_of_a_batch_in_order
            deletes_exactly_the_keys_of_a_range
            takes_batches_larger_than_any_group
            refuses_keys_of_no_or_too_many_bytes
            leaves_nothing_of_a_refused_batch
            names_the_first_precondition_that_doesnt_hold
            checks_preconditions_in_order_within_a_group
            commits_though_nobody_waits_for_the_reply
            answers_those_in_line_when_it_is_dropped
            loses_no_update_among_many_committers
            never_shows_half_a_batch
            scans_in_both_directions_within_limits
            pages_through_everything_once
            finds_nothing_in_an_empty_range
            reads_by_overlong_keys
            keeps_a_snapshot_as_it_was
            keeps_a_snapshot_after_the_store_is_dropped
            wakes_who_watches_a_prefix
            remembers_a_change_that_nobody_waited_for
            wakes_for_ranges_that_could_hold_the_prefix
            doesnt_wake_for_refused_batches
            ends_a_watch_when_it_is_dropped
            equals_the_model_after_any_history
        }
    };
    ($backend:expr => $($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                $crate::contract::$name(&$backend);
            }
        )*
    };
}

fn batch(fill: impl FnOnce(&mut Batch) -> &mut Batch) -> Batch {
    let mut batch = Batch::new();
    fill(&mut batch);
    batch
}

fn commit(
    store: &Arc<dyn Store>,
    fill: impl FnOnce(&mut Batch) -> &mut Batch,
) -> Result<(), Error> {
    store.commit(batch(fill)).wait()
}

fn put(store: &Arc<dyn Store>, key: &'static str, value: &'static str) {
    commit(store, |batch| batch.put(key, value)).expect("a batch without preconditions is written");
}

fn get(read: &(impl Read + ?Sized), key: &str) -> Option<Bytes> {
    read.get(key.as_bytes()).wait().expect("reading works")
}

fn rows(read: &(impl Read + ?Sized), scan: &Scan) -> Vec<(Bytes, Bytes)> {
    let entries = read.scan(scan).wait().expect("scanning works");
    entries.into_iter().map(|entry| (entry.key, entry.value)).collect()
}

/// The keys that `scan` finds, joined by blanks.
fn keys(read: &(impl Read + ?Sized), scan: &Scan) -> String {
    let rows = rows(read, scan);
    let keys: Vec<_> = rows.iter().map(|(key, _)| String::from_utf8_lossy(key)).collect();
    keys.join(" ")
}

fn refused_key(result: Result<(), Error>) -> Bytes {
    match result {
        Err(Error::PreconditionFailed { key }) => key,
        other => panic!("expected a failed precondition, got {other:?}"),
    }
}

fn wait_all(replies: Vec<Reply<()>>) -> Vec<Result<(), Error>> {
    replies.into_iter().map(Reply::wait).collect()
}
