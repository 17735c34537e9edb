//! Durable appends: writers that each wait for the acknowledgement of one batch before the next.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use store::{Batch, Key, Memory, Store};

use crate::now;

const WRITERS: [usize; 3] = [1, 64, 512];

#[expect(clippy::print_stdout, reason = "the report is what this program is for")]
pub(crate) fn report(span: Duration) -> Result<()> {
    for writers in WRITERS {
        let folder = tempfile::tempdir()?;
        let local = Arc::new(store_local::open(folder.path(), store_local::Options::default())?);
        for (name, store) in [
            ("in memory", Arc::new(Memory::new()) as Arc<dyn Store>),
            ("store-local, synced", local),
        ] {
            let per_second = appends_per_second(&store, writers, span)?;
            println!(
                "| append 300 bytes, {writers} writers, {name} | {:.2} | {per_second:.0} |",
                1e6 / per_second
            );
        }
    }
    Ok(())
}

fn appends_per_second(store: &Arc<dyn Store>, writers: usize, span: Duration) -> Result<f64> {
    let started = now();
    let threads: Vec<_> = (0..writers as u64)
        .map(|writer| {
            let store = store.clone();
            thread::spawn(move || -> Result<u64> {
                let mut count = 0;
                while started.elapsed() < span {
                    let mut batch = Batch::new();
                    batch.put(Key::of("bench").u64(writer).u64(count), vec![7; 300]);
                    store.commit(batch).wait()?;
                    count += 1;
                }
                Ok(count)
            })
        })
        .collect();
    let mut total = 0;
    for thread in threads {
        total += thread.join().map_err(|_| anyhow::anyhow!("a writer panicked"))??;
    }
    Ok(total as f64 / started.elapsed().as_secs_f64())
}
