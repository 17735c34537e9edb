//! The sample workflow, loaded through the AWS API like any other.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

const NAME: &str = "order";
const DEFINITION: &str = include_str!("../../samples/order.asl.json");
pub(super) const INPUT: &str = r#"{"items": [{"name": "lamp", "price": 30, "count": 2}, {"name": "desk", "price": 220, "count": 1}]}"#;

/// Makes sure there is a state machine; answers the ARN of the sample, or else of the first there is.
pub(super) fn load(server: SocketAddr) -> Result<String> {
    let listed = call(server, "ListStateMachines", &json!({}))?;
    let machines = listed["stateMachines"].as_array().context("a list of state machines")?;
    let sample = machines.iter().find(|machine| machine["name"] == NAME);
    if let Some(machine) = sample.or(machines.first()) {
        return arn(machine);
    }
    let created = call(
        server,
        "CreateStateMachine",
        &json!({
            "name": NAME,
            "definition": DEFINITION,
            "roleArn": "arn:aws:iam::000000000000:role/sample",
        }),
    )?;
    arn(&created)
}

fn arn(answer: &Value) -> Result<String> {
    Ok(answer["stateMachineArn"].as_str().context("the ARN of a state machine")?.to_owned())
}

/// One request of AWS JSON 1.0, as an SDK sends it; development takes any credentials.
fn call(server: SocketAddr, operation: &str, body: &Value) -> Result<Value> {
    let body = body.to_string();
    let mut stream = TcpStream::connect(server)?;
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\
         Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AWSStepFunctions.{operation}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=dev/20260101/us-east-1/states/aws4_request, \
         SignedHeaders=host, Signature=dev\r\nX-Amz-Date: 20260101T000000Z\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("an HTTP answer")?;
    ensure!(head.starts_with("HTTP/1.1 200"), "{operation} was answered with {answer}");
    serde_json::from_str(body).with_context(|| format!("reading the answer to {operation}"))
}
