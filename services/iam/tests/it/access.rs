//! What the guard lets through.

use std::sync::Arc;

use iam::Enforcement;
use serde_json::json;
use service::Arrival;

use crate::house::{Rooms, TRUST_STATES, allow};

pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/worker";
const SEND: &str = r#"{"QueueUrl":"http://localhost/000000000000/jobs","MessageBody":"x"}"#;

pub(crate) async fn with_role(enforcement: Enforcement, policy: &str) -> Rooms {
    let rooms = Rooms::open(Some(enforcement)).await;
    let role = json!({"RoleName": "worker", "AssumeRolePolicyDocument": TRUST_STATES});
    rooms.iam("CreateRole", &role.to_string()).await;
    let put = json!({"RoleName": "worker", "PolicyName": "p", "PolicyDocument": policy});
    rooms.iam("PutRolePolicy", &put.to_string()).await;
    rooms
}

#[tokio::test]
async fn a_role_may_do_what_its_policies_allow() {
    let policy = allow("sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:jobs");
    let rooms = with_role(Enforcement::On, &policy).await;
    for operation in ["SendMessage", "SendMessageBatch"] {
        rooms.call(rooms.caller(ROLE), "sqs", operation, SEND).await.expect("is allowed");
    }
    let other = SEND.replace("/jobs", "/others");
    let refused =
        rooms.call(rooms.caller(ROLE), "sqs", "SendMessage", &other).await.expect_err("is refused");
    assert_eq!((refused.status, refused.query_code), (403, Some("AccessDenied")));
    assert_eq!(
        refused.to_string(),
        "AccessDeniedException: User: arn:aws:sts::000000000000:assumed-role/worker/00001111 is not authorized to perform: \
         sqs:SendMessage on resource: arn:aws:sqs:us-east-1:000000000000:others because no identity-based policy allows the \
         sqs:SendMessage action"
    );
    let open = SEND.replace("/jobs", "/open");
    rooms.call(rooms.caller(ROLE), "sqs", "SendMessage", &open).await.expect("the queue allows it");
    let listed = rooms.call(rooms.caller(ROLE), "sqs", "ListQueues", "{}").await;
    assert!(listed.expect_err("is refused").to_string().contains("sqs:ListQueues on resource: *"));
}

#[tokio::test]
async fn nobody_gets_by_a_policy_that_cannot_be_read() {
    let unreadable = SEND.replace("/jobs", "/unreadable");
    let send = async |enforcement| {
        let rooms = with_role(enforcement, &allow("sqs:SendMessage", "*")).await;
        rooms.call(rooms.caller(ROLE), "sqs", "SendMessage", &unreadable).await
    };
    assert_eq!(send(Enforcement::On).await.expect_err("it may deny").status, 500);
    send(Enforcement::Warn).await.expect("nobody is refused");
}

#[tokio::test]
async fn conditions_know_how_a_request_came() {
    let rooms = with_role(Enforcement::On, &allow("sqs:*", "*")).await;
    let deny = |condition: serde_json::Value| {
        let denial =
            json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition});
        let policy = json!({"Version": "2012-10-17", "Statement": [denial]}).to_string();
        json!({"RoleName": "worker", "PolicyName": "deny", "PolicyDocument": policy}).to_string()
    };
    let arrival = Arc::new(Arrival {
        source_ip: Some("192.0.2.7".parse().expect("is an address")),
        user_agent: Some("aws-cli/2.0".to_owned()),
        referer: Some("http://example.com/page".to_owned()),
    });
    let client =
        |is_secure| rooms.caller(ROLE).with_arrival(Some(Arc::clone(&arrival))).with_tls(is_secure);
    for condition in [
        json!({"Bool": {"aws:SecureTransport": "false"}}),
        json!({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),
        json!({"StringLike": {"aws:UserAgent": "aws-cli/*"}}),
        json!({"StringLike": {"aws:Referer": "http://example.com/*"}}),
    ] {
        rooms.iam("PutRolePolicy", &deny(condition.clone())).await;
        let asked = rooms.call(client(false), "sqs", "SendMessage", SEND).await;
        assert_eq!(asked.expect_err("is denied").code, "AccessDeniedException", "{condition}");
        let of_the_house = rooms.call(rooms.caller(ROLE), "sqs", "SendMessage", SEND).await;
        of_the_house.unwrap_or_else(|error| panic!("{condition}: {error}"));
    }
    rooms.iam("PutRolePolicy", &deny(json!({"Bool": {"aws:SecureTransport": "false"}}))).await;
    rooms.call(client(true), "sqs", "SendMessage", SEND).await.expect("came over TLS");
}

