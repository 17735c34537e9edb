//! The bytes of botocore against ours: what it writes is read, what it reads is read alike, and what we write as one
//! side we read as the other. `wire/*.json` hold requests it wrote and how it parsed replies, each once.

#![expect(clippy::unwrap_used, reason = "a broken fixture has to stop the test")]

use aws::client::{self, Failure, Reply};
use aws::{Error, Protocol, server};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use models::Operation;
use serde_json::{Value, json};

const REQUESTS: &str = include_str!("wire/requests.json");
const REPLIES: &str = include_str!("wire/replies.json");

fn cases(file: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(file).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn operation(case: &Value) -> Operation {
    let service = models::find(case["service"].as_str().unwrap()).unwrap();
    service.operation(case["operation"].as_str().unwrap()).unwrap()
}

fn headers(case: &Value) -> HeaderMap {
    let headers = case["headers"].as_object().unwrap().iter();
    let header = |(name, value): (&String, &Value)| {
        let value = HeaderValue::from_str(value.as_str().unwrap()).unwrap();
        (HeaderName::try_from(name).unwrap(), value)
    };
    headers.map(header).collect()
}

/// What a server reads of a request.
fn read(operation: Operation, request: Request<Bytes>) -> Result<(String, Value), Error> {
    let protocol = operation.service().protocol().unwrap();
    let (head, body) = request.into_parts();
    let call = server::read(Some(operation.service()), protocol, &head, body)?;
    Ok((call.operation, serde_json::from_slice(&call.body).unwrap()))
}

#[test]
fn what_botocore_writes_is_read() {
    for case in cases(REQUESTS) {
        let operation = operation(&case);
        if operation.service().cli_name() == "s3" {
            continue;
        }
        let mut request = Request::builder()
            .method(case["method"].as_str().unwrap())
            .uri(case["target"].as_str().unwrap())
            .body(Bytes::from(case["body"].as_str().unwrap().to_owned()))
            .unwrap();
        *request.headers_mut() = headers(&case);
        let (name, input) = read(operation, request).unwrap();
        assert_eq!((name.as_str(), &input), (operation.name(), &case["input"]), "{case:#}");
    }
}

#[test]
fn what_a_client_writes_the_server_reads() {
    for case in cases(REQUESTS) {
        let operation = operation(&case);
        let endpoint = Uri::from_static("http://localhost:4566");
        let body = case["input"].to_string();
        let request = client::request(operation, &endpoint, body.as_bytes(), String::new).unwrap();
        assert_eq!(request.method(), case["method"].as_str().unwrap());
        let mut given = read(operation, request).unwrap().1;
        // A token that the caller doesn't give is drawn.
        given
            .as_object_mut()
            .unwrap()
            .retain(|name, value| value.as_str() != Some("") || case["input"].get(name).is_some());
        assert_eq!(given, case["input"], "{case:#}");
    }
}

#[test]
fn replies_are_read_as_botocore_reads_them() {
    for case in cases(REPLIES) {
        let (operation, headers) = (operation(&case), headers(&case));
        let body = case["body"].as_str().unwrap().as_bytes();
        let status = case["status"].as_u64().unwrap() as u16;
        let output = client::read(operation, &Reply { status, headers: &headers, body }).unwrap();
        let output: Value = serde_json::from_slice(&output).unwrap();
        assert_eq!(output, case["output"], "{case:#}");
    }
}

#[test]
fn what_a_server_writes_the_client_reads() {
    for case in cases(REPLIES) {
        let operation = operation(&case);
        let protocol = operation.service().protocol().unwrap();
        let body = Bytes::from(case["output"].to_string());
        let service = operation.service();
        let reply = server::reply(Some(service), protocol, Some(operation.name()), "id", Ok(body));
        assert_eq!(
            u64::from(reply.status().as_u16()),
            case["status"].as_u64().unwrap(),
            "{case:#}"
        );
        let (head, body) = reply.into_parts();
        let reply = Reply { status: head.status.as_u16(), headers: &head.headers, body: &body };
        let output = client::read(operation, &reply).unwrap();
        let mut output: Value = serde_json::from_slice(&output).unwrap();
        // A blob that says no type of its own gets one on the way.
        output.as_object_mut().unwrap().retain(|name, _| name != "ContentType");
        assert_eq!(output, case["output"], "{}", String::from_utf8_lossy(&body));
    }
}

/// A refusal as a server of that service writes it.
fn refused(service: &str, error: Error) -> (u16, HeaderMap, String) {
    let service = models::find(service).unwrap();
    let protocol = service.protocol().unwrap();
    let reply = server::reply(Some(service), protocol, None, "id", Err(error));
    let (head, body) = reply.into_parts();
    (head.status.as_u16(), head.headers, String::from_utf8(body.to_vec()).unwrap())
}

#[test]
fn a_refusal_is_written_as_each_protocol_has_it() {
    let (status, _, body) = refused("sns", Error::new(404, "NotFoundException", "Topic <x>"));
    assert_eq!(status, 404);
    assert_eq!(
        body,
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type>\
         <Code>NotFound</Code><Message>Topic &lt;x&gt;</Message></Error><RequestId>id</RequestId></ErrorResponse>"
    );
    let error = Error::new(404, "ResourceNotFoundException", "no f").with("Type", "User");
    let (status, headers, body) = refused("lambda", error);
    assert_eq!(
        (status, headers["x-amzn-errortype"].to_str().unwrap()),
        (404, "ResourceNotFoundException")
    );
    assert_eq!(body, r#"{"message":"no f","Type":"User"}"#);
    let (_, headers, body) = refused("sqs", Error::client("QueueDoesNotExist", "no q"));
    let query_error = headers["x-amzn-query-error"].to_str().unwrap();
    assert_eq!(query_error, "AWS.SimpleQueueService.NonExistentQueue;Sender");
    assert_eq!(body, r#"{"__type":"QueueDoesNotExist","message":"no q"}"#);
    let (_, _, body) = refused("ec2", Error::client("InvalidInstanceID.NotFound", "no i"));
    assert_eq!(
        body,
        "<Response><Errors><Error><Code>InvalidInstanceID.NotFound</Code><Message>no i</Message></Error></Errors>\
         <RequestID>id</RequestID></Response>"
    );
    let (_, _, body) = refused("s3", Error::new(404, "NoSuchKey", "no k").with("Key", "k"));
    assert!(body.ends_with(
        "<Error><Code>NoSuchKey</Code><Message>no k</Message><Key>k</Key><RequestId>id</RequestId></Error>"
    ));
}

#[test]
fn a_signature_is_refused_with_the_status_of_its_protocol() {
    for (code, in_queries) in [
        ("UnrecognizedClientException", "InvalidClientTokenId"),
        ("InvalidSignatureException", "SignatureDoesNotMatch"),
        ("MissingAuthenticationTokenException", "MissingAuthenticationToken"),
    ] {
        for service in ["lambda", "scheduler", "batch", "appsync"] {
            let (status, headers, _) = refused(service, Error::client(code, "no"));
            assert_eq!((status, headers["x-amzn-errortype"].to_str().unwrap()), (403, code));
        }
        assert_eq!(refused("sfn", Error::client(code, "no")).0, 400);
        let (status, _, body) = refused("sns", Error::client(code, "no"));
        assert_eq!(status, 403);
        assert!(body.contains(in_queries), "{body}");
    }
}

#[test]
fn a_refusal_is_read_in_every_protocol() {
    for (service, operation, code) in [
        ("sns", "Publish", "NotFound"),
        ("lambda", "Invoke", "ResourceNotFoundException"),
        ("ec2", "DescribeInstances", "InvalidInstanceID.NotFound"),
        ("route53", "ListHostedZones", "NoSuchHostedZone"),
        ("s3", "GetObject", "NoSuchKey"),
        ("ssm", "GetParameter", "ParameterNotFound"),
    ] {
        let (status, headers, body) = refused(service, Error::client(code, "a & b"));
        let reply = Reply { status, headers: &headers, body: body.as_bytes() };
        let operation = models::find(service).unwrap().operation(operation).unwrap();
        assert_eq!(
            client::read(operation, &reply),
            Err(Failure::Refused(Error::client(code, "a & b")))
        );
    }
}

#[test]
fn garbage_is_told_apart_from_a_refusal() {
    for (service, operation) in
        [("sns", "Publish"), ("ssm", "GetParameter"), ("route53", "ListHostedZones")]
    {
        let operation = models::find(service).unwrap().operation(operation).unwrap();
        for (status, body) in
            [(200, "<html>"), (502, "<html>Bad gateway</html>"), (500, ""), (200, "{")]
        {
            let reply = Reply { status, headers: &HeaderMap::new(), body: body.as_bytes() };
            let read = client::read(operation, &reply);
            let is_head_of_s3_kind = service == "route53" && body.is_empty();
            assert!(
                is_head_of_s3_kind || matches!(read, Err(Failure::Garbage { .. })),
                "{service} {body}: {read:?}"
            );
        }
    }
}

#[test]
fn a_queue_is_asked_by_form_at_its_own_address() {
    let sqs = models::find("sqs");
    let request = Request::post("/000000000000/orders")
        .header("host", "localhost:4566")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from_static(
            b"Action=SendMessage&MessageBody=a+b%2B&MessageAttribute.1.Name=k&MessageAttribute.1.Value.DataType=String\
              &MessageAttribute.1.Value.StringValue=v&DelaySeconds=3",
        ))
        .unwrap();
    let (head, body) = request.into_parts();
    let protocol = server::protocol_of(Protocol::Json1_0, &head);
    assert_eq!(protocol, Protocol::Query);
    let call = server::read(sqs, protocol, &head, body).unwrap();
    let input: Value = serde_json::from_slice(&call.body).unwrap();
    assert_eq!(
        input,
        json!({
            "QueueUrl": "http://localhost:4566/000000000000/orders",
            "MessageBody": "a b+",
            "DelaySeconds": 3,
            "MessageAttributes": {"k": {"DataType": "String", "StringValue": "v"}},
        })
    );
    let reply =
        server::reply(sqs, protocol, Some("SendMessage"), "id", Ok(r#"{"MessageId":"m"}"#.into()));
    let text = String::from_utf8(reply.into_body().to_vec()).unwrap();
    assert_eq!(
        text,
        "<SendMessageResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><SendMessageResult>\
         <MessageId>m</MessageId></SendMessageResult><ResponseMetadata><RequestId>id</RequestId></ResponseMetadata>\
         </SendMessageResponse>"
    );
}

#[test]
fn forms_that_ask_nothing_are_refused() {
    let sns = models::find("sns");
    let code = |form: &'static str| {
        let (head, body) =
            Request::post("/").body(Bytes::from_static(form.as_bytes())).unwrap().into_parts();
        server::read(sns, Protocol::Query, &head, body).unwrap_err().code.into_owned()
    };
    assert_eq!(code("Name=x"), "MissingAction");
    assert_eq!(code("Action=Nothing&Version=2010-03-31"), "InvalidAction");
    assert_eq!(code("Action=Subscribe&ReturnSubscriptionArn=maybe"), "MalformedInput");
}
