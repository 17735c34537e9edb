//! Requests, good and bad.

use std::time::Duration;

use freehold::listener::Timeouts;
use service::Throttle;

use crate::client::{Client, call};
use crate::room::{Plan, Server};

const TEXT: &str = r#"{"text":"hi"}"#;

#[test]
fn answers_by_target_whatever_the_host_says() {
    let server = Server::start();
    let response = call(server.address, "Echo", TEXT);
    assert_eq!((response.status, &*response.body), (200, TEXT));
    assert_eq!(response.header("content-type"), Some("application/x-amz-json-1.0"));
    assert_eq!(response.header("x-amzn-requestid").map(str::len), Some(36));
}

#[test]
fn keeps_a_connection_for_the_next_request() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    let first = client.call("Echo", TEXT);
    let refused = client.call("Echo", "{");
    let second = client.call("Echo", TEXT);
    assert_eq!([first.status, refused.status, second.status], [200, 400, 200]);
    assert_ne!(first.header("x-amzn-requestid"), second.header("x-amzn-requestid"));
}

#[test]
fn says_what_is_wrong_with_a_request() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    let mut refusal = |headers: &str, body: &str| {
        client.request_with(headers, body);
        let response = client.read();
        assert_eq!(response.status, 400, "{response:?}");
        let code = response.body.split('"').nth(3).unwrap();
        code.to_owned()
    };
    assert_eq!(refusal("X-Amz-Target: TestRoom.Echo\r\n", "{}"), "ValidationException");
    assert_eq!(refusal("X-Amz-Target: TestRoom.Echo\r\n", "[]"), "SerializationException");
    assert_eq!(refusal("X-Amz-Target: TestRoom.Shout\r\n", "{}"), "UnknownOperationException");
    assert_eq!(
        refusal("X-Amz-Target: AmazonSQS.SendMessage\r\n", "{}"),
        "UnknownOperationException"
    );
    assert_eq!(refusal("X-Amz-Target: TestRoom\r\n", "{}"), "UnknownOperationException");
    assert_eq!(refusal("", "{}"), "UnknownOperationException");
}

#[test]
fn a_get_is_no_operation() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: TestRoom.Echo\r\n\r\n");
    let response = client.read();
    assert_eq!(
        (response.status, &*response.body),
        (400, r#"{"__type":"UnknownOperationException"}"#)
    );
}

#[test]
fn passes_the_trace_header_on() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    client.request_with("X-Amz-Target: TestRoom.Ask\r\nX-Amzn-Trace-Id: Root=1\r\n", "{}");
    let answer = r#"{"caller":"arn:aws:iam::000000000000:root","trace":"Root=1"}"#;
    assert_eq!(client.read().body, answer);
}

#[test]
fn a_defect_in_a_room_fails_one_request() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    let response = client.call("Panic", "{}");
    assert_eq!((response.status, &*response.body), (500, r#"{"__type":"InternalServerError"}"#));
    assert_eq!(client.call("Echo", TEXT).status, 200);
}

#[test]
fn tells_that_it_is_well() {
    let server = Server::start();
    let mut client = Client::connect(server.address);
    for path in ["/health", "/_freehold/health"] {
        client.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        let response = client.read();
        assert_eq!(response.status, 200);
        let version = env!("CARGO_PKG_VERSION");
        let health = format!(r#"{{"status":"ok","version":"{version}","services":["room"]}}"#);
        assert_eq!(response.body, health);
    }
}

#[test]
fn who_signs_or_says_more_asks_a_room_for_what_is_called_health() {
    let server = Server::start();
    let signed = "Authorization: AWS4-HMAC-SHA256 Credential=dev/20260101/us-east-1/room/aws4_request, \
                  SignedHeaders=host, Signature=dev\r\n";
    for (target, header) in [("/health?list-type=2", ""), ("/health", signed)] {
        let mut client = Client::connect(server.address);
        client.send(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n"));
        let response = client.read();
        assert!(!response.body.contains(r#""status":"ok""#), "{target}: {}", response.body);
    }
}

#[test]
fn refuses_what_is_too_large_in_words_that_reach_the_client() {
    let server = Server::start();
    // More than the kernel buffers: a server that answers without taking it in resets the connection.
    let text = "x".repeat(12 * aws::REQUEST_BYTES_MAX);
    let response = call(server.address, "Echo", &text);
    assert_eq!(response.status, 413);
    assert_eq!(
        response.body,
        r#"{"__type":"RequestEntityTooLargeException","message":"HTTP content length exceeded 1049600 bytes."}"#
    );

    let mut client = Client::connect(server.address);
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n");
    assert_eq!(client.read().status, 413, "without waiting for it");

    let mut client = Client::connect(server.address);
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    for _ in 0..20 {
        client.send(format!("10000\r\n{}\r\n", "x".repeat(0x10000)));
    }
    client.send("0\r\n\r\n");
    assert_eq!(client.read().status, 413, "though nothing announced it");

    let mut client = Client::connect(server.address);
    client.send(format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Long: {}\r\n\r\n",
        "x".repeat(200_000)
    ));
    assert_eq!(client.read().status, 431);
}

#[test]
fn takes_the_largest_request_there_may_be() {
    let server = Server::start();
    let body = format!(r#"{{"text":"{}"}}"#, "x".repeat(aws::REQUEST_BYTES_MAX - 200));
    let response = call(server.address, "Echo", &body);
    assert!(response.status == 200 && response.body == body);
}

#[test]
fn waits_only_so_long_for_a_client() {
    let short = Duration::from_millis(200);
    let timeouts = Timeouts { head: short, body: short, ..Timeouts::default() };
    let server = Plan { timeouts, ..Plan::default() }.start();

    let mut idle = Client::connect(server.address);
    assert!(idle.is_closed(), "nothing was sent");

    let mut between = Client::connect(server.address);
    assert_eq!(between.call("Echo", TEXT).status, 200);
    assert!(between.is_closed(), "no second request was sent");

    let mut slow_head = Client::connect(server.address);
    slow_head.send("POST / HTTP/1.1\r\nHost:");
    assert!(slow_head.try_read().map_or(true, |response| response.status == 408));

    let mut slow_body = Client::connect(server.address);
    slow_body.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n{");
    let response = slow_body.read();
    assert_eq!(response.status, 408);
    assert!(response.body.contains("RequestTimeoutException"), "{response:?}");
    assert!(slow_body.is_closed());
}

#[test]
fn survives_what_is_not_http() {
    let server = Server::start();
    for bytes in
        [&b"\0\0\0\0"[..], b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n"]
    {
        let mut client = Client::connect(server.address);
        client.send(bytes);
        client.send("\r\n\r\n");
        assert!(client.try_read().map_or(true, |response| response.status == 400));
    }
    assert_eq!(call(server.address, "Echo", TEXT).status, 200);
}

#[test]
fn throttles_where_it_is_asked_to() {
    let free = Server::start();
    let mut client = Client::connect(free.address);
    assert_eq!([(); 6].map(|()| client.call("Ask", "{}").status), [200; 6]);

    let server = Plan { throttle: Some(Throttle::default()), ..Plan::default() }.start();
    let mut client = Client::connect(server.address);
    assert_eq!([(); 3].map(|()| client.call("Ask", "{}").status), [200; 3]);
    let throttled = client.call("Ask", "{}");
    assert_eq!(throttled.status, 400);
    assert_eq!(throttled.body, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#);
    assert_eq!(client.call("Echo", TEXT).status, 200);
}
