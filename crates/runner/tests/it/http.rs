//! Requests over HTTP: to endpoints that a task names, with what a connection adds to them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws::sigv4::{self, Credentials, Presented};
use base::Timestamp;
use bytes::Bytes;
use http::{Request, Response};
use service::{CallError, Ctx, Fetched, Outside, OutsideReply};
use store::Memory;

use crate::scripted::Scripted;
use crate::world::{Mortal, Opening, pass};

type Script = dyn Fn(&Request<Bytes>) -> Result<Response<Bytes>, CallError> + Send + Sync;

/// A web that answers as a test says, and remembers what it was asked.
struct Web {
    script: Box<Script>,
    asked: Arc<Mutex<Vec<String>>>,
    slowness: Duration,
}

impl Outside for Web {
    fn reaches(&self, _service: &str) -> bool {
        false
    }

    fn call<'a>(
        &'a self,
        _ctx: Ctx,
        service: &'a str,
        _operation: &'a str,
        _body: Bytes,
    ) -> OutsideReply<'a> {
        Box::pin(std::future::ready(Err(CallError::NoRoom(service.to_owned()))))
    }

    fn fetch(&self, request: Request<Bytes>) -> Fetched<'_> {
        let mut lines = vec![format!("{} {}", request.method(), request.uri())];
        lines.extend(
            request
                .headers()
                .iter()
                .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())),
        );
        lines.push(String::from_utf8(request.body().to_vec()).unwrap());
        self.asked.lock().unwrap().push(lines.join("\n"));
        Box::pin(async move {
            pass(self.slowness).await;
            (self.script)(&request)
        })
    }
}

fn answer(status: u16, kind: &str, body: &'static str) -> Result<Response<Bytes>, CallError> {
    let response = Response::builder().status(status).header("Content-Type", kind);
    Ok(response.body(Bytes::from_static(body.as_bytes())).unwrap())
}

/// Runs one task; gives what the execution says, and what the web was asked.
async fn run(
    resource: &str,
    parameters: &str,
    slowness: Duration,
    rooms: Vec<Arc<dyn service::Service>>,
    script: impl Fn(&Request<Bytes>) -> Result<Response<Bytes>, CallError> + Send + Sync + 'static,
) -> (String, Vec<String>) {
    let asked = Arc::<Mutex<Vec<String>>>::default();
    let web = Web { script: Box::new(script), asked: Arc::clone(&asked), slowness };
    let opening =
        Opening { rooms, outside: Some(Arc::new(web)), ..Opening::of(Mortal::new(&Memory::new())) };
    let world = opening.open().await;
    world.define(
        "m",
        &format!(
            r#"{{"StartAt":"T","States":{{"T":{{"Type":"Task","Resource":"arn:aws:states:::{resource}",
                "Parameters":{parameters},"End":true}}}}}}"#
        ),
    );
    let arn = world.start("m", "e", "{}").await;
    let said = world.result(&arn).await;
    let asked = asked.lock().unwrap().clone();
    (said, asked)
}

const API: &str = r#"{"ApiEndpoint":"abc.execute-api.us-east-1.amazonaws.com","Method":"POST","Stage":"s","Path":"/p/q",
    "QueryParameters":{"a":["1","2"]},"Headers":{"X-Mine":["v"]},"RequestBody":{"m":1}}"#;

