//! Signed requests to a house that verifies them.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws::sigv4::{Credentials, sign};
use base::{Clock, Entropy, SystemClock};
use freehold::gate::Gate;
use iam::Iam;
use service::Bus;
use store::Memory;

use crate::client::{Client, Response};
use crate::room::{Plan, Server};

fn server() -> (Server, Credentials) {
    let arn = "arn:aws:iam::000000000000:root";
    let now = SystemClock.now();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut entropy = Entropy::from_number(1);
    let (iam, made) = runtime.block_on(async {
        let iam = Iam::open(iam::Options {
            store: Arc::new(Memory::new()),
            secret: [0; 32],
            enforcement: None,
            bus: Bus::new(),
            issuers: BTreeMap::new(),
        });
        let iam = iam.await.unwrap();
        let made = iam.make_root_key("000000000000", arn, &mut entropy, now).await.unwrap();
        (iam, made)
    });
    let made = made.unwrap();
    let credentials = Credentials {
        access_key_id: made.access_key_id,
        secret_access_key: made.secret_access_key,
        session_token: None,
    };
    (Plan { gate: Some(Gate::Keys(iam.identities())), ..Plan::default() }.start(), credentials)
}

fn signed(server: &Server, credentials: &Credentials, service: &str) -> Response {
    let mut request = http::Request::post("http://sync-localhost/")
        .header("x-amz-target", "TestRoom.Ask")
        .body("{}")
        .unwrap();
    sign(&mut request, credentials, "us-east-1", service, SystemClock.now()).unwrap();
    let mut client = Client::connect(server.address);
    client.send("POST / HTTP/1.1\r\ncontent-length: 2\r\n");
    for (name, value) in request.headers() {
        client.send(format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    client.send("\r\n{}");
    client.read()
}

#[test]
fn lets_in_who_signs_with_a_key_of_the_house() {
    let (server, credentials) = server();
    let response = signed(&server, &credentials, "room");
    assert_eq!(response.body, r#"{"caller":"arn:aws:iam::000000000000:root"}"#);
}

#[test]
fn refuses_everybody_else_as_aws_does() {
    let (server, credentials) = server();
    let unsigned = Client::connect(server.address).call("Ask", "{}");
    assert_eq!(unsigned.status, 400);
    assert_eq!(
        unsigned.body,
        r#"{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}"#
    );
    let refusal = |credentials: &Credentials, service| signed(&server, credentials, service).body;
    let stranger = Credentials { access_key_id: "AKIDEXAMPLE".into(), ..credentials.clone() };
    assert!(refusal(&stranger, "room").contains("UnrecognizedClientException"));
    let forger = Credentials { secret_access_key: "guess".into(), ..credentials.clone() };
    assert!(
        refusal(&forger, "room").contains("The request signature we calculated does not match")
    );
    let temporary = Credentials { session_token: Some("token".into()), ..credentials.clone() };
    assert!(refusal(&temporary, "room").contains("UnrecognizedClientException"));
    assert!(refusal(&credentials, "states").contains("scoped to correct service: 'room'"));
}

#[test]
fn everybody_may_ask_how_it_is() {
    let (server, _) = server();
    let mut client = Client::connect(server.address);
    client.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(client.read().status, 200);
}
