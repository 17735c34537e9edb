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
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\
         Content-Type: application/x-amz-json-1.0\r\nX-Amz-Target: AWSStepFunctions.{operation}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=dev/20260101/us-east-1/states/aws4_request, \
         SignedHeaders=host, Signature=dev\r\nX-Amz-Date: 20260101T000000Z\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(server)?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("an HTTP answer")?;
    ensure!(head.starts_with("HTTP/1.1 200"), "{operation} was answered with {answer}");
    serde_json::from_str(body).with_context(|| format!("reading the answer to {operation}"))
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    /// Answers one request after the other; says what was asked.
    fn server(answers: Vec<Value>) -> (SocketAddr, thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let asked = thread::spawn(move || {
            let answer = |answer: &Value| {
                let (stream, _) = listener.accept().expect("a client comes");
                let mut stream = BufReader::new(stream);
                let lines = stream.by_ref().lines().map_while(Result::ok);
                let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
                let header = |name| head.iter().find_map(|line| line.strip_prefix(name));
                let length = header("Content-Length: ").expect("has a body").parse();
                let mut body = vec![0; length.expect("is a number")];
                stream.read_exact(&mut body).expect("the body follows");
                write!(stream.get_mut(), "HTTP/1.1 200 OK\r\n\r\n{answer}")
                    .expect("the client listens");
                header("X-Amz-Target: ").expect("names its operation").to_owned()
            };
            answers.iter().map(answer).collect()
        });
        (address, asked)
    }

    #[test]
    fn creates_the_sample_where_there_is_no_state_machine() {
        let (address, asked) =
            server(vec![json!({"stateMachines": []}), json!({"stateMachineArn": "arn:order"})]);
        assert_eq!(load(address).expect("loads"), "arn:order");
        assert_eq!(
            asked.join().expect("has answered"),
            ["AWSStepFunctions.ListStateMachines", "AWSStepFunctions.CreateStateMachine"]
        );
    }

    #[test]
    fn leaves_a_house_with_state_machines_alone() {
        let machines = json!([
            {"name": "mine", "stateMachineArn": "arn:mine"},
            {"name": "order", "stateMachineArn": "arn:order"}
        ]);
        let (address, asked) = server(vec![json!({"stateMachines": machines})]);
        assert_eq!(load(address).expect("loads"), "arn:order");
        assert_eq!(asked.join().expect("has answered").len(), 1);
    }

    #[test]
    fn the_sample_is_a_definition_without_a_fault() {
        let compiled = asl::compile(DEFINITION, &asl::Options::default());
        assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
        serde_json::from_str::<Value>(INPUT).expect("its input is JSON");
    }
}