#[tokio::test(start_paused = true)]
async fn an_api_is_invoked() {
    let (said, asked) = run("apigateway:invoke", API, Duration::ZERO, vec![], |_| {
        answer(200, "application/json", r#"{"r":1}"#)
    })
    .await;
    assert_eq!(
        said,
        r#"SUCCEEDED {"Headers":{"Content-Type":["application/json"]},"ResponseBody":{"r":1},"StatusCode":200,"StatusText":"OK"}"#
    );
    assert_eq!(
        asked,
        ["POST https://abc.execute-api.us-east-1.amazonaws.com/s/p/q?a=1&a=2\nx-mine: v\n\
          content-type: application/json\nuser-agent: Amazon|StepFunctions|us-east-1\n{\"m\":1}"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_api_that_asks_for_the_role_gets_a_request_that_the_role_has_signed() {
    let signed =
        API.replacen('{', r#"{"AuthType":"IAM_ROLE","#, 1).replace("us-east-1", "eu-west-3");
    let sts = Scripted::new("sts", |operation, body| {
        assert_eq!(operation, "AssumeRole");
        let role = body.get("RoleArn");
        assert_eq!(role, Some("arn:aws:iam::000000000000:role/r".into()));
        Ok(r#"{"Credentials":{"AccessKeyId":"A","SecretAccessKey":"S","SessionToken":"T"}}"#
            .to_owned())
    });
    let who = sts.asked();
    let rooms: Vec<Arc<dyn service::Service>> = vec![Arc::new(sts)];
    let (said, asked) = run("apigateway:invoke", &signed, Duration::ZERO, rooms, |request| {
        let query = request.uri().query().unwrap_or_default();
        let presented = Presented::of(request.headers(), query).unwrap();
        let credentials = Credentials {
            access_key_id: "A".to_owned(),
            secret_access_key: "S".to_owned(),
            session_token: Some("T".to_owned()),
        };
        let now = Timestamp::from_millis(1_700_000_000_000);
        let signed = sigv4::Request::of(request);
        presented.verify(&signed, &credentials, "execute-api", now).unwrap();
        answer(200, "application/json", "1")
    })
    .await;
    assert!(said.starts_with("SUCCEEDED "), "{said}");
    assert_eq!(who.lock().unwrap()[0].caller, "states.amazonaws.com");
    assert!(asked[0].contains("\nx-amz-security-token: T\n"), "{asked:?}");
    assert!(
        asked[0].contains("Credential=A/20231114/eu-west-3/execute-api/aws4_request"),
        "{asked:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_role_that_may_not_be_assumed_sends_no_request() {
    let signed = API.replacen('{', r#"{"AuthType":"IAM_ROLE","#, 1);
    let sts = Scripted::new("sts", |_, _| Err(aws::Error::new(403, "AccessDenied", "no")));
    let (said, asked) =
        run("apigateway:invoke", &signed, Duration::ZERO, vec![Arc::new(sts)], |_| {
            answer(200, "", "")
        })
        .await;
    assert_eq!((&*said, asked.len()), ("FAILED States.Permissions: no", 0));
}

#[tokio::test(start_paused = true)]
async fn the_status_of_an_api_names_its_error() {
    let (said, _) = run("apigateway:invoke", API, Duration::ZERO, vec![], |_| {
        answer(403, "application/json", r#"{"message":"Missing Authentication Token"}"#)
    })
    .await;
    assert_eq!(said, r#"FAILED ApiGateway.403: {"message":"Missing Authentication Token"}"#);
}

#[tokio::test(start_paused = true)]
async fn headers_of_an_api_that_are_no_lists_never_start_the_task() {
    let parameters = API.replace(r#"["v"]"#, r#""v""#);
    let (said, asked) = run("apigateway:invoke", &parameters, Duration::ZERO, vec![], |_| {
        answer(200, "text/plain", "")
    })
    .await;
    let start = "FAILED States.Runtime: An error occurred while executing the state 'T' (entered at the event id #2). \
                 The Parameters '{\"ApiEndpoint\":";
    let end = "' could not be used to start the Task: [The value of the field 'Headers' has an invalid format]";
    assert!(said.starts_with(start) && said.ends_with(end), "{said}");
    assert_eq!(asked, [""; 0]);
}

const HTTP: &str = r#"{"ApiEndpoint":"https://example.com/x?q=0","Method":"POST","QueryParameters":{"q":"1"},
    "Headers":{"X-Both":"task"},"RequestBody":{"m":[1,2]},
    "Authentication":{"ConnectionArn":"arn:aws:events:us-east-1:000000000000:connection/c/1"},
    "Transform":{"RequestBodyEncoding":"URL_ENCODED","RequestEncodingOptions":{"ArrayFormat":"REPEAT"}}}"#;

fn connection(kind: &'static str, parameters: &'static str) -> Vec<Arc<dyn service::Service>> {
    let room = Scripted::new("events", move |operation, body| {
        assert_eq!(operation, "RetrieveConnectionSecrets");
        assert!(body.get("ConnectionArn").is_some());
        Ok(format!(r#"{{"AuthorizationType":"{kind}","AuthParameters":{parameters}}}"#))
    });
    vec![Arc::new(room)]
}

#[tokio::test(start_paused = true)]
async fn a_connection_authorizes_a_request_and_its_parameters_win() {
    let rooms = connection(
        "BASIC",
        r#"{"BasicAuthParameters":{"Username":"u","Password":"p"},"InvocationHttpParameters":{
            "HeaderParameters":[{"Key":"x-both","Value":"connection"}],
            "QueryStringParameters":[{"Key":"q","Value":"2"}],
            "BodyParameters":[{"Key":"b","Value":"3"}]}}"#,
    );
    let (said, asked) =
        run("http:invoke", HTTP, Duration::ZERO, rooms, |_| answer(200, "text/plain", "1")).await;
    assert_eq!(
        said,
        r#"SUCCEEDED {"Headers":{"content-type":["text/plain"]},"ResponseBody":"1","StatusCode":200,"StatusText":"OK"}"#
    );
    assert_eq!(
        asked,
        [
            "POST https://example.com/x?q=0&q=2\nuser-agent: Amazon|StepFunctions|HttpInvoke|us-east-1\n\
          range: bytes=0-262144\nauthorization: Basic dTpw\nx-both: connection\n\
          content-type: application/x-www-form-urlencoded\nm=1&m=2&b=3"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_api_key_is_a_header() {
    let rooms = connection(
        "API_KEY",
        r#"{"ApiKeyAuthParameters":{"ApiKeyName":"X-Key","ApiKeyValue":"k"}}"#,
    );
    let (_, asked) =
        run("http:invoke", HTTP, Duration::ZERO, rooms, |_| answer(200, "text/plain", "")).await;
    assert!(asked[0].contains("\nx-key: k\n"), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn client_credentials_are_exchanged_for_a_token() {
    let rooms = connection(
        "OAUTH_CLIENT_CREDENTIALS",
        r#"{"OAuthParameters":{"AuthorizationEndpoint":"https://id.example.com/token","HttpMethod":"POST",
            "ClientParameters":{"ClientID":"i","ClientSecret":"s"},
            "OAuthHttpParameters":{"BodyParameters":[{"Key":"scope","Value":"all"}]}}}"#,
    );
    let (_, asked) =
        run("http:invoke", HTTP, Duration::ZERO, rooms, |request| match request.uri().host() {
            Some("id.example.com") => answer(200, "application/json", r#"{"access_token":"t"}"#),
            _ => answer(200, "text/plain", ""),
        })
        .await;
    assert_eq!(asked.len(), 2);
    assert!(asked[0].contains("\nauthorization: Basic aTpz\n"), "{asked:?}");
    assert!(asked[0].ends_with("\ngrant_type=client_credentials&scope=all"), "{asked:?}");
    assert!(asked[1].contains("\nauthorization: Bearer t\n"), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn what_goes_wrong_on_the_way_is_named() {
    let basic =
        || connection("BASIC", r#"{"BasicAuthParameters":{"Username":"u","Password":"p"}}"#);
    let (said, _) = run("http:invoke", HTTP, Duration::ZERO, basic(), |_| {
        answer(404, "text/plain", "no such thing")
    })
    .await;
    assert_eq!(said, "FAILED States.Http.StatusCode.404: no such thing");
    let (said, _) = run("http:invoke", HTTP, Duration::ZERO, basic(), |_| {
        Err(CallError::Unanswered("Connection refused".to_owned()))
    })
    .await;
    assert_eq!(said, "FAILED States.Http.Socket: Connection refused");
    let (said, _) = run("http:invoke", HTTP, Duration::from_secs(90), basic(), |_| {
        answer(200, "text/plain", "late")
    })
    .await;
    assert_eq!(said, "FAILED States.Http.Socket: No answer within 60 seconds.");
    let reserved = HTTP.replace("X-Both", "Via");
    let (said, asked) =
        run("http:invoke", &reserved, Duration::ZERO, basic(), |_| answer(200, "", "")).await;
    assert_eq!(said, "FAILED States.Runtime: The header 'Via' is reserved.");
    assert_eq!(asked, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_request_has_one_of_seven_methods() {
    for (resource, parameters) in [("http:invoke", HTTP), ("apigateway:invoke", API)] {
        for (method, why) in [
            (r#""Method":"FOO""#, "The value of the field 'Method' has an invalid format"),
            (r#""Method":"get""#, "The value of the field 'Method' has an invalid format"),
            (r#""Method":1"#, "The value of the field 'Method' has an invalid format"),
            (r#""Other":1"#, "The field 'Method' is required but was missing"),
        ] {
            let parameters = parameters.replace(r#""Method":"POST""#, method);
            let (said, asked) = run(resource, &parameters, Duration::ZERO, vec![], |_| {
                answer(200, "text/plain", "")
            })
            .await;
            assert_eq!(said, format!("FAILED States.Runtime: {why}"));
            assert_eq!(asked, [""; 0]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_no_text_fails() {
    for (kind, body, said) in [
        ("image/png", &b"\x89PNG"[..], "FAILED States.Runtime"),
        ("application/octet-stream", b"a", "FAILED States.Runtime"),
        ("application/zip", b"PK\xff", "FAILED States.Runtime"),
        ("image/png", b"", "SUCCEEDED"),
        ("application/xml", b"<a/>", "SUCCEEDED"),
    ] {
        let rooms =
            connection("BASIC", r#"{"BasicAuthParameters":{"Username":"u","Password":"p"}}"#);
        let (actual, _) = run("http:invoke", HTTP, Duration::ZERO, rooms, move |_| {
            let response = Response::builder().header("Content-Type", kind);
            Ok(response.body(Bytes::from_static(body)).unwrap())
        })
        .await;
        assert!(actual.starts_with(said), "{kind}: {actual}");
    }
}
