//! Signatures: AWS's published examples, what botocore makes, and that a signature covers what it should.

use std::time::Duration;

use aws::Error;
use aws::sigv4::{Credentials, Presented, Request, sign};
use base::Timestamp;
use http::Request as HttpRequest;
use proptest::prelude::*;

/// 2015-08-30T12:36:00Z, the instant of AWS's examples.
const NOW: Timestamp = Timestamp::from_millis(1_440_938_160_000);
const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLE";

fn credentials() -> Credentials {
    Credentials {
        access_key_id: "AKIDEXAMPLE".into(),
        secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
        session_token: None,
    }
}

fn with_token() -> Credentials {
    Credentials { session_token: Some(TOKEN.into()), ..credentials() }
}

fn request(method: &str, uri: &str, headers: &[(&str, &str)], body: &str) -> HttpRequest<Vec<u8>> {
    let mut builder = HttpRequest::builder().method(method).uri(uri);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(body.into()).expect("a request")
}

fn verify(
    request: &HttpRequest<Vec<u8>>,
    credentials: &Credentials,
    service: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let query = request.uri().query().unwrap_or_default();
    Presented::of(request.headers(), query)?.verify(
        &Request::of(request),
        credentials,
        service,
        now,
    )
}

/// The signature that we put on the request, after checking that we accept it ourselves.
fn signature(
    mut request: HttpRequest<Vec<u8>>,
    credentials: &Credentials,
    service: &str,
) -> String {
    sign(&mut request, credentials, "us-east-1", service, NOW).expect("signs");
    assert_eq!(verify(&request, credentials, service, NOW), Ok(()));
    let authorization = request.headers()["authorization"].to_str().expect("text");
    authorization.rsplit_once('=').expect("has a signature").1.to_owned()
}

/// From the SigV4 test suite that AWS published for its signature documentation.
#[test]
fn agrees_with_the_examples_that_aws_published() {
    let example = |method, path: &str, headers: &[_], body| {
        let uri = format!("https://example.amazonaws.com{path}");
        signature(request(method, &uri, headers, body), &credentials(), "service")
    };
    assert_eq!(
        example("GET", "/", &[], ""),
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        "get-vanilla"
    );
    assert_eq!(
        example("GET", "/?Param2=value2&Param1=value1", &[], ""),
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        "get-vanilla-query-order-key-case"
    );
    assert_eq!(
        example("GET", "/example/.././//", &[], ""),
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        "get-relative and get-slashes: the path is the root's"
    );
    assert_eq!(
        example("POST", "/", &[], ""),
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
        "post-vanilla"
    );
    assert_eq!(
        example(
            "POST",
            "/",
            &[("content-type", "application/x-www-form-urlencoded")],
            "Param1=value1"
        ),
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        "post-x-www-form-urlencoded"
    );
    assert_eq!(
        signature(
            request(
                "GET",
                "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
                &[("content-type", "application/x-www-form-urlencoded; charset=utf-8")],
                ""
            ),
            &credentials(),
            "iam"
        ),
        "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
        "the worked example of the IAM guide"
    );
}

/// Signatures made by botocore 1.43.11.
#[test]
fn agrees_with_botocore() {
    let list_activities = request(
        "POST",
        "http://localhost:4566/",
        &[
            ("x-amz-target", "AWSStepFunctions.ListActivities"),
            ("content-type", "application/x-amz-json-1.0"),
        ],
        r#"{"name":"É"}"#,
    );
    assert_eq!(
        signature(list_activities, &with_token(), "states"),
        "2237c7099d98fca45ce257c8b7da790199e6445b7f6eca5a97ebc303f44748ad"
    );
    let uri = "https://example.amazonaws.com/a%20b/%E1%88%B4?z=1&a=%20x&a=b%2Fc&empty";
    assert_eq!(
        signature(request("GET", uri, &[], ""), &credentials(), "states"),
        "9d3715a7e7471ac57300a083de8a8c4ee2288a460bfaa38538aee66353e3f6ee",
        "an encoded path is encoded again"
    );
}

fn presigned(tail: &str) -> HttpRequest<Vec<u8>> {
    let uri = format!(
        "https://example.amazonaws.com/list?name=a%2Fb&X-Amz-Algorithm=AWS4-HMAC-SHA256\
        &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fstates%2Faws4_request\
        &X-Amz-Date=20150830T123600Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host\
        &X-Amz-Security-Token=AQoDYXdzEPT%2F%2F%2F%2F%2F%2F%2F%2F%2F%2FwEXAMPLE\
        &X-Amz-Signature=acc60bb2839bb853e5869b4455c61ac3000bbcf045eef059d1b4c1ceff99ba71{tail}"
    );
    request("GET", &uri, &[("host", "example.amazonaws.com")], "")
}

