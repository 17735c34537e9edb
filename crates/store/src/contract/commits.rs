use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use bytes::Bytes;

use super::{Backend, batch, commit, get, keys, put, refused_key, rows, wait_all};
use crate::{Batch, Error, KEY_BYTES_MAX, KeyRange, Scan, Store, VALUE_BYTES_MAX};

/// A part of the contract.
pub fn shows_what_it_has_acknowledged(backend: &dyn Backend) {
    let store = backend.open();
    assert_eq!(get(&*store, "key"), None);
    put(&store, "key", "one");
    assert_eq!(get(&*store, "key").unwrap(), "one");
    put(&store, "key", "");
    assert_eq!(get(&*store, "key").unwrap(), "", "an empty value is a value");
    commit(&store, |batch| batch.delete("key").delete("never there")).unwrap();
    assert_eq!(get(&*store, "key"), None);
    store.commit(Batch::new()).wait().unwrap();
}

/// A part of the contract.
pub fn keeps_everything_when_reopened(backend: &dyn Backend) {
    for round in 1..=3u8 {
        let store = backend.open();
        assert_eq!(rows(&*store, &Scan::prefix("round ")).len(), usize::from(round) - 1);
        assert_eq!(get(&*store, "last"), (1 < round).then(|| Bytes::from(vec![round - 1])));
        assert_eq!(get(&*store, "removed"), None);
        put(&store, "removed", "soon");
        commit(&store, |batch| {
            batch.put(format!("round {round}"), "done").put("last", vec![round]).delete("removed")
        })
        .unwrap();
    }
}

/// A part of the contract.
pub fn applies_the_changes_of_a_batch_in_order(backend: &dyn Backend) {
    let store = backend.open();
    put(&store, "d", "before");
    commit(&store, |batch| {
        batch.put("a", "1").put("a", "2").delete("b").put("b", "1").put("c", "1").delete("c");
        batch.put("d1", "early").delete_range(KeyRange::prefix("d")).put("d2", "late")
    })
    .unwrap();
    assert_eq!(keys(&*store, &Scan::range(KeyRange::all())), "a b d2");
    assert_eq!(get(&*store, "a").unwrap(), "2");
}

/// A part of the contract.
pub fn deletes_exactly_the_keys_of_a_range(backend: &dyn Backend) {
    let store = backend.open();
    let left_after = |range: KeyRange| {
        ["a", "b", "b\0", "bz", "c", "\u{ff}"].into_iter().for_each(|key| put(&store, key, key));
        commit(&store, |batch| batch.delete_range(range)).unwrap();
        keys(&*store, &Scan::range(KeyRange::all()))
    };
    assert_eq!(left_after(KeyRange::new("b", "c")), "a c \u{ff}");
    assert_eq!(left_after(KeyRange::new(&b"b\0"[..], "bz")), "a b bz c \u{ff}");
    assert_eq!(left_after(KeyRange::prefix(&b"\xc3"[..])), "a b b\0 bz c");
    assert_eq!(left_after(KeyRange::prefix("x")), "a b b\0 bz c \u{ff}");
    assert_eq!(left_after(KeyRange::all()), "");
}

/// A part of the contract.
pub fn takes_batches_larger_than_any_group(backend: &dyn Backend) {
    let store = backend.open();
    let value = Bytes::from(vec![7; 3 * 1024 * 1024]);
    let large = |name: &str| {
        batch(|batch| {
            for part in 0..3 {
                batch.put(format!("{name} {part}"), value.clone());
            }
            batch
        })
    };
    let replies =
        vec![store.commit(large("a")), store.commit(large("b")), store.commit(large("c"))];
    wait_all(replies).into_iter().for_each(Result::unwrap);
    assert_eq!(rows(&*store, &Scan::range(KeyRange::all())).len(), 9);
    assert_eq!(get(&*store, "c 2").unwrap(), value);
}

/// A part of the contract.
pub fn refuses_keys_of_no_or_too_many_bytes(backend: &dyn Backend) {
    let store = backend.open();
    let longest = vec![b'k'; KEY_BYTES_MAX];
    let too_long = vec![b'k'; KEY_BYTES_MAX + 1];
    let too_large = vec![0; VALUE_BYTES_MAX + 1];
    let refused = [
        commit(&store, |batch| batch.put("a", "1").put("", "1")),
        commit(&store, |batch| batch.put("a", "1").put(too_long.clone(), "1")),
        commit(&store, |batch| batch.put("a", "1").delete(too_long.clone())),
        commit(&store, |batch| batch.put("a", "1").require_absent(too_long.clone())),
        commit(&store, |batch| batch.put("a", "1").put("b", too_large)),
    ];
    for result in refused {
        assert!(matches!(result, Err(Error::OutOfBounds { .. })), "{result:?}");
    }
    assert_eq!(keys(&*store, &Scan::range(KeyRange::all())), "");
    commit(&store, |batch| batch.put(longest.clone(), "1")).unwrap();
    assert_eq!(store.get(&longest).wait().unwrap().unwrap(), "1");
    assert_eq!(store.get(&too_long).wait().unwrap(), None);
    assert_eq!(store.get(b"").wait().unwrap(), None);
}

/// A part of the contract.
pub fn leaves_nothing_of_a_refused_batch(backend: &dyn Backend) {
    let store = backend.open();
    put(&store, "version", "1");
    let refused = commit(&store, |batch| {
        batch.put("version", "3").put("other", "1").require_value("version", "2")
    });
    assert_eq!(refused_key(refused), "version");
    assert_eq!(get(&*store, "version").unwrap(), "1");
    assert_eq!(get(&*store, "other"), None);
}

