//! The program at rest: how large it is, how soon it listens, and what it holds while nobody asks it anything.
//!
//! Budgets: 40 MB, 100 ms, 25 MiB.

use std::time::Duration;
use std::{env, fs, thread};

use anyhow::{Context, Result};

use crate::client;
use crate::process::Server;

const STARTS: usize = 9;
/// What begins with a house is done by then.
const REST: Duration = Duration::from_millis(300);

#[expect(clippy::print_stdout, reason = "the report is what this program is for")]
pub(crate) fn report() -> Result<()> {
    let binary = env::var_os("FREEHOLD_BIN").context("FREEHOLD_BIN names no server")?;
    let megabytes = fs::metadata(binary)?.len() as f64 / 1e6;
    let mut starts = Vec::with_capacity(STARTS);
    let mut held = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        let (start, memory) = one()?;
        starts.push(start);
        held.push(memory);
    }
    starts.sort_unstable();
    held.sort_unstable();
    let (total, own) = held[STARTS / 2];
    println!("## At rest\n");
    println!("On a fresh folder, {REST:?} after it listens; the median of {STARTS} starts.\n");
    println!("| the program, MB | listens after, ms | resident memory, MiB | of it its own, MiB |");
    println!("|---:|---:|---:|---:|");
    println!(
        "| {megabytes:.1} | {:.0} | {:.1} | {:.1} |\n",
        starts[STARTS / 2].as_secs_f64() * 1e3,
        total as f64 / 1_048_576.0,
        own as f64 / 1_048_576.0,
    );
    Ok(())
}

/// How soon it listens, and its resident memory: in all, and without what is the program's file.
fn one() -> Result<(Duration, (u64, u64))> {
    let started = client::now();
    let server = Server::freehold()?;
    let listens = started.elapsed();
    thread::sleep(REST);
    Ok((listens, (server.memory_bytes("VmRSS")?, server.memory_bytes("RssAnon")?)))
}
