//! The server from outside: requests a second and processor time a request, beside a bare echo in the same run.
//!
//! Prints a section in Markdown. `FREEHOLD_BIN` names the release build of the server.
//! The load comes from this process, on the same cores, so throughput is a lower bound and the figure to
//! compare is the server's processor time per request, as a ratio to the echo's.
//!
//! Functions and tasks are measured likewise, and cold starts beside the start of the bare interpreter.
//! `at-rest` measures only the program that does nothing, `live` only subscribers, `graphql` only queries.
//!
//! Budgets: a synchronous Express execution ≤ 3 × the echo, a durable Standard one ≤ 6 ×.

mod at_rest;
mod client;
mod echo;
mod functions;
mod graphql;
mod live;
mod process;

use std::time::Duration;

use anyhow::Result;

use client::{Load, Request, load};
use process::Server;

const CONNECTIONS: [usize; 3] = [1, 16, 64];
/// How long each load lasts.
const SPAN: Duration = Duration::from_secs(4);
const SUBSCRIBERS: usize = 10_000;

fn main() -> Result<()> {
    if functions::is_function() {
        return functions::serve();
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("echo") => echo::serve(),
        Some("at-rest") => at_rest::report(),
        Some("live") => live::report(SUBSCRIBERS),
        Some("graphql") => graphql::report(SPAN),
        Some("quick") => report(Duration::from_millis(500), 2_000),
        _ => report(SPAN, 100_000),
    }
}

#[expect(clippy::print_stdout, reason = "the report is what this program is for")]
fn report(span: Duration, waiting: usize) -> Result<()> {
    at_rest::report()?;
    let echo = Server::echo()?;
    let freehold = Server::freehold()?;
    let express = create(&freehold, "express", "EXPRESS", PURE)?;
    let standard = create(&freehold, "standard", "STANDARD", PURE)?;
    println!("## Over HTTP\n");
    println!(
        "A Pass–Choice–Pass machine with an input of about 1 KB; rounds interleaved, {span:?} each.\n"
    );
    println!(
        "| connections | request | a second | processor time, µs | to the echo | p50, ms | p99, ms |"
    );
    println!("|---:|---|---:|---:|---:|---:|---:|");
    for connections in CONNECTIONS {
        let base = load(&echo, &Request::echo(INPUT), connections, span)?;
        row(connections, "echo (axum)", &base, &base);
        let sync = Request::aws("StartSyncExecution", &start(&express));
        row(connections, "StartSyncExecution", &load(&freehold, &sync, connections, span)?, &base);
        let durable = Request::aws("StartExecution", &start(&standard));
        row(
            connections,
            "StartExecution, durable",
            &load(&freehold, &durable, connections, span)?,
            &base,
        );
    }
    drop((echo, freehold));
    // One that hasn't grown by the load before.
    println!("\n{}", memory(&Server::freehold()?, waiting)?);
    live::report(SUBSCRIBERS)?;
    functions::report(span)?;
    graphql::report(span)
}

#[expect(clippy::print_stdout, reason = "the report is what this program is for")]
fn row(connections: usize, name: &str, load: &Load, base: &Load) {
    println!(
        "| {connections} | {name} | {:.0} | {:.1} | {:.2} | {:.2} | {:.2} |",
        load.per_second,
        load.server_micros,
        load.server_micros / base.server_micros,
        load.p50_millis,
        load.p99_millis,
    );
}

/// What executions cost while they only wait.
fn memory(server: &Server, count: usize) -> Result<String> {
    let machine = create(server, "waiting", "STANDARD", WAIT)?;
    let before = server.memory_bytes("VmRSS")?;
    let request = Request::aws("StartExecution", &format!(r#"{{"stateMachineArn":"{machine}"}}"#));
    let loaded = client::load_count(server, &request, 64, count)?;
    let after = server.memory_bytes("VmRSS")?;
    Ok(format!(
        "{count} executions in a Wait state: {:.1} MiB before, {:.1} MiB after, {:.0} bytes each; \
         started at {:.0} a second.",
        before as f64 / 1_048_576.0,
        after as f64 / 1_048_576.0,
        (after.saturating_sub(before)) as f64 / count as f64,
        loaded.per_second,
    ))
}

fn create(server: &Server, name: &str, kind: &str, definition: &str) -> Result<String> {
    let body = serde_json::json!({
        "name": name, "type": kind, "definition": definition, "roleArn": "arn:aws:iam::000000000000:role/bench",
    });
    let answer = client::once(server, &Request::aws("CreateStateMachine", &body.to_string()))?;
    let answer: serde_json::Value = serde_json::from_slice(&answer)?;
    let arn = answer["stateMachineArn"].as_str();
    Ok(arn.ok_or_else(|| anyhow::anyhow!("CreateStateMachine answered {answer}"))?.to_owned())
}

fn start(machine: &str) -> String {
    serde_json::json!({"stateMachineArn": machine, "input": INPUT}).to_string()
}

const PURE: &str = r#"{"StartAt":"Select","States":{
    "Select":{"Type":"Pass","Parameters":{"id.$":"$.order.id","total.$":"$.order.total",
        "city.$":"$.customer.address.city","first.$":"$.order.items[0].name"},"ResultPath":"$.selected","Next":"Large?"},
    "Large?":{"Type":"Choice","Choices":[{"And":[{"Variable":"$.selected.total","NumericGreaterThan":100},
        {"Variable":"$.customer.active","BooleanEquals":true}],"Next":"Done"}],"Default":"Done"},
    "Done":{"Type":"Pass","OutputPath":"$.selected","End":true}}}"#;

const WAIT: &str =
    r#"{"StartAt":"Wait","States":{"Wait":{"Type":"Wait","Seconds":31000000,"End":true}}}"#;

const INPUT: &str = include_str!("../../parts/src/input.json");