/// The query was presigned by botocore 1.43.11.
#[test]
fn takes_a_presigned_request_until_it_expires() {
    let verify = |tail, now| verify(&presigned(tail), &with_token(), "states", now);
    assert_eq!(verify("", NOW), Ok(()));
    assert_eq!(verify("", NOW.after(Duration::from_hours(1))), Ok(()));
    let expired = verify("", NOW.after(Duration::from_secs(3601))).expect_err("expired");
    assert_eq!(
        expired.to_string(),
        "InvalidSignatureException: Signature expired: 20150830T123600Z is now earlier than \
        20150830T123601Z (20150830T133601Z - 60 min.)"
    );
    let altered = verify("&more=1", NOW).expect_err("altered");
    assert_eq!(altered.code, "InvalidSignatureException");
}

fn signed() -> HttpRequest<Vec<u8>> {
    let target = [("x-amz-target", "AWSStepFunctions.ListActivities")];
    let mut request = request("POST", "http://localhost:4566/?a=1", &target, "{}");
    sign(&mut request, &with_token(), "eu-west-1", "states", NOW).expect("signs");
    request
}

fn refusal(request: &HttpRequest<Vec<u8>>, now: Timestamp) -> (String, String) {
    let error = verify(request, &with_token(), "states", now).expect_err("is refused");
    assert_eq!(error.status, 400);
    (error.code.into_owned(), error.message.unwrap_or_default())
}

#[test]
fn tells_who_signed_for_what_before_verifying() {
    let request = signed();
    let presented = Presented::of(request.headers(), "").expect("presents a signature");
    assert_eq!(
        (presented.access_key_id(), presented.service(), presented.region()),
        ("AKIDEXAMPLE", "states", "eu-west-1")
    );
}

#[test]
fn covers_everything_that_decides_what_is_done() {
    let mismatch = (
        "InvalidSignatureException".to_owned(),
        "The request signature we calculated does not match the signature you provided. \
        Check your AWS Secret Access Key and signing method. \
        Consult the service documentation for details."
            .to_owned(),
    );
    assert_eq!(verify(&signed(), &with_token(), "states", NOW), Ok(()));
    let alter = |change: fn(&mut HttpRequest<Vec<u8>>)| {
        let mut request = signed();
        change(&mut request);
        refusal(&request, NOW)
    };
    assert_eq!(alter(|request| *request.body_mut() = b"{ }".into()), mismatch);
    assert_eq!(alter(|request| *request.method_mut() = http::Method::PUT), mismatch);
    assert_eq!(alter(|request| *request.uri_mut() = "/?a=2".parse().expect("a URI")), mismatch);
    assert_eq!(alter(|request| *request.uri_mut() = "/x?a=1".parse().expect("a URI")), mismatch);
    for name in ["host", "x-amz-target"] {
        let mut request = signed();
        request.headers_mut().insert(name, "other".parse().expect("a value"));
        assert_eq!(refusal(&request, NOW), mismatch, "{name}");
    }
    let mut other_secret = with_token();
    other_secret.secret_access_key.push('x');
    let error = verify(&signed(), &other_secret, "states", NOW).expect_err("is refused");
    assert_eq!(error.message, Some(mismatch.1));
}

#[test]
fn wants_the_session_token_that_goes_with_the_key() {
    let unrecognized = Error::client(
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    );
    assert_eq!(verify(&signed(), &credentials(), "states", NOW), Err(unrecognized.clone()));
    let mut without = signed();
    without.headers_mut().remove("x-amz-security-token");
    assert_eq!(verify(&without, &with_token(), "states", NOW), Err(unrecognized));
}

#[test]
fn wants_the_scope_of_the_service() {
    let error = verify(&signed(), &with_token(), "lambda", NOW).expect_err("is refused");
    assert_eq!(
        error.to_string(),
        "InvalidSignatureException: Credential should be scoped to correct service: 'lambda'. "
    );
}

#[test]
fn lets_clocks_differ_by_a_quarter_of_an_hour() {
    let quarter = Duration::from_mins(15);
    let earlier = |by: i64| Timestamp::from_millis(NOW.as_millis() - by * 1000);
    assert_eq!(verify(&signed(), &with_token(), "states", NOW.after(quarter)), Ok(()));
    assert_eq!(verify(&signed(), &with_token(), "states", earlier(15 * 60)), Ok(()));
    let (code, late) = refusal(&signed(), NOW.after(quarter + Duration::from_secs(1)));
    assert_eq!(code, "InvalidSignatureException");
    assert_eq!(
        late,
        "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T125101Z - 15 min.)"
    );
    let (_, early) = refusal(&signed(), earlier(15 * 60 + 1));
    assert_eq!(
        early,
        "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z \
        (20150830T122059Z + 15 min.)"
    );
}

