use std::sync::Arc;

use super::{Backend, commit, get, keys, put, rows};
use crate::{KEY_BYTES_MAX, KeyRange, Scan, Store};

fn with_keys(backend: &dyn Backend, all: &[&'static str]) -> Arc<dyn Store> {
    let store = backend.open();
    commit(&store, |batch| {
        for key in all {
            batch.put(*key, *key);
        }
        batch
    })
    .unwrap();
    store
}

/// A part of the contract.
pub fn scans_in_both_directions_within_limits(backend: &dyn Backend) {
    let store = with_keys(backend, &["a", "b", "ba", "bb", "bb\u{ff}", "c"]);
    assert_eq!(keys(&*store, &Scan::prefix("b")), "b ba bb bb\u{ff}");
    assert_eq!(keys(&*store, &Scan::prefix("b").backward()), "bb\u{ff} bb ba b");
    assert_eq!(keys(&*store, &Scan::prefix("b").limit(2)), "b ba");
    assert_eq!(keys(&*store, &Scan::prefix("b").backward().limit(2)), "bb\u{ff} bb");
    assert_eq!(keys(&*store, &Scan::range(KeyRange::new("ba", "c"))), "ba bb bb\u{ff}");
    assert_eq!(keys(&*store, &Scan::range(KeyRange::all())), "a b ba bb bb\u{ff} c");
    assert_eq!(keys(&*store, &Scan::range(KeyRange::all()).backward().limit(1)), "c");
    assert_eq!(keys(&*store, &Scan::prefix("b").limit(0)), "");
    assert_eq!(rows(&*store, &Scan::prefix("c")), [("c".into(), "c".into())]);
}

/// A part of the contract.
pub fn pages_through_everything_once(backend: &dyn Backend) {
    let store = with_keys(backend, &["a", "a\0", "a\0\0", "ab", "b", "\u{ff}"]);
    let every = Scan::range(KeyRange::all()).limit(2);
    for every in [every.clone(), every.backward()] {
        let mut page = every.clone();
        let mut seen = Vec::new();
        loop {
            let found = rows(&*store, &page);
            let Some((last, _)) = found.last() else { break };
            page = page.after(last);
            seen.extend(found);
        }
        assert_eq!(seen, rows(&*store, &every.limit(usize::MAX)));
        assert_eq!(seen.len(), 6);
    }
}

/// A part of the contract.
pub fn finds_nothing_in_an_empty_range(backend: &dyn Backend) {
    let store = with_keys(backend, &["a", "b", "c"]);
    assert_eq!(keys(&*store, &Scan::range(KeyRange::new("b", "b"))), "");
    assert_eq!(keys(&*store, &Scan::range(KeyRange::new("c", "a"))), "");
    assert_eq!(keys(&*store, &Scan::range(KeyRange::new("c", "a")).backward()), "");
    assert_eq!(keys(&*store, &Scan::prefix("b").after(b"c")), "");
    assert_eq!(keys(&*store, &Scan::prefix("b").backward().after(b"a")), "");
    commit(&store, |batch| batch.delete_range(KeyRange::new("c", "a"))).unwrap();
    assert_eq!(keys(&*store, &Scan::range(KeyRange::all())), "a b c");
}

/// A part of the contract.
pub fn reads_by_overlong_keys(backend: &dyn Backend) {
    let longest = "k".repeat(KEY_BYTES_MAX);
    let overlong = "k".repeat(100_000);
    let store = with_keys(backend, &["a", "z"]);
    commit(&store, |batch| batch.put(longest.clone(), "")).unwrap();
    assert_eq!(get(&*store, &overlong), None);
    let found = |range: KeyRange| rows(&*store, &Scan::range(range)).len();
    assert_eq!(found(KeyRange::new(overlong.clone(), "zz")), 1, "z");
    assert_eq!(found(KeyRange::new("a", overlong.clone())), 2, "a and the longest");
    assert_eq!(found(KeyRange::prefix(overlong.clone())), 0);
    assert_eq!(found(KeyRange::new(overlong.clone(), longest)), 0);
    commit(&store, |batch| batch.delete_range(KeyRange::new("b", overlong))).unwrap();
    assert_eq!(keys(&*store, &Scan::range(KeyRange::all())), "a z");
}

/// A part of the contract.
pub fn keeps_a_snapshot_as_it_was(backend: &dyn Backend) {
    let store = with_keys(backend, &["a", "b"]);
    let before = store.snapshot().wait().unwrap();
    commit(&store, |batch| batch.put("a", "changed").put("c", "new").delete("b")).unwrap();
    assert_eq!(get(&*before, "a").unwrap(), "a");
    assert_eq!(keys(&*before, &Scan::range(KeyRange::all())), "a b");
    assert_eq!(get(&*store, "a").unwrap(), "changed");
    assert_eq!(keys(&*store, &Scan::range(KeyRange::all())), "a c");
    assert_eq!(keys(&*store.snapshot().wait().unwrap(), &Scan::range(KeyRange::all())), "a c");
}

/// A part of the contract.
pub fn keeps_a_snapshot_after_the_store_is_dropped(backend: &dyn Backend) {
    let store = with_keys(backend, &["a", "b"]);
    let snapshot = store.snapshot().wait().unwrap();
    drop(store);
    assert_eq!(keys(&*snapshot, &Scan::range(KeyRange::all())), "a b");
    drop(snapshot);
    put(&backend.open(), "c", "c");
}
