use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{Backend, batch, rows, wait_all};
use crate::{Batch, Error, KeyRange, Memory, Scan, Store};

/// One step of a random history.
#[derive(Clone, Debug)]
enum Step {
    /// Batches that are all in line before the first is waited for.
    Together(Vec<Batch>),
    Reopen,
}

/// A part of the contract.
pub fn equals_the_model_after_any_history(backend: &dyn Backend) {
    let mut runner = TestRunner::new(Config { cases: 48, ..Config::default() });
    let history = prop::collection::vec(step(), 1..12);
    let outcome = runner.run(&history, |history| {
        compare(backend, history);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

fn compare(backend: &dyn Backend, history: Vec<Step>) {
    let mut store = backend.open();
    store.commit(batch(|batch| batch.delete_range(KeyRange::all()))).wait().unwrap();
    let model: Arc<dyn Store> = Arc::new(Memory::new());
    for step in history {
        match step {
            Step::Together(batches) => {
                let commit_all = |store: &Arc<dyn Store>| {
                    let replies = batches.iter().cloned().map(|batch| store.commit(batch));
                    wait_all(replies.collect()).into_iter().map(verdict).collect::<Vec<_>>()
                };
                assert_eq!(commit_all(&store), commit_all(&model));
            }
            Step::Reopen => {
                drop(store);
                store = backend.open();
            }
        }
        let everything = Scan::range(KeyRange::all());
        assert_eq!(rows(&*store, &everything), rows(&*model, &everything));
        let everything = everything.backward();
        assert_eq!(rows(&*store, &everything), rows(&*model, &everything));
    }
}

fn verdict(result: Result<(), Error>) -> String {
    result.map_or_else(|error| error.to_string(), |()| "written".to_owned())
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => prop::collection::vec(any_batch(), 1..6).prop_map(Step::Together),
        1 => Just(Step::Reopen),
    ]
}

/// Few keys and values, so that batches meet.
fn key() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop_oneof![Just(0), Just(b'a'), Just(0xff)], 1..3)
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0..3u8, 0..2)
}

fn any_batch() -> impl Strategy<Value = Batch> {
    let part = prop_oneof![
        8 => (key(), value()).prop_map(|(key, value)| batch(|batch| batch.put(key, value))),
        3 => key().prop_map(|key| batch(|batch| batch.delete(key))),
        2 => (key(), key()).prop_map(|(start, end)| {
            batch(|batch| batch.delete_range(KeyRange::new(start, end)))
        }),
        1 => key().prop_map(|key| batch(|batch| batch.require_absent(key))),
        1 => key().prop_map(|key| batch(|batch| batch.require_present(key))),
        1 => (key(), value())
            .prop_map(|(key, value)| batch(|batch| batch.require_value(key, value))),
    ];
    let whole = |parts: Vec<Batch>| {
        parts.into_iter().fold(Batch::new(), |mut whole, part| {
            whole.append(part);
            whole
        })
    };
    prop::collection::vec(part, 0..6).prop_map(whole)
}