#[test]
fn names_what_an_authorization_lacks() {
    let present = |authorization: &str, date: Option<&str>| {
        let mut headers = vec![("host", "localhost"), ("authorization", authorization)];
        headers.extend(date.map(|date| ("x-amz-date", date)));
        refusal(&request("POST", "/", &headers, "{}"), NOW)
    };
    let incomplete = "IncompleteSignatureException".to_owned();
    assert_eq!(
        present("AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request", None),
        (
            incomplete.clone(),
            "Authorization header requires 'Signature' parameter. \
            Authorization header requires 'SignedHeaders' parameter. \
            Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. \
            Authorization=AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request"
                .to_owned()
        )
    );
    let (code, message) = present("Bearer abc", None);
    assert_eq!(code, incomplete);
    assert_eq!(
        message,
        "'Bearer' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer abc'."
    );
    let credential = |text: &str| {
        format!("AWS4-HMAC-SHA256 Credential={text},SignedHeaders=host;x-amz-date,Signature=00")
    };
    let (code, message) = present(&credential("key"), Some("20150830T123600Z"));
    assert_eq!(code, incomplete);
    assert_eq!(
        message,
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'key'"
    );
    let mut no_authorization = signed();
    no_authorization.headers_mut().remove("authorization");
    let missing =
        ("MissingAuthenticationTokenException".into(), "Missing Authentication Token".into());
    assert_eq!(refusal(&no_authorization, NOW), missing);
}

#[test]
fn wants_the_target_and_the_date_signed() {
    let mut request = request("POST", "http://localhost:4566/", &[], "{}");
    sign(&mut request, &with_token(), "us-east-1", "states", NOW).expect("signs");
    let target = "AWSStepFunctions.DeleteStateMachine".parse().expect("a value");
    request.headers_mut().insert("x-amz-target", target);
    let (code, message) = refusal(&request, NOW);
    assert_eq!(code, "InvalidSignatureException");
    assert_eq!(message, "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
}

proptest! {
    #[test]
    fn what_is_signed_is_accepted_and_nothing_else(
        path in "(/[a-zA-Z0-9%._~-]{0,8}){1,4}",
        query in "([a-z%]{1,4}(=[a-zA-Z0-9%/+]{0,6})?&?){0,3}",
        value in " ?[!-~]{1,8}( {1,3}[!-~]{1,8})?",
        body in prop::collection::vec(any::<u8>(), 0..64),
        secret in "[A-Za-z0-9/+]{1,40}",
        flipped in any::<prop::sample::Index>(),
    ) {
        let mut request = HttpRequest::builder()
            .method("POST")
            .uri(format!("http://localhost{path}?{query}"))
            .header("x-amz-meta", value.as_str())
            .body(body.clone())
            .expect("a request");
        let credentials = Credentials { secret_access_key: secret, ..credentials() };
        sign(&mut request, &credentials, "us-east-1", "states", NOW).expect("signs");
        prop_assert_eq!(verify(&request, &credentials, "states", NOW), Ok(()));
        if !body.is_empty() {
            let index = flipped.index(body.len());
            request.body_mut()[index] ^= 1;
            prop_assert!(verify(&request, &credentials, "states", NOW).is_err());
        }
    }

    #[test]
    fn no_authorization_breaks_us(authorization in "(AWS4-HMAC-SHA256 )?\\PC{0,80}", date in "\\PC{0,20}", query in "[ -~]{0,80}") {
        let mut builder = HttpRequest::builder();
        builder = builder.header("host", "localhost");
        for (name, text) in [("authorization", &authorization), ("x-amz-date", &date)] {
            if let Ok(value) = http::HeaderValue::from_str(text) {
                builder = builder.header(name, value);
            }
        }
        let request = builder.body(Vec::new()).expect("a request");
        if let Ok(presented) = Presented::of(request.headers(), &query) {
            prop_assert!(presented.verify(&Request::of(&request), &credentials(), "states", NOW).is_err());
        }
    }
}

/// Amazon S3's own example, "GET object": the body isn't read, the hash it names is covered.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>
#[test]
fn a_request_to_s3_is_verified_by_its_head() {
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
        SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,\
        Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
    let verified = |hash: &'static str| {
        let mut headers = http::HeaderMap::new();
        for (name, value) in [
            ("host", "examplebucket.s3.amazonaws.com"),
            ("range", "bytes=0-9"),
            ("x-amz-content-sha256", hash),
            ("x-amz-date", "20130524T000000Z"),
            ("authorization", authorization),
        ] {
            headers.insert(name, http::HeaderValue::from_static(value));
        }
        let request = Request {
            method: "GET",
            path: "/test.txt",
            query: "",
            headers: &headers,
            body: b"not looked at",
        };
        let key = Credentials {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            session_token: None,
        };
        let now = Timestamp::parse_rfc3339("2013-05-24T00:00:00Z").expect("an instant");
        let presented = Presented::of(&headers, "").expect("is signed");
        presented.verify(&request, &key, "s3", now)
    };
    assert_eq!(verified(empty), Ok(()));
    assert!(verified("UNSIGNED-PAYLOAD").is_err(), "the hash is covered");
}
