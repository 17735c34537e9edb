//! Managed and inline policies.

use serde_json::{Value, json};

use crate::house::{ALLOW_ALL, Rooms, allow};

async fn created(rooms: &Rooms, name: &str) -> String {
    let body = json!({"PolicyName": name, "PolicyDocument": ALLOW_ALL}).to_string();
    let made = rooms.iam("CreatePolicy", &body).await;
    made["Policy"]["Arn"].as_str().expect("an ARN").to_owned()
}

#[tokio::test]
async fn a_managed_policy_has_versions() {
    let rooms = Rooms::open(None).await;
    let arn = created(&rooms, "p").await;
    assert_eq!(arn, "arn:aws:iam::000000000000:policy/p");
    let second =
        json!({"PolicyArn": arn, "PolicyDocument": allow("s3:*", "*"), "SetAsDefault": true});
    let second = rooms.iam("CreatePolicyVersion", &second.to_string()).await;
    assert_eq!(second["PolicyVersion"]["VersionId"], "v2");
    let of = |version: &str| json!({"PolicyArn": arn, "VersionId": version}).to_string();
    let first = rooms.iam("GetPolicyVersion", &of("v1")).await;
    assert_eq!(first["PolicyVersion"]["IsDefaultVersion"], false);
    assert_eq!(
        rooms.refused("DeletePolicyVersion", &of("v2")).await,
        "DeleteConflict: Cannot delete the default version of a policy."
    );
    rooms.iam("SetDefaultPolicyVersion", &of("v1")).await;
    rooms.iam("DeletePolicyVersion", &of("v2")).await;
    assert_eq!(
        rooms.refused("GetPolicyVersion", &of("v2")).await,
        format!("NoSuchEntity: Policy {arn} version v2 does not exist or is not attachable.")
    );
    let only = json!({"PolicyArn": arn}).to_string();
    let versions = rooms.iam("ListPolicyVersions", &only).await;
    assert_eq!(versions["Versions"].as_array().map(Vec::len), Some(1));
    let third = json!({"PolicyArn": arn, "PolicyDocument": ALLOW_ALL}).to_string();
    let third = rooms.iam("CreatePolicyVersion", &third).await;
    assert_eq!(third["PolicyVersion"]["VersionId"], "v3", "numbers aren't given twice");
}

