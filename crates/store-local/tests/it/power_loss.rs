//! Sync before acknowledgement, and what is left when the power goes or the disk is full.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use store::{Batch, Error, KeyRange, Read, Reply, Scan, Store};
use store_local::{Local, Options};

use crate::disk::Disk;

fn open(disk: &Disk) -> Local {
    store_local::open(disk.path(), Options::default()).expect("the store opens")
}

fn put(store: &Local, key: impl Into<store::Bytes>, value: impl Into<store::Bytes>) -> Reply<()> {
    let mut batch = Batch::new();
    batch.put(key.into(), value.into());
    store.commit(batch)
}

fn keys(store: &impl Read) -> Vec<String> {
    let entries = store.scan(&Scan::range(KeyRange::all())).wait().expect("scanning works");
    entries.iter().map(|entry| String::from_utf8_lossy(&entry.key).into_owned()).collect()
}

fn is_ready(reply: &mut Reply<()>) -> bool {
    match Pin::new(reply).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => {
            result.expect("the batch is written");
            true
        }
        Poll::Pending => false,
    }
}

#[test]
fn what_is_acknowledged_survives_a_power_loss() {
    let disk = Disk::new();
    let store = open(&disk);
    for turn in 0..30 {
        put(&store, format!("{turn:02}"), vec![turn; 5_000]).wait().unwrap();
        if turn % 10 == 0 {
            let after = open(&disk.lose_power(|| false));
            assert_eq!(keys(&after), keys(&store), "after turn {turn}");
        }
    }
}

#[test]
fn flushes_and_new_journals_survive_a_power_loss() {
    let disk = Disk::new();
    let mut store = open(&disk);
    // Five times the memtable and more than one journal.
    for turn in 0..30u8 {
        put(&store, format!("{turn:02}"), vec![turn; 3_000_000]).wait().unwrap();
        if turn % 7 == 6 {
            let after = disk.lose_power(|| false);
            assert_eq!(keys(&open(&after)), keys(&store), "after turn {turn}");
        }
        if turn == 20 {
            drop(store);
            store = open(&disk);
        }
    }
}

