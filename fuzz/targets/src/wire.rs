//! Any bytes as what stands on the wire: a body, headers with a signature, a paging token.

use std::collections::BTreeMap;

use aws::sigv4::{Credentials, Presented, Request, sign};
use aws::{PageTokens, Protocol, Target};
use base::{Arn, Timestamp};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::text;

aws::structures! { Camel;
    /// Every shape that a structure of a room can have.
    struct Input {
        required state_machine_arn: String [length(1, 256)],
        optional max_results: i32 [range(0, 1000)],
        optional next_token: String [length(1, 3096)],
        optional definition: String [sensitive().length(1, 1_048_576)],
        optional status: Status,
        optional tags: Vec<Tag> [length(0, 200)],
        optional publish: bool,
        optional labels: BTreeMap<String, i32> [length(0, 9)],
        optional nested: Nested,
    }
    struct Tag {
        optional key: String [length(1, 128)],
        optional value: String [length(0, 256)],
    }
    struct Nested {
        optional level: String [pattern("[a-z]+", |text| text.bytes().all(|b| b.is_ascii_lowercase()))],
        optional tags: Vec<Vec<Tag>>,
    }
}

aws::string_enums! {
    enum Status { Running = "RUNNING", TimedOut = "TIMED_OUT" }
}

const NOW: Timestamp = Timestamp::from_millis(1_440_938_160_000);

pub(crate) fn run(bytes: &[u8]) {
    body(bytes);
    let text = text::of(bytes);
    signature(&text);
    paging_token(&text);
    if let Ok(arn) = Arn::parse(&text) {
        assert_eq!(arn.to_string(), text);
    }
}

fn body(bytes: &[u8]) {
    match aws::decode::<Input>(bytes) {
        Ok(input) => {
            let written = aws::encode(&input).expect("an input can be written");
            let again: Input = aws::decode(&written).expect("what we write we read");
            assert_eq!(again, input);
        }
        Err(error) => {
            assert!(!error.is_server_fault(), "{error}");
            serde_json::from_slice::<serde_json::Value>(&error.to_json()).expect("is JSON");
            aws::server::reply(None, Protocol::Json1_0, None, "id", Err(error));
        }
    }
}

/// The first line as a path with a query, the following up to an empty one as headers, the rest as a body.
fn signature(text: &str) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let (target, lines) = text::head_and_rest(head);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = headers(lines);
    Target::of(&headers);
    let request = Request { method: "POST", path, query, headers: &headers, body: body.as_bytes() };
    let credentials = Credentials {
        access_key_id: "AKIDEXAMPLE".into(),
        secret_access_key: "secret".into(),
        session_token: None,
    };
    if let Ok(presented) = Presented::of(&headers, query) {
        presented.access_key_id();
        presented.region();
        let verified = presented.verify(&request, &credentials, presented.service(), NOW);
        assert!(verified.is_err(), "nobody knows the secret");
    }
    let mut ours = http::Request::new(body.as_bytes().to_vec());
    let Ok(uri) = format!("http://localhost{target}").parse() else { return };
    *ours.uri_mut() = uri;
    *ours.headers_mut() = headers;
    if sign(&mut ours, &credentials, "us-east-1", "states", NOW).is_ok() {
        let query = ours.uri().query().unwrap_or_default();
        let presented = Presented::of(ours.headers(), query).expect("we read what we signed");
        let verified = presented.verify(&Request::of(&ours), &credentials, "states", NOW);
        assert_eq!(verified, Ok(()), "we take what we signed");
    }
}

fn headers(lines: &str) -> HeaderMap {
    let pairs = lines.lines().filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let name = HeaderName::try_from(name).ok()?;
        Some((name, HeaderValue::try_from(value).ok()?))
    });
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(name, value);
    }
    headers
}

fn paging_token(text: &str) {
    let tokens = PageTokens::new([7; 32]);
    assert!(tokens.open("List", &["arn"], text, NOW).is_err(), "nobody knows the key");
    let token = tokens.seal("List", &["arn", text], text.as_bytes(), NOW);
    let opened = tokens.open("List", &["arn", text], &token, NOW);
    assert_eq!(opened.as_deref(), Ok(text.as_bytes()));
}
