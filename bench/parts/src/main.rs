//! The parts by themselves, in this process: engine, paths, JSONata, GraphQL, resolvers, store.
//!
//! Prints a section in Markdown. Times are of one core; compare rows of one run with each other.

mod engine_alone;
mod expressions;
mod graphql_query;
mod resolver_code;
mod store_append;

use std::time::{Duration, Instant};

use anyhow::Result;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let quick = std::env::args().any(|argument| argument == "quick");
    let span = if quick { Duration::from_millis(50) } else { Duration::from_secs(2) };
    heading();
    engine_alone::report(span)?;
    expressions::report(span)?;
    graphql_query::report(span)?;
    resolver_code::report(span)?;
    store_append::report(span)
}

#[expect(clippy::print_stdout, reason = "the report is what this program is for")]
fn heading() {
    println!("## Parts, in process\n\n| what | µs each | a second |\n|---|---:|---:|");
}

/// Repeats `work` for `span` and prints what one repetition takes.
#[expect(clippy::print_stdout, reason = "the report is what this program is for")]
fn row(name: &str, span: Duration, mut work: impl FnMut() -> Result<()>) -> Result<()> {
    work()?;
    let (started, mut count) = (now(), 0u32);
    while started.elapsed() < span {
        for _ in 0..16 {
            work()?;
        }
        count += 16;
    }
    let micros = started.elapsed().as_secs_f64() * 1e6 / f64::from(count);
    println!("| {name} | {micros:.2} | {:.0} |", 1e6 / micros);
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "measuring is what this is for")]
fn now() -> Instant {
    Instant::now()
}