#[tokio::test]
async fn warnings_refuse_nothing() {
    let rooms = with_role(Enforcement::Warn, &allow("s3:*", "*")).await;
    rooms.call(rooms.caller(ROLE), "sqs", "SendMessage", SEND).await.expect("is only logged");
}

#[tokio::test]
async fn the_root_and_nobody_else_needs_no_policy() {
    let rooms = with_role(Enforcement::On, &allow("s3:*", "*")).await;
    rooms.call(rooms.root(), "sqs", "SendMessage", SEND).await.expect("is the root");
    let stranger = rooms.caller("arn:aws:iam::000000000000:role/nobody");
    let refused = rooms.call(stranger, "sqs", "SendMessage", SEND).await.expect_err("is nobody");
    assert_eq!(refused.code, "AccessDeniedException");
    let elsewhere = rooms.caller("arn:aws:iam::111111111111:root").with_account("111111111111");
    rooms.call(elsewhere.clone(), "sqs", "ListQueues", "{}").await.expect("is root at home");
}

#[tokio::test]
async fn boundaries_and_groups_count() {
    let rooms = Rooms::open(Some(Enforcement::On)).await;
    rooms.iam("CreateUser", r#"{"UserName":"alice","Path":"/team/"}"#).await;
    rooms.iam("CreateGroup", r#"{"GroupName":"devs"}"#).await;
    rooms.iam("AddUserToGroup", r#"{"UserName":"alice","GroupName":"devs"}"#).await;
    let own = "arn:aws:sqs:*:*:${aws:username}-*";
    let put =
        json!({"GroupName": "devs", "PolicyName": "p", "PolicyDocument": allow("sqs:*", own)});
    rooms.iam("PutGroupPolicy", &put.to_string()).await;
    let alice = || rooms.caller("arn:aws:iam::000000000000:user/team/alice");
    let queue = SEND.replace("/jobs", "/alice-jobs");
    rooms.call(alice(), "sqs", "SendMessage", &queue).await.expect("the group allows it");
    rooms.call(alice(), "sqs", "SendMessage", SEND).await.expect_err("is another's queue");
    let bound = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
    let bound = json!({"UserName": "alice", "PermissionsBoundary": bound}).to_string();
    rooms.iam("PutUserPermissionsBoundary", &bound).await;
    let refused = rooms.call(alice(), "sqs", "SendMessage", &queue).await.expect_err("is bounded");
    assert!(
        refused
            .to_string()
            .ends_with("because no permissions boundary allows the sqs:SendMessage action")
    );
    let asked =
        rooms.call(alice(), "iam", "GetUser", "{}").await.expect_err("may not even see itself");
    assert!(
        asked
            .to_string()
            .contains("iam:GetUser on resource: arn:aws:iam::000000000000:user/team/alice"),
        "{asked}"
    );
}

#[tokio::test]
async fn a_role_is_assumed_where_it_trusts() {
    let rooms = with_role(Enforcement::On, &allow("sts:AssumeRole", "*")).await;
    let trust = |arn: &str| {
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"}}).to_string()
    };
    let other = rooms.caller("arn:aws:iam::222222222222:root").with_account("222222222222");
    for (name, trusted) in [("open", ROLE), ("closed", "333333333333")] {
        let role =
            json!({"RoleName": name, "AssumeRolePolicyDocument": trust(trusted)}).to_string();
        rooms.call(other.clone(), "iam", "CreateRole", &role).await.expect("is made");
    }
    let assumed = rooms
        .bus
        .assume(&rooms.caller(ROLE), "arn:aws:iam::222222222222:role/open")
        .expect("trusts the role");
    assert_eq!(
        (assumed.account(), assumed.caller().arn.as_str()),
        ("222222222222", "arn:aws:iam::222222222222:role/open")
    );
    let refused = rooms.bus.assume(&rooms.caller(ROLE), "arn:aws:iam::222222222222:role/closed");
    assert!(refused.is_err());
    let states = rooms.caller("states.amazonaws.com");
    assert!(rooms.bus.assume(&states, ROLE).is_ok(), "the service is trusted");
    assert!(rooms.bus.assume(&rooms.caller("lambda.amazonaws.com"), ROLE).is_err());
}

#[tokio::test]
async fn an_action_without_operation_can_be_asked_about() {
    let rooms = with_role(Enforcement::On, &allow("states:InvokeHTTPEndpoint", "*")).await;
    let asked = |action| rooms.bus.check_action(&rooms.caller(ROLE), action, "*");
    assert!(asked("states:InvokeHTTPEndpoint").is_ok());
    let refused = asked("events:RetrieveConnectionCredentials").expect_err("isn't allowed");
    assert_eq!(refused.code, "AccessDeniedException");
}