/// A part of the contract.
pub fn names_the_first_precondition_that_doesnt_hold(backend: &dyn Backend) {
    let store = backend.open();
    put(&store, "there", "1");
    let refusal = |fill: fn(&mut Batch) -> &mut Batch| refused_key(commit(&store, fill));
    assert_eq!(refusal(|batch| batch.require_absent("there")), "there");
    assert_eq!(refusal(|batch| batch.require_present("gone")), "gone");
    assert_eq!(refusal(|batch| batch.require_value("there", "2")), "there");
    assert_eq!(refusal(|batch| batch.require_value("gone", "")), "gone");
    assert_eq!(
        refusal(|batch| {
            batch.require_present("there").require_present("gone").require_absent("there")
        }),
        "gone"
    );
    commit(&store, |batch| {
        batch.require_present("there").require_value("there", "1").require_absent("gone");
        // Preconditions see the data before the batch, whatever the order of the calls.
        batch.delete("there").require_present("there")
    })
    .unwrap();
    assert_eq!(get(&*store, "there"), None);
}

/// A part of the contract.
pub fn checks_preconditions_in_order_within_a_group(backend: &dyn Backend) {
    let store = backend.open();
    put(&store, "fence", "1");
    // None of them is waited for before the last is in line, so that backends which group do.
    let replies = vec![
        store.commit(batch(|batch| batch.require_absent("a").put("a", "1"))),
        store.commit(batch(|batch| batch.require_absent("a").put("a", "stolen"))),
        store.commit(batch(|batch| batch.require_value("a", "1").put("a", "2"))),
        store.commit(batch(|batch| batch.require_value("fence", "1").put("fence", "2"))),
        store.commit(batch(|batch| batch.require_value("fence", "1").put("b", "late"))),
        store.commit(batch(|batch| batch.delete_range(KeyRange::prefix("a")))),
        store.commit(batch(|batch| batch.require_present("a").put("b", "late"))),
        store.commit(batch(|batch| batch.require_absent("a").put("c", "1"))),
    ];
    let refused: Vec<_> = wait_all(replies)
        .into_iter()
        .enumerate()
        .filter_map(|(position, result)| result.is_err().then(|| (position, refused_key(result))))
        .collect();
    assert_eq!(refused, [(1, "a".into()), (4, "fence".into()), (6, "a".into())]);
    assert_eq!(keys(&*store, &Scan::range(KeyRange::all())), "c fence");
}

/// A part of the contract.
pub fn commits_though_nobody_waits_for_the_reply(backend: &dyn Backend) {
    let store = backend.open();
    drop(store.commit(batch(|batch| batch.put("key", "value"))));
    store.commit(Batch::new()).wait().unwrap();
    assert_eq!(get(&*store, "key").unwrap(), "value");
}

/// A part of the contract.
pub fn answers_those_in_line_when_it_is_dropped(backend: &dyn Backend) {
    let store = backend.open();
    let put = |number: u64| store.commit(batch(|batch| batch.put(format!("{number:03}"), "")));
    let replies: Vec<_> = (0..200).map(put).collect();
    drop(store);
    let written = wait_all(replies).into_iter().filter(Result::is_ok).count();
    let store = backend.open();
    assert_eq!(rows(&*store, &Scan::range(KeyRange::all())).len(), written);
}

/// A part of the contract.
pub fn loses_no_update_among_many_committers(backend: &dyn Backend) {
    const COMMITTERS: u64 = 32;
    const INCREMENTS: u64 = 10;
    let store = backend.open();
    commit(&store, |batch| batch.put("count", "0")).unwrap();
    let increment = |committer: u64| {
        for turn in 0..INCREMENTS {
            loop {
                let seen = get(&*store, "count").expect("set above");
                let count: u64 = String::from_utf8_lossy(&seen).parse().expect("a number");
                let done = commit(&store, |batch| {
                    batch.require_value("count", seen).put("count", (count + 1).to_string());
                    batch.put(format!("turn {committer} {turn}"), "")
                });
                if done.is_ok() {
                    break;
                }
                assert_eq!(refused_key(done), "count");
            }
        }
    };
    thread::scope(|scope| {
        for committer in 0..COMMITTERS {
            let increment = &increment;
            scope.spawn(move || increment(committer));
        }
    });
    let total = COMMITTERS * INCREMENTS;
    assert_eq!(get(&*store, "count").unwrap(), total.to_string());
    assert_eq!(rows(&*store, &Scan::prefix("turn")).len() as u64, total);
}

/// A part of the contract.
pub fn never_shows_half_a_batch(backend: &dyn Backend) {
    let store: Arc<dyn Store> = backend.open();
    let write = |value: String| {
        commit(&store, |batch| {
            for key in 0..20 {
                batch.put(format!("key {key}"), value.clone());
            }
            batch
        })
        .unwrap();
    };
    write("start".to_owned());
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            (0..50).for_each(|turn| write(turn.to_string()));
            done.store(true, Ordering::SeqCst)
        });
        while !done.load(Ordering::SeqCst) {
            let (first, last) = (get(&*store, "key 9"), get(&*store, "key 0"));
            let number = |value: Option<Bytes>| {
                String::from_utf8_lossy(&value.expect("written above")).parse::<i64>().unwrap_or(-1)
            };
            assert!(number(first) <= number(last), "a later read shows no earlier batch");
            let rows = rows(&*store, &Scan::prefix("key"));
            assert!(rows.iter().all(|(_, value)| *value == rows[0].1), "{rows:?}");
        }
    });
}
