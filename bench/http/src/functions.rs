//! Functions, warm and cold, and tasks that reach functions and queues.

use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::client::{self, Request, load};
use crate::process::Server;

const ROLE: &str = "arn:aws:iam::000000000000:role/bench";
const CONNECTIONS: [usize; 2] = [1, 8];
/// How often a cold start is measured.
const COLD_STARTS: usize = 15;
/// Where the Runtime API is, for who runs as a function.
const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";

/// A function that answers at once.
struct Function {
    name: &'static str,
    runtime: &'static str,
    /// The program that a cold start can't be faster than, with arguments for which it does nothing.
    bare: Option<(&'static str, &'static [&'static str])>,
}

const FUNCTIONS: [Function; 3] = [
    Function { name: "python", runtime: "python3.13", bare: Some(("python3", &["-c", "pass"])) },
    Function { name: "node", runtime: "nodejs22.x", bare: Some(("node", &["-e", "0"])) },
    Function { name: "provided", runtime: "provided.al2023", bare: None },
];

#[expect(clippy::print_stdout, reason = "the report is what this program is for")]
pub(crate) fn report(span: Duration) -> Result<()> {
    let (echo, server) = (Server::echo()?, Server::freehold()?);
    println!("\n## Functions and tasks\n");
    println!("Each answers at once; processor time is the server's alone, {span:?} a round.\n");
    println!(
        "| connections | request | a second | processor time, µs | to the echo | p50, ms | p99, ms |"
    );
    println!("|---:|---|---:|---:|---:|---:|---:|");
    for function in &FUNCTIONS {
        create(&server, function)?;
        // The first process is started outside of the time that is measured.
        client::once(&server, &invocation(function.name))?;
    }
    let machines = machines(&server)?;
    for connections in CONNECTIONS {
        let base = load(&echo, &Request::echo("{}"), connections, span)?;
        crate::row(connections, "echo (axum)", &base, &base);
        for function in &FUNCTIONS {
            let name = format!("Invoke, warm, {}", function.runtime);
            let load = load(&server, &invocation(function.name), connections, span)?;
            crate::row(connections, &name, &load, &base);
        }
        for (name, machine) in &machines {
            let start = Request::aws(
                "StartSyncExecution",
                &json!({"stateMachineArn": machine}).to_string(),
            );
            crate::row(connections, name, &load(&server, &start, connections, span)?, &base);
        }
    }
    println!("\n| cold start | median, ms | the bare program, ms | to it |\n|---|---:|---:|---:|");
    for function in &FUNCTIONS {
        let cold = median(|| cold_start(&server, function))?;
        match function.bare {
            Some((program, arguments)) => {
                let bare = median(|| bare_start(program, arguments))?;
                println!(
                    "| {} | {:.1} | {:.1} | {:.2} |",
                    function.runtime,
                    millis(cold),
                    millis(bare),
                    cold.as_secs_f64() / bare.as_secs_f64()
                );
            }
            None => println!("| {} | {:.1} | | |", function.runtime, millis(cold)),
        }
    }
    Ok(())
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

fn create(server: &Server, function: &Function) -> Result<()> {
    let myself = || fs::read(env::current_exe()?).context("read this program");
    let (file, text) = match function.name {
        "python" => ("m.py", b"def handler(event, context):\n    return event\n".to_vec()),
        "node" => ("m.mjs", b"export const handler = async (event) => event;\n".to_vec()),
        _ => ("bootstrap", myself()?),
    };
    let body = json!({
        "FunctionName": function.name, "Runtime": function.runtime, "Role": ROLE,
        "Handler": "m.handler", "Timeout": 60, "Code": {"ZipFile": STANDARD.encode(zip(file, &text)?)},
    });
    client::once(server, &Request::lambda("POST", "/2015-03-31/functions", &body.to_string()))?;
    Ok(())
}

fn zip(file: &str, bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(file, SimpleFileOptions::default().unix_permissions(0o755))?;
    writer.write_all(bytes)?;
    Ok(writer.finish()?.into_inner())
}

fn invocation(name: &str) -> Request {
    Request::lambda("POST", &format!("/2015-03-31/functions/{name}/invocations"), "{}")
}

/// State machines of one task, and of none, for comparison.
fn machines(server: &Server) -> Result<Vec<(&'static str, String)>> {
    let made = client::once(server, &Request::sqs("CreateQueue", r#"{"QueueName":"q"}"#))?;
    let made: Value = serde_json::from_slice(&made)?;
    let pass = json!({"Type": "Pass", "End": true});
    let task = |resource: &str, parameters: Value| {
        json!({
            "Type": "Task", "Resource": format!("arn:aws:states:::{resource}"),
            "Parameters": parameters, "End": true,
        })
    };
    let lambda = task("lambda:invoke", json!({"FunctionName": "provided", "Payload": {}}));
    let sqs = task("sqs:sendMessage", json!({"QueueUrl": made["QueueUrl"], "MessageBody": "m"}));
    let named = [
        ("StartSyncExecution, a Pass", "pass", pass),
        ("StartSyncExecution, lambda:invoke (provided)", "lambda", lambda),
        ("StartSyncExecution, sqs:sendMessage", "sqs", sqs),
    ];
    let create = |(shown, name, state): (&'static str, &str, Value)| {
        let definition = json!({"StartAt": "A", "States": {"A": state}}).to_string();
        Ok((shown, crate::create(server, name, "EXPRESS", &definition)?))
    };
    named.into_iter().map(create).collect()
}

fn median(measure: impl Fn() -> Result<Duration>) -> Result<Duration> {
    let mut took = (0..COLD_STARTS).map(|_| measure()).collect::<Result<Vec<_>>>()?;
    took.sort_unstable();
    Ok(took[took.len() / 2])
}

/// The first invocation after a change, which needs a new process.
fn cold_start(server: &Server, function: &Function) -> Result<Duration> {
    let path = format!("/2015-03-31/functions/{}/configuration", function.name);
    client::once(server, &Request::lambda("PUT", &path, r#"{"Description":"anew"}"#))?;
    let begun = now();
    client::once(server, &invocation(function.name))?;
    Ok(begun.elapsed())
}

fn bare_start(program: &str, arguments: &[&str]) -> Result<Duration> {
    let begun = now();
    let status = Command::new(program).args(arguments).status()?;
    ensure!(status.success(), "{program} ended with {status}");
    Ok(begun.elapsed())
}

#[expect(clippy::disallowed_methods, reason = "measuring is what this is for")]
fn now() -> Instant {
    Instant::now()
}

/// Whether this program runs as the `bootstrap` of a function.
pub(crate) fn is_function() -> bool {
    runtime_api().is_ok()
}

#[expect(clippy::disallowed_methods, reason = "the Runtime API is named by the environment")]
fn runtime_api() -> Result<String, env::VarError> {
    env::var(RUNTIME_API)
}

/// Answers every event with itself.
pub(crate) fn serve() -> Result<()> {
    let stream = TcpStream::connect(runtime_api()?)?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let path = "/2018-06-01/runtime/invocation";
        let (id, event) = exchange(&stream, &mut reader, &format!("GET {path}/next"), b"")?;
        let answer = format!("POST {path}/{}/response", id.context("an event has an id")?);
        exchange(&stream, &mut reader, &answer, &event)?;
    }
}

/// One request of a runtime: the id in the answer, and its body.
fn exchange(
    mut stream: &TcpStream,
    reader: &mut BufReader<TcpStream>,
    request: &str,
    body: &[u8],
) -> Result<(Option<String>, Vec<u8>)> {
    let length = body.len();
    let head = format!("{request} HTTP/1.1\r\nHost: runtime\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(&[head.as_bytes(), body].concat())?;
    let (mut id, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        ensure!(reader.read_line(&mut line)? != 0, "the Runtime API has gone");
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse()?,
            "lambda-runtime-aws-request-id" => id = Some(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok((id, body))
}
