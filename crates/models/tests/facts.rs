//! The committed tables hold what anyone can look up in AWS's API references.

use models::{Location, Protocol, ShapeKind, find};

#[test]
fn a_service_is_found_by_any_of_its_names() {
    for (names, cli_name) in [
        (["sfn", "stepfunctions", "states"], "stepfunctions"),
        (["cloudwatchlogs", "logs", "logs"], "logs"),
        (["eventbridge", "events", "events"], "events"),
        (["cognitoidentityprovider", "cognito-idp", "cognito-idp"], "cognito-idp"),
    ] {
        for name in names {
            assert_eq!(find(name).map(models::Service::cli_name), Some(cli_name), "{name}");
        }
    }
    assert!(find("nothing").is_none());
}

#[test]
fn each_service_has_its_protocol() {
    for (name, protocol) in [
        ("states", Some(Protocol::Json1_0)),
        ("ssm", Some(Protocol::Json1_1)),
        ("sns", Some(Protocol::Query)),
        ("lambda", Some(Protocol::RestJson)),
        ("route53", Some(Protocol::RestXml)),
        ("ec2", Some(Protocol::Ec2)),
        // Of several protocols that of JSON, although the AWS CLI speaks CBOR with it.
        ("cloudwatch", Some(Protocol::Json1_0)),
    ] {
        assert_eq!(find(name).expect("is a service").protocol(), protocol, "{name}");
    }
}

#[test]
fn members_know_their_place() {
    let put = find("s3").and_then(|s3| s3.operation("PutObject")).expect("is an operation");
    let input = put.input().expect("takes members");
    let place = |name| input.member(name).map(|it| (it.location(), it.wire_name()));
    assert_eq!(place("Body"), Some((Location::Payload, "Body")));
    assert_eq!(place("Key"), Some((Location::Uri, "Key")));
    assert_eq!(place("Metadata"), Some((Location::Headers, "x-amz-meta-")));
    assert_eq!(place("ContentType"), Some((Location::Header, "Content-Type")));
}

#[test]
fn queues_keep_the_names_of_the_query_protocol() {
    let sqs = find("sqs").expect("is a service");
    assert!(sqs.is_query_compatible());
    let send = sqs.operation("SendMessage").and_then(|it| it.input()).expect("takes members");
    let attributes = send.member("MessageAttributes").expect("is a member");
    assert_eq!(
        (attributes.wire_name(), attributes.element_name()),
        ("MessageAttributes", "MessageAttribute")
    );
    let ShapeKind::Map { key_name, .. } = send.shape_of(attributes).kind() else {
        panic!("is a map")
    };
    assert_eq!(key_name, Some("Name"));
    let error = sqs.error("QueueDoesNotExist").expect("is an error");
    assert_eq!(error.code(), "AWS.SimpleQueueService.NonExistentQueue");
}

#[test]
fn what_step_functions_does_not_call_is_still_an_operation() {
    let assume = find("sts").and_then(|sts| sts.operation("AssumeRole")).expect("is an operation");
    assert!(!assume.is_integrated());
    let web = find("sts").and_then(|sts| sts.operation("AssumeRoleWithWebIdentity"));
    assert!(web.expect("is an operation").is_unsigned());
}