#[test]
fn a_batch_is_neither_acknowledged_nor_shown_before_its_sync() {
    let disk = Disk::new();
    let store = open(&disk);
    put(&store, "before", "").wait().unwrap();
    let mut watch = store.watch(b"");
    let held = disk.hold_syncs();
    let mut reply = put(&store, "key", "");
    disk.wait_for_a_held_sync();
    assert!(!is_ready(&mut reply));
    assert_eq!(store.get(b"key").wait().unwrap(), None);
    assert_eq!(keys(&store), ["before"]);
    assert!(watch.poll_changed(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(held);
    reply.wait().unwrap();
    assert_eq!(keys(&store), ["before", "key"]);
}

#[test]
fn all_who_wait_share_one_sync() {
    let disk = Disk::new();
    let store = open(&disk);
    let held = disk.hold_syncs();
    let first = put(&store, "first", "");
    disk.wait_for_a_held_sync();
    let before = disk.syncs();
    let rest: Vec<_> = (0..1_000).map(|number| put(&store, format!("{number}"), "")).collect();
    drop(held);
    first.wait().unwrap();
    rest.into_iter().for_each(|reply| reply.wait().unwrap());
    assert_eq!(disk.syncs() - before, 2, "one for the first, one for the rest");
}

#[test]
fn a_refusal_waits_for_the_sync_of_what_it_is_refused_for() {
    let disk = Disk::new();
    let store = open(&disk);
    let held = disk.hold_syncs();
    let first = put(&store, "first", "");
    disk.wait_for_a_held_sync();
    let key = put(&store, "key", "");
    let mut stolen = Batch::new();
    stolen.require_absent("key").put("key", "stolen");
    let mut stolen = store.commit(stolen);
    disk.set_failing(true);
    assert!(!is_ready(&mut stolen));
    drop(held);
    assert!(matches!(first.wait(), Err(Error::Unknown(_))));
    assert!(matches!(key.wait(), Err(Error::Poisoned)));
    assert!(
        matches!(stolen.wait(), Err(Error::Poisoned)),
        "not a failed precondition: there is no such key"
    );
}

#[test]
fn a_failed_sync_poisons_until_the_store_is_reopened() {
    let disk = Disk::new();
    let store = open(&disk);
    put(&store, "before", "").wait().unwrap();
    let snapshot = store.snapshot().wait().unwrap();
    disk.set_failing(true);
    assert!(matches!(put(&store, "lost", "").wait(), Err(Error::Unknown(_))));
    disk.set_failing(false);
    let syncs = disk.syncs();
    assert!(matches!(put(&store, "later", "").wait(), Err(Error::Poisoned)));
    assert!(matches!(store.commit(Batch::new()).wait(), Err(Error::Poisoned)));
    assert_eq!(disk.syncs(), syncs, "nothing is tried again");
    assert_eq!(keys(&store), ["before"], "reads go on");
    assert!(store.get(b"lost").wait().unwrap().is_none());
    drop((store, snapshot));
    let store = open(&disk);
    put(&store, "after", "").wait().unwrap();
    assert!(keys(&store).starts_with(&["after".to_owned(), "before".to_owned()]));
    assert!(!keys(&store).contains(&"later".to_owned()));
}

#[test]
fn what_is_acknowledged_after_a_failed_sync_survives_a_power_loss() {
    let disk = Disk::new();
    let store = open(&disk);
    put(&store, "before", "").wait().unwrap();
    disk.set_failing(true);
    put(&store, "lost", vec![1; 10_000]).wait().unwrap_err();
    disk.set_failing(false);
    drop(store);
    let store = open(&disk);
    put(&store, "after", "").wait().unwrap();
    let after = keys(&open(&disk.lose_power(|| false)));
    assert_eq!(after, keys(&store));
}

#[test]
fn a_batch_that_reached_the_disk_in_part_is_as_if_it_had_never_been() {
    let disk = Disk::new();
    let store = open(&disk);
    put(&store, "before", "").wait().unwrap();
    disk.set_failing(true);
    put(&store, "torn", vec![b'x'; 28_000]).wait().unwrap_err();
    // Which of its seven pages reached the disk: every pattern.
    for pattern in 0..1u8 << 7 {
        let mut pages = (0..7).map(|page| pattern & 1 << page != 0);
        let after = disk.lose_power(|| pages.next().unwrap_or(false));
        let after = store_local::open(after.path(), Options::default());
        let after = after.unwrap_or_else(|error| panic!("pages {pattern:07b}: {error:?}"));
        put(&after, "later", "").wait().unwrap();
        match pattern {
            0b111_1111 => assert_eq!(keys(&after), ["before", "later", "torn"]),
            _ => assert_eq!(keys(&after), ["before", "later"], "pages {pattern:07b}"),
        }
    }
}

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    for space in [0, 1, 100, 5_000, 9_999] {
        let disk = Disk::new();
        let store = open(&disk);
        put(&store, "before", "").wait().unwrap();
        disk.set_space(Some(space));
        let refused = put(&store, "lost", vec![1; 10_000]).wait();
        assert!(matches!(refused, Err(Error::Unknown(_))), "{refused:?} with {space} bytes left");
        disk.set_space(None);
        assert!(matches!(put(&store, "later", "").wait(), Err(Error::Poisoned)));
        assert_eq!(keys(&store), ["before"], "reads go on");
        drop(store);
        let store = open(&disk);
        put(&store, "after", "").wait().unwrap();
        assert_eq!(keys(&store), ["after", "before"], "{space} bytes left");
        assert_eq!(keys(&open(&disk.lose_power(|| false))), keys(&store));
    }
}

#[test]
fn what_is_acknowledged_while_a_disk_fills_up_is_there_when_it_has_space_again() {
    let disk = Disk::new();
    let store = open(&disk);
    // The memtable is flushed before the space is gone, or when.
    disk.set_space(Some(20_000_000));
    let mut acknowledged = Vec::new();
    for turn in 0..30u8 {
        let key = format!("{turn:02}");
        match put(&store, key.clone(), vec![turn; 1_000_000]).wait() {
            Ok(()) => acknowledged.push(key),
            Err(error) => {
                assert!(matches!(error, Error::Unknown(_)), "{error:?}");
                break;
            }
        }
    }
    assert!((5..30).contains(&acknowledged.len()), "{} batches", acknowledged.len());
    assert_eq!(keys(&store), acknowledged, "reads go on");
    drop(store);
    if let Ok(store) = store_local::open(disk.path(), Options::default()) {
        assert_eq!(keys(&store), acknowledged, "opened without space");
    }
    disk.set_space(None);
    let store = open(&disk);
    assert_eq!(keys(&store), acknowledged);
    put(&store, "after", "").wait().unwrap();
    let after = keys(&open(&disk.lose_power(|| false)));
    assert_eq!(after, keys(&store));
}
