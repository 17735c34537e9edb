//! Login profiles, rules for passwords, identity providers, and what there is none of.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::house::Rooms;

async fn call(rooms: &Rooms, operation: &str, body: Value) -> Value {
    rooms.iam(operation, &body.to_string()).await
}

async fn refusal(rooms: &Rooms, operation: &str, body: Value) -> String {
    rooms.refused(operation, &body.to_string()).await
}

#[tokio::test]
async fn a_login_profile_tells_that_a_user_has_a_password_and_never_which() {
    let rooms = Rooms::open(None).await;
    call(&rooms, "CreateUser", json!({"UserName": "ann"})).await;
    let absent = refusal(&rooms, "GetLoginProfile", json!({"UserName": "ann"})).await;
    assert_eq!(absent, "NoSuchEntity: Login Profile for User ann cannot be found.");
    let given =
        json!({"UserName": "ann", "Password": "very secret", "PasswordResetRequired": true});
    call(&rooms, "CreateLoginProfile", given.clone()).await;
    let again = refusal(&rooms, "CreateLoginProfile", given).await;
    assert_eq!(again, "EntityAlreadyExists: Login Profile for user with name ann already exists.");
    let changed = json!({"UserName": "ann", "PasswordResetRequired": false});
    call(&rooms, "UpdateLoginProfile", changed).await;
    let shown = call(&rooms, "GetLoginProfile", json!({"UserName": "ann"})).await;
    assert_eq!(shown["LoginProfile"]["PasswordResetRequired"], false);
    assert!(!shown.to_string().contains("secret"));
    let kept = refusal(&rooms, "DeleteUser", json!({"UserName": "ann"})).await;
    assert_eq!(kept, "DeleteConflict: Cannot delete entity, must delete login profile first.");
    call(&rooms, "DeleteLoginProfile", json!({"UserName": "ann"})).await;
    call(&rooms, "DeleteUser", json!({"UserName": "ann"})).await;
}

#[tokio::test]
async fn the_rules_for_passwords_are_set_whole() {
    let rooms = Rooms::open(None).await;
    let absent = refusal(&rooms, "GetAccountPasswordPolicy", json!({})).await;
    assert_eq!(
        absent,
        "NoSuchEntity: The Password Policy with domain name 000000000000 cannot be found."
    );
    let rules = json!({"MinimumPasswordLength": 12, "RequireNumbers": true, "MaxPasswordAge": 90});
    call(&rooms, "UpdateAccountPasswordPolicy", rules).await;
    let rooms = Rooms::open_over(Arc::clone(&rooms.store), None).await;
    let shown = call(&rooms, "GetAccountPasswordPolicy", json!({})).await;
    let shown = &shown["PasswordPolicy"];
    assert_eq!((&shown["ExpirePasswords"], &shown["RequireNumbers"]), (&json!(true), &json!(true)));
    call(&rooms, "UpdateAccountPasswordPolicy", json!({})).await;
    let shown = call(&rooms, "GetAccountPasswordPolicy", json!({})).await;
    assert_eq!(shown["PasswordPolicy"]["MinimumPasswordLength"], 6);
    assert_eq!(shown["PasswordPolicy"]["RequireNumbers"], false);
    call(&rooms, "DeleteAccountPasswordPolicy", json!({})).await;
    let absent = refusal(&rooms, "DeleteAccountPasswordPolicy", json!({})).await;
    assert_eq!(
        absent,
        "NoSuchEntity: The account policy with name PasswordPolicy cannot be found."
    );
}

