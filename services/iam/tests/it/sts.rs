//! Temporary credentials.

use std::time::Duration;

use iam::Enforcement;
use serde_json::{Value, json};
use service::Ctx;

use crate::house::{Rooms, allow};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::000000000000:user/alice"},"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{"StringEquals":{"sts:ExternalId":"42"}}}}"#;
const ROLE: &str = "arn:aws:iam::000000000000:role/jobs/worker";

async fn rooms() -> Rooms {
    let rooms = Rooms::open(Some(Enforcement::On)).await;
    rooms.iam("CreateUser", r#"{"UserName":"alice"}"#).await;
    let role = json!({"RoleName": "worker", "Path": "/jobs/", "AssumeRolePolicyDocument": TRUST, "MaxSessionDuration": 7200});
    rooms.iam("CreateRole", &role.to_string()).await;
    let put =
        json!({"RoleName": "worker", "PolicyName": "p", "PolicyDocument": allow("sqs:*", "*")});
    rooms.iam("PutRolePolicy", &put.to_string()).await;
    rooms
}

fn alice(rooms: &Rooms) -> Ctx {
    rooms.caller("arn:aws:iam::000000000000:user/alice")
}

/// The request of whoever presents these credentials, as the gate makes it.
fn bearing(rooms: &Rooms, credentials: &Value) -> Result<Ctx, aws::Error> {
    let text = |member: &str| credentials[member].as_str().expect("a text");
    let identities = rooms.iam.identities();
    let bearer =
        identities.bearer(text("AccessKeyId"), Some(text("SessionToken")), rooms.house.now())?;
    assert_eq!(bearer.credentials.secret_access_key, text("SecretAccessKey"));
    let ctx = rooms.caller(&bearer.caller.arn).with_account(bearer.account);
    Ok(ctx.with_session(bearer.session.expect("is temporary")))
}

#[tokio::test]
async fn a_session_of_a_role_may_do_what_the_role_may() {
    let rooms = rooms().await;
    let mut asked = json!({"RoleArn": ROLE, "RoleSessionName": "run", "DurationSeconds": 7200});
    let refused = rooms.call(alice(&rooms), "sts", "AssumeRole", &asked.to_string()).await;
    assert_eq!(
        refused.expect_err("without its external id").to_string(),
        format!(
            "AccessDenied: User: arn:aws:iam::000000000000:user/alice is not authorized to perform: sts:AssumeRole on resource: {ROLE}"
        )
    );
    asked["ExternalId"] = "42".into();
    let assumed = rooms
        .call(alice(&rooms), "sts", "AssumeRole", &asked.to_string())
        .await
        .expect("is trusted");
    assert_eq!(
        assumed["AssumedRoleUser"]["Arn"],
        "arn:aws:sts::000000000000:assumed-role/worker/run"
    );
    let credentials = &assumed["Credentials"];
    let session = bearing(&rooms, credentials).expect("is in force");

    let identity =
        rooms.call(session.clone(), "sts", "GetCallerIdentity", "{}").await.expect("answers");
    assert_eq!(identity["Arn"], assumed["AssumedRoleUser"]["Arn"]);
    assert_eq!(identity["UserId"], assumed["AssumedRoleUser"]["AssumedRoleId"]);
    rooms.call(session.clone(), "sqs", "ListQueues", "{}").await.expect("the role may");
    rooms.call(session, "iam", "ListUsers", "{}").await.expect_err("the role may not");

    let info = json!({"AccessKeyId": credentials["AccessKeyId"]}).to_string();
    let info = rooms.call(rooms.root(), "sts", "GetAccessKeyInfo", &info).await.expect("answers");
    assert_eq!(info["Account"], "000000000000");

    rooms.clock.advance(Duration::from_secs(7200));
    let expired = bearing(&rooms, credentials).err().expect("has expired");
    assert_eq!(
        expired.to_string(),
        "ExpiredTokenException: The security token included in the request is expired"
    );
}

#[tokio::test]
async fn a_session_is_bounded_by_its_policy() {
    let rooms = rooms().await;
    let asked = json!({"RoleArn": ROLE, "RoleSessionName": "run", "ExternalId": "42", "Policy": allow("sqs:ListQueues", "*")});
    let assumed = rooms
        .call(alice(&rooms), "sts", "AssumeRole", &asked.to_string())
        .await
        .expect("is trusted");
    let session = bearing(&rooms, &assumed["Credentials"]).expect("is in force");
    rooms.call(session.clone(), "sqs", "ListQueues", "{}").await.expect("both allow it");
    let body = r#"{"QueueUrl":"http://localhost/000000000000/jobs"}"#;
    let refused = rooms.call(session, "sqs", "SendMessage", body).await.expect_err("is bounded");
    assert!(
        refused
            .to_string()
            .ends_with("because no session policy allows the sqs:SendMessage action")
    );
}

#[tokio::test]
async fn a_token_belongs_to_its_key_and_a_deleted_role_ends_its_sessions() {
    let rooms = rooms().await;
    let asked = json!({"RoleArn": ROLE, "RoleSessionName": "run", "ExternalId": "42"}).to_string();
    let one = rooms.call(alice(&rooms), "sts", "AssumeRole", &asked).await.expect("is trusted");
    let other = rooms.call(alice(&rooms), "sts", "AssumeRole", &asked).await.expect("is trusted");
    let mut mixed = one["Credentials"].clone();
    mixed["AccessKeyId"] = other["Credentials"]["AccessKeyId"].clone();
    assert_eq!(
        bearing(&rooms, &mixed).err().map(|error| error.code),
        Some("UnrecognizedClientException".into())
    );
    let session = bearing(&rooms, &one["Credentials"]).expect("is in force");
    rooms.iam("DeleteRolePolicy", r#"{"RoleName":"worker","PolicyName":"p"}"#).await;
    rooms.iam("DeleteRole", r#"{"RoleName":"worker"}"#).await;
    rooms.call(session, "sqs", "ListQueues", "{}").await.expect_err("there is no role any more");
}

#[tokio::test]
async fn limits_of_sessions_are_aws_s() {
    let rooms = rooms().await;
    let asked = json!({"RoleArn": ROLE, "RoleSessionName": "run", "ExternalId": "42", "DurationSeconds": 7201});
    let refused = rooms.call(alice(&rooms), "sts", "AssumeRole", &asked.to_string()).await;
    assert_eq!(
        refused.expect_err("too long").to_string(),
        "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    );
    let token = rooms.call(alice(&rooms), "sts", "GetSessionToken", "{}").await.expect("is given");
    let session = bearing(&rooms, &token["Credentials"]).expect("is in force");
    assert_eq!(session.caller().arn, "arn:aws:iam::000000000000:user/alice");
    let again = rooms.call(session, "sts", "GetSessionToken", "{}").await.expect_err("not twice");
    assert_eq!(
        again.to_string(),
        "AccessDenied: Cannot call GetSessionToken with session credentials"
    );
    for (operation, body, code) in [
        ("AssumeRoleWithSAML", "{}", "InvalidIdentityToken"),
        (
            "DecodeAuthorizationMessage",
            r#"{"EncodedMessage":"x"}"#,
            "InvalidAuthorizationMessageException",
        ),
        ("GetAccessKeyInfo", r#"{"AccessKeyId":"AKIA000000000000"}"#, "ValidationError"),
    ] {
        let refused =
            rooms.call(rooms.root(), "sts", operation, body).await.expect_err("is refused");
        assert_eq!(refused.code, code, "{operation}");
    }
}
