//! What `freehold dev` answers to requests as browsers and careless clients send them.

use crate::client::{Client, Response};
use crate::command::{Running, command, start};

/// A house for a developer, with all its rooms.
struct Dev {
    running: Running,
    _folder: tempfile::TempDir,
}

impl Dev {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let running = start(&mut command(&["dev", "--listen", "127.0.0.1:0"], folder.path()));
        Dev { running, _folder: folder }
    }

    fn client(&self) -> Client {
        Client::connect(self.running.address)
    }

    /// Sends `POST /path` or the like, with those lines of the head.
    fn ask(&self, request: &str, head: &str, body: &str) -> Response {
        let mut client = self.client();
        send(&mut client, request, head, body);
        client.read()
    }
}

fn send(client: &mut Client, request: &str, head: &str, body: &str) {
    let length = body.len();
    client.send(format!("{request} HTTP/1.1\r\nContent-Length: {length}\r\n{head}\r\n{body}"));
}

const FUNCTIONS: &str = "POST /2015-03-31/functions";
const EVIL: &str = "Origin: http://evil.example\r\n";

#[test]
fn a_web_page_of_others_runs_no_code() {
    let dev = Dev::start();
    let lambda = "Host: lambda.localhost:4566\r\nContent-Type: text/plain\r\n";
    for page in [EVIL, "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n"] {
        let response = dev.ask(FUNCTIONS, &format!("{lambda}{page}"), "{}");
        assert_eq!(response.status, 403, "{response:?}");
        assert_eq!(response.header("x-amzn-errortype"), Some("accessdeniedexception"));
    }
    let form = "Host: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let create = "Action=CreateTopic&Name=orders&Version=2010-03-31";
    assert_eq!(dev.ask("POST /", &format!("{form}{EVIL}"), create).status, 403);
    assert_eq!(dev.ask("POST /", form, create).status, 200);
    let link = format!("GET /?{create}");
    assert_eq!(dev.ask(&link, "Host: localhost\r\nSec-Fetch-Site: cross-site\r\n", "").status, 403);
}

#[test]
fn the_pages_of_the_developer_and_clients_that_are_no_browsers_may_ask() {
    let dev = Dev::start();
    let lambda = "Host: lambda.localhost:4566\r\nContent-Type: text/plain\r\n";
    let own = "Origin: http://localhost:3000\r\nSec-Fetch-Site: cross-site\r\n";
    for page in [own, "Origin: http://127.0.0.1:8080\r\n", "Sec-Fetch-Site: same-origin\r\n", ""] {
        let response = dev.ask(FUNCTIONS, &format!("{lambda}{page}"), "{}");
        assert_ne!(response.status, 403, "{response:?}");
    }
}

#[test]
fn a_name_that_leads_here_is_not_the_house() {
    let dev = Dev::start();
    for host in ["evil.example:4566", "localhost.evil.example", "192.0.2.1"] {
        let head = format!("Host: {host}\r\nX-Amz-Target: AWSStepFunctions.ListStateMachines\r\n");
        assert_eq!(dev.ask("POST /", &head, "{}").status, 403, "{host}");
        assert_eq!(dev.ask("GET /", &format!("Host: {host}\r\n"), "").status, 403, "{host}");
    }
}

#[test]
fn pages_write_to_buckets_as_far_as_their_rules_let_them() {
    let dev = Dev::start();
    let (host, page) = ("Host: localhost:4566\r\n", format!("Host: localhost:4566\r\n{EVIL}"));
    assert_eq!(dev.ask("PUT /photos", host, "").status, 200);
    assert_eq!(dev.ask("PUT /photos/a", host, "hello").status, 200);
    let read = dev.ask("GET /photos/a", &page, "");
    assert_eq!((read.status, &*read.body), (200, "hello"), "but the browser shows no page of it");
    assert_eq!(read.header("access-control-allow-origin"), None);
    let upload = "POST /photos/b?uploads";
    assert_eq!(dev.ask(upload, &page, "").status, 403);

    let rules = "<CORSConfiguration><CORSRule><AllowedOrigin>http://evil.example</AllowedOrigin>\
                 <AllowedMethod>POST</AllowedMethod></CORSRule></CORSConfiguration>";
    let put = dev.ask("PUT /photos?cors", host, rules);
    assert_eq!(put.status, 200, "{put:?}");
    let begun = dev.ask(upload, &page, "");
    assert_eq!(begun.status, 200, "{begun:?}");
    assert_eq!(begun.header("access-control-allow-origin"), Some("http://evil.example"));
    assert_eq!(dev.ask("PUT /photos/b", &page, "").status, 403);
}

#[test]
fn a_connection_outlives_an_early_refusal_or_is_said_not_to() {
    let dev = Dev::start();
    let mut client = dev.client();
    for body in ["", "hello", &"x".repeat(3_000_000)] {
        send(&mut client, "PUT /nowhere/a", "Host: localhost\r\n", body);
        let refused = client.read();
        assert_eq!((refused.status, refused.header("connection")), (404, None), "{refused:?}");
    }
    send(&mut client, "GET /health", "Host: localhost\r\n", "");
    assert_eq!(client.read().status, 200);

    client.send("PUT /nowhere/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n");
    let refused = client.read();
    assert_eq!((refused.status, refused.header("connection")), (404, Some("close")));
    assert!(client.is_closed());
}

/// Signed for a service, with that in place of the date.
fn signed(service: &str, date: &str) -> String {
    format!(
        "Host: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n{date}Authorization: AWS4-HMAC-SHA256 \
         Credential=dev/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0\r\n"
    )
}

#[test]
fn an_unknown_service_is_named_in_its_own_protocol() {
    let dev = Dev::start();
    let head = signed("ec2", "X-Amz-Date: 20260101T000000Z\r\n");
    let response = dev.ask("POST /", &head, "Action=DescribeInstances&Version=2016-11-15");
    assert_eq!(response.status, 400);
    for part in ["<Response><Errors><Error><Code>InvalidAction</Code>", "signed for as ec2"] {
        assert!(response.body.contains(part), "{response:?}");
    }
    // Another service's action of the same name isn't meant.
    let head = signed("redshift", "X-Amz-Date: 20260101T000000Z\r\n");
    let response = dev.ask("POST /", &head, "Action=ListTopics&Version=2012-12-01");
    assert!(response.body.contains("signed for as redshift"), "{response:?}");
}

#[test]
fn a_signature_that_can_not_be_read_is_refused_by_the_service_it_names() {
    let dev = Dev::start();
    let response = dev.ask("POST /", &signed("sns", ""), "Action=ListTopics&Version=2010-03-31");
    assert!(response.body.contains("<Code>IncompleteSignature</Code>"), "{response:?}");
    let response = dev.ask("GET /2015-03-31/functions", &signed("lambda", ""), "");
    assert_eq!(response.status, 403);
    assert_eq!(response.header("x-amzn-errortype"), Some("incompletesignatureexception"));
    let target = "Host: localhost\r\nX-Amz-Target: AWSStepFunctions.ListStateMachines\r\n";
    let bearer = format!("{target}Authorization: Bearer abc\r\n");
    assert!(dev.ask("POST /", &bearer, "{}").body.contains("IncompleteSignatureException"));
    let older = "Host: localhost\r\nAuthorization: AWS dev:c2lnbmF0dXJl\r\n";
    assert_eq!(dev.ask("GET /", older, "").status, 200);
}