#[tokio::test]
async fn an_identity_provider_is_known_by_its_url() {
    let rooms = Rooms::open(None).await;
    let url = "https://token.actions.githubusercontent.com";
    let arn = "arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com";
    let thumbprint = "6938fd4d98bab03faadb97b34396831e3780aea1";
    let given = json!({
        "Url": url, "ClientIDList": ["sts.amazonaws.com"], "ThumbprintList": [thumbprint],
        "Tags": [{"Key": "team", "Value": "a"}],
    });
    let made = call(&rooms, "CreateOpenIDConnectProvider", given.clone()).await;
    assert_eq!(made["OpenIDConnectProviderArn"], arn);
    let again = refusal(&rooms, "CreateOpenIDConnectProvider", given).await;
    assert_eq!(again, format!("EntityAlreadyExists: Provider with url {url} already exists."));
    let named = json!({"OpenIDConnectProviderArn": arn});
    let id = json!({"OpenIDConnectProviderArn": arn, "ClientID": "other"});
    call(&rooms, "AddClientIDToOpenIDConnectProvider", id).await;
    let tagged = json!({"OpenIDConnectProviderArn": arn, "Tags": [{"Key": "b", "Value": "c"}]});
    call(&rooms, "TagOpenIDConnectProvider", tagged).await;
    let shown = call(&rooms, "GetOpenIDConnectProvider", named.clone()).await;
    assert_eq!(shown["Url"], "token.actions.githubusercontent.com");
    assert_eq!(shown["ClientIDList"], json!(["sts.amazonaws.com", "other"]));
    assert_eq!(shown["ThumbprintList"], json!([thumbprint]));
    assert_eq!(shown["Tags"][1], json!({"Key": "b", "Value": "c"}));
    let listed = call(&rooms, "ListOpenIDConnectProviders", json!({})).await;
    assert_eq!(listed["OpenIDConnectProviderList"], json!([{"Arn": arn}]));
    call(&rooms, "DeleteOpenIDConnectProvider", named.clone()).await;
    let gone = refusal(&rooms, "GetOpenIDConnectProvider", named).await;
    assert_eq!(gone, format!("NoSuchEntity: OpenIDConnect Provider not found for arn {arn}"));
    let bad = refusal(&rooms, "CreateOpenIDConnectProvider", json!({"Url": "example.org"})).await;
    assert_eq!(bad, "ValidationError: Invalid Open ID Connect Provider URL");
}

#[tokio::test]
async fn what_there_is_none_of_is_listed_empty() {
    let rooms = Rooms::open(None).await;
    call(&rooms, "CreateUser", json!({"UserName": "ann"})).await;
    let of_user = json!({"UserName": "ann"});
    for operation in ["ListMFADevices", "ListSSHPublicKeys", "ListSigningCertificates"] {
        assert_eq!(call(&rooms, operation, of_user.clone()).await["IsTruncated"], false);
    }
    let nobody = refusal(&rooms, "ListMFADevices", json!({"UserName": "bob"})).await;
    assert_eq!(nobody, "NoSuchEntity: The user with name bob cannot be found.");
}

#[tokio::test]
async fn a_credential_report_tells_who_has_what() {
    use base64::Engine as _;

    let rooms = Rooms::open(None).await;
    call(&rooms, "CreateUser", json!({"UserName": "ann"})).await;
    call(&rooms, "CreateAccessKey", json!({"UserName": "ann"})).await;
    let made = call(&rooms, "GenerateCredentialReport", json!({})).await;
    assert_eq!(made["State"], "COMPLETE");
    let report = call(&rooms, "GetCredentialReport", json!({})).await;
    let content = report["Content"].as_str().expect("it has content");
    let content = base64::prelude::BASE64_STANDARD.decode(content).expect("Base64");
    let lines: Vec<_> = std::str::from_utf8(&content).expect("a text").lines().collect();
    let columns = lines[0].split(',').count();
    assert_eq!(columns, 22);
    assert!(lines.iter().all(|line| line.split(',').count() == columns), "{lines:#?}");
    assert!(lines[1].starts_with("<root_account>,arn:aws:iam::000000000000:root,"));
    assert!(
        lines[2]
            .starts_with("ann,arn:aws:iam::000000000000:user/ann,2023-11-14T22:13:20+00:00,false,")
    );
    assert!(lines[2].contains(",true,2023-11-14T22:13:20+00:00,N/A,N/A,N/A,false,N/A,"));
}

#[tokio::test]
async fn the_role_of_a_service_is_deleted_by_a_task() {
    let rooms = Rooms::open(None).await;
    let service = json!({"AWSServiceName": "ecs.amazonaws.com"});
    call(&rooms, "CreateServiceLinkedRole", service).await;
    let named = json!({"RoleName": "AWSServiceRoleForECS"});
    let task = call(&rooms, "DeleteServiceLinkedRole", named.clone()).await;
    let status = call(&rooms, "GetServiceLinkedRoleDeletionStatus", task).await;
    assert_eq!(status["Status"], "SUCCEEDED");
    refusal(&rooms, "GetRole", named).await;
}
