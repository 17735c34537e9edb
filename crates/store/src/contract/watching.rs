use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;

use super::{Backend, commit, put};
use crate::reply::block_on;
use crate::{Error, KeyRange, Watch};

fn has_changed(watch: &mut Watch) -> bool {
    match watch.poll_changed(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => {
            result.expect("the store is open");
            true
        }
        Poll::Pending => false,
    }
}

fn wait_for_change(watch: &mut Watch) -> Result<(), Error> {
    block_on(pin!(watch.changed()))
}

/// A part of the contract.
pub fn wakes_who_watches_a_prefix(backend: &dyn Backend) {
    let store = backend.open();
    put(&store, "outbox 1", "before the watch");
    let mut outbox = store.watch(b"outbox");
    let mut timers = store.watch(b"timer");
    let mut everything = store.watch(b"");
    assert!(!has_changed(&mut outbox));
    thread::scope(|scope| {
        let waiting = scope.spawn(|| wait_for_change(&mut outbox));
        put(&store, "outbox 2", "");
        waiting.join().expect("no panic").unwrap();
    });
    assert!(!has_changed(&mut outbox), "a change is reported once");
    assert!(!has_changed(&mut timers));
    assert!(has_changed(&mut everything));
    put(&store, "time", "shorter than the prefix");
    assert!(!has_changed(&mut timers));
    put(&store, "timer", "");
    assert!(has_changed(&mut timers));
}

/// A part of the contract.
pub fn remembers_a_change_that_nobody_waited_for(backend: &dyn Backend) {
    let store = backend.open();
    let mut watch = store.watch(b"key");
    put(&store, "key 1", "");
    put(&store, "key 2", "");
    wait_for_change(&mut watch).unwrap();
    assert!(!has_changed(&mut watch));
    commit(&store, |batch| batch.delete("key 1")).unwrap();
    wait_for_change(&mut watch).unwrap();
}

/// A part of the contract.
pub fn wakes_for_ranges_that_could_hold_the_prefix(backend: &dyn Backend) {
    let store = backend.open();
    let mut watch = store.watch(b"b");
    let mut delete = |range: KeyRange| {
        put(&store, "b", "");
        assert!(has_changed(&mut watch));
        commit(&store, |batch| batch.delete_range(range)).unwrap();
        has_changed(&mut watch)
    };
    assert!(delete(KeyRange::all()));
    assert!(delete(KeyRange::prefix("b")));
    assert!(delete(KeyRange::new("a", "b\0")));
    assert!(!delete(KeyRange::prefix("a")));
    assert!(!delete(KeyRange::new("c", "d")));
}

/// A part of the contract.
pub fn doesnt_wake_for_refused_batches(backend: &dyn Backend) {
    let store = backend.open();
    let mut watch = store.watch(b"key");
    commit(&store, |batch| batch.require_present("gone").put("key", "")).unwrap_err();
    assert!(!has_changed(&mut watch));
}

/// A part of the contract.
pub fn ends_a_watch_when_it_is_dropped(backend: &dyn Backend) {
    let store = backend.open();
    let mut watch = store.watch(b"key");
    let mut missed = store.watch(b"key");
    put(&store, "key", "");
    wait_for_change(&mut watch).unwrap();
    let waiting = thread::spawn(move || wait_for_change(&mut watch));
    drop(store);
    assert!(matches!(waiting.join().expect("no panic"), Err(Error::Closed)));
    wait_for_change(&mut missed).expect("the change before the end isn't lost");
    assert!(matches!(wait_for_change(&mut missed), Err(Error::Closed)));
}