#[tokio::test]
async fn an_attached_policy_stays() {
    let rooms = Rooms::open(None).await;
    let arn = created(&rooms, "p").await;
    rooms.iam("CreateUser", r#"{"UserName":"alice"}"#).await;
    let attachment = json!({"UserName": "alice", "PolicyArn": arn}).to_string();
    rooms.iam("AttachUserPolicy", &attachment).await;
    rooms.iam("AttachUserPolicy", &attachment).await;
    let only = json!({"PolicyArn": arn}).to_string();
    assert_eq!(rooms.iam("GetPolicy", &only).await["Policy"]["AttachmentCount"], 1);
    assert_eq!(
        rooms.refused("DeletePolicy", &only).await,
        "DeleteConflict: Cannot delete a policy attached to entities."
    );
    let entities = rooms.iam("ListEntitiesForPolicy", &only).await;
    assert_eq!(entities["PolicyUsers"][0]["UserName"], "alice");
    rooms.iam("DetachUserPolicy", &attachment).await;
    assert_eq!(
        rooms.refused("DetachUserPolicy", &attachment).await,
        format!("NoSuchEntity: Policy {arn} was not found.")
    );
    rooms.iam("DeletePolicy", &only).await;
    assert_eq!(
        rooms.refused("AttachUserPolicy", &attachment).await,
        format!("NoSuchEntity: Policy {arn} does not exist or is not attachable.")
    );
}

#[tokio::test]
async fn aws_brings_policies() {
    let rooms = Rooms::open(None).await;
    rooms.iam("CreateUser", r#"{"UserName":"alice"}"#).await;
    let arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    rooms
        .iam("AttachUserPolicy", &json!({"UserName": "alice", "PolicyArn": arn}).to_string())
        .await;
    let attached = rooms.iam("ListAttachedUserPolicies", r#"{"UserName":"alice"}"#).await;
    let expected = json!([{"PolicyName": "AWSLambdaBasicExecutionRole", "PolicyArn": arn}]);
    assert_eq!(attached["AttachedPolicies"], expected);
    let local = rooms.iam("ListPolicies", r#"{"Scope":"Local"}"#).await;
    assert_eq!(local["Policies"], json!([]));
    let all = rooms.iam("ListPolicies", r#"{"Scope":"AWS"}"#).await;
    let names: Vec<&Value> = all["Policies"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|policy| &policy["PolicyName"])
        .collect();
    assert!(
        names.contains(&&json!("AdministratorAccess")) && names.contains(&&json!("ReadOnlyAccess"))
    );
    let refused = rooms.refused("DeletePolicy", &json!({"PolicyArn": arn}).to_string()).await;
    assert!(refused.starts_with("AccessDenied: "), "{refused}");
}

#[tokio::test]
async fn inline_policies_belong_to_one() {
    let rooms = Rooms::open(None).await;
    rooms.iam("CreateGroup", r#"{"GroupName":"devs"}"#).await;
    let put = |document: &str| {
        json!({"GroupName": "devs", "PolicyName": "p", "PolicyDocument": document}).to_string()
    };
    rooms.iam("PutGroupPolicy", &put(ALLOW_ALL)).await;
    let found = rooms.iam("GetGroupPolicy", r#"{"GroupName":"devs","PolicyName":"p"}"#).await;
    assert_eq!(found["GroupName"], "devs");
    assert!(found["PolicyDocument"].as_str().expect("a text").starts_with("%7B%22"));
    assert_eq!(
        rooms.refused("PutGroupPolicy", &put("{}")).await,
        "MalformedPolicyDocument: Syntax errors in policy."
    );
    let long = allow("s3:GetObject", &format!("arn:aws:s3:::{}", "x".repeat(5_120)));
    assert_eq!(
        rooms.refused("PutGroupPolicy", &put(&long)).await,
        "LimitExceeded: Maximum policy size of 5120 bytes exceeded for group devs"
    );
    assert_eq!(
        rooms.refused("DeleteGroup", r#"{"GroupName":"devs"}"#).await,
        "DeleteConflict: Cannot delete entity, must delete policies first."
    );
    rooms.iam("DeleteGroupPolicy", r#"{"GroupName":"devs","PolicyName":"p"}"#).await;
    assert_eq!(
        rooms.refused("GetGroupPolicy", r#"{"GroupName":"devs","PolicyName":"p"}"#).await,
        "NoSuchEntity: The group policy with name p cannot be found."
    );
    assert_eq!(
        rooms
            .refused("PutGroupPolicy", r#"{"UserName":"x","PolicyName":"p","PolicyDocument":"{}"}"#)
            .await,
        "ValidationError: 1 validation error detected: Value null at 'groupName' failed to satisfy constraint: Member must not be null"
    );
}

#[tokio::test]
async fn a_new_policy_is_shown_without_its_description() {
    let rooms = Rooms::open(None).await;
    let body = json!({"PolicyName": "p", "PolicyDocument": ALLOW_ALL, "Description": "d"});
    let made = rooms.iam("CreatePolicy", &body.to_string()).await;
    let policy = made["Policy"].as_object().expect("is there");
    assert!(!policy.contains_key("Description") && !policy.contains_key("Tags"), "{policy:?}");
    let arn = json!({"PolicyArn": policy["Arn"]}).to_string();
    let found = rooms.iam("GetPolicy", &arn).await;
    assert_eq!(
        (&found["Policy"]["Description"], &found["Policy"]["Tags"]),
        (&json!("d"), &json!([]))
    );
}

#[tokio::test]
async fn a_tag_is_made_of_letters_digits_spaces_and_few_signs() {
    let rooms = Rooms::open(None).await;
    let tagged =
        |key: &str| json!({"UserName": "alice", "Tags": [{"Key": key, "Value": ""}]}).to_string();
    let refused = rooms.refused("CreateUser", &tagged("no!")).await;
    assert!(refused.contains(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+"), "{refused}");
    rooms.iam("CreateUser", &tagged("größe 1_.:/=+-@")).await;
}
