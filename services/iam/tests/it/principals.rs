//! Users, groups, roles, keys.

use serde_json::json;

use crate::house::{ALLOW_ALL, Rooms, TRUST_STATES, allow};

fn quoted(text: &str) -> String {
    json!(text).to_string()
}

#[tokio::test]
async fn a_user_is_made_found_renamed_and_deleted() {
    let rooms = Rooms::open(None).await;
    let made = rooms
        .iam(
            "CreateUser",
            r#"{"UserName":"alice","Path":"/team/","Tags":[{"Key":"a","Value":"b"}]}"#,
        )
        .await;
    assert_eq!(made["User"]["Arn"], "arn:aws:iam::000000000000:user/team/alice");
    assert_eq!(made["User"]["UserId"].as_str().map(str::len), Some(21));
    assert_eq!(made["User"]["CreateDate"], 1_700_000_000.0);
    assert_eq!(rooms.iam("GetUser", r#"{"UserName":"alice"}"#).await, made);
    assert_eq!(
        rooms.refused("CreateUser", r#"{"UserName":"Alice"}"#).await,
        "EntityAlreadyExists: User with name Alice already exists."
    );
    assert_eq!(
        rooms.refused("CreateUser", r#"{"UserName":"a b"}"#).await,
        "ValidationError: The specified value for userName is invalid. It must contain only alphanumeric characters \
         and/or the following: +=,.@_-"
    );
    let key = rooms.iam("CreateAccessKey", r#"{"UserName":"alice"}"#).await;
    rooms.iam("UpdateUser", r#"{"UserName":"alice","NewUserName":"bob"}"#).await;
    assert_eq!(
        rooms.refused("GetUser", r#"{"UserName":"alice"}"#).await,
        "NoSuchEntity: The user with name alice cannot be found."
    );
    let keys = rooms.iam("ListAccessKeys", r#"{"UserName":"bob"}"#).await;
    assert_eq!(keys["AccessKeyMetadata"][0]["AccessKeyId"], key["AccessKey"]["AccessKeyId"]);
    assert_eq!(
        rooms.refused("DeleteUser", r#"{"UserName":"bob"}"#).await,
        "DeleteConflict: Cannot delete entity, must delete access keys first."
    );
    let id = &key["AccessKey"]["AccessKeyId"];
    rooms.iam("DeleteAccessKey", &json!({"UserName": "bob", "AccessKeyId": id}).to_string()).await;
    rooms.iam("DeleteUser", r#"{"UserName":"bob"}"#).await;
    assert_eq!(rooms.iam("ListUsers", "{}").await, json!({"Users": [], "IsTruncated": false}));
}

#[tokio::test]
async fn lists_come_in_pages() {
    let rooms = Rooms::open(None).await;
    for name in ["c", "A", "b"] {
        rooms.iam("CreateGroup", &format!(r#"{{"GroupName":"{name}"}}"#)).await;
    }
    let first = rooms.iam("ListGroups", r#"{"MaxItems":2}"#).await;
    let names = |page: &serde_json::Value| -> Vec<String> {
        let groups = page["Groups"].as_array().expect("a list").iter();
        groups.map(|group| group["GroupName"].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(
        (names(&first), &first["IsTruncated"]),
        (vec!["A".into(), "b".into()], &json!(true))
    );
    let second = json!({"MaxItems": 2, "Marker": first["Marker"]}).to_string();
    let second = rooms.iam("ListGroups", &second).await;
    assert_eq!((names(&second), &second["IsTruncated"]), (vec!["c".into()], &json!(false)));
    let wrong = rooms.refused("ListGroups", r#"{"Marker":"x"}"#).await;
    assert_eq!(wrong, "ValidationError: Invalid Marker.");
}

#[tokio::test]
async fn members_of_a_group_stay_when_it_is_renamed() {
    let rooms = Rooms::open(None).await;
    rooms.iam("CreateUser", r#"{"UserName":"alice"}"#).await;
    rooms.iam("CreateGroup", r#"{"GroupName":"devs"}"#).await;
    rooms.iam("AddUserToGroup", r#"{"UserName":"alice","GroupName":"devs"}"#).await;
    rooms.iam("UpdateGroup", r#"{"GroupName":"devs","NewGroupName":"makers"}"#).await;
    let group = rooms.iam("GetGroup", r#"{"GroupName":"makers"}"#).await;
    assert_eq!(group["Users"][0]["UserName"], "alice");
    let groups = rooms.iam("ListGroupsForUser", r#"{"UserName":"alice"}"#).await;
    assert_eq!(groups["Groups"][0]["GroupName"], "makers");
    assert_eq!(
        rooms.refused("DeleteGroup", r#"{"GroupName":"makers"}"#).await,
        "DeleteConflict: Cannot delete entity, must remove users from group first."
    );
    rooms.iam("RemoveUserFromGroup", r#"{"UserName":"alice","GroupName":"makers"}"#).await;
    rooms.iam("DeleteGroup", r#"{"GroupName":"makers"}"#).await;
}

#[tokio::test]
async fn a_role_has_a_trust_policy() {
    let rooms = Rooms::open(None).await;
    let body = format!(
        r#"{{"RoleName":"worker","AssumeRolePolicyDocument":{},"Description":"d"}}"#,
        quoted(TRUST_STATES)
    );
    let made = rooms.iam("CreateRole", &body).await;
    let document = made["Role"]["AssumeRolePolicyDocument"].as_str().expect("a text");
    assert!(document.starts_with("%7B%22Version%22%3A%222012-10-17%22%2C"), "{document}");
    assert_eq!(made["Role"]["MaxSessionDuration"], 3600);
    let malformed =
        format!(r#"{{"RoleName":"other","AssumeRolePolicyDocument":{}}}"#, quoted(ALLOW_ALL));
    assert_eq!(
        rooms.refused("CreateRole", &malformed).await,
        "MalformedPolicyDocument: Missing required field Principal"
    );
    rooms.iam("TagRole", r#"{"RoleName":"worker","Tags":[{"Key":"k","Value":"v"}]}"#).await;
    let found = rooms.iam("GetRole", r#"{"RoleName":"worker"}"#).await;
    assert_eq!(found["Role"]["Tags"], json!([{"Key": "k", "Value": "v"}]));
    let listed = rooms.iam("ListRoles", "{}").await;
    assert_eq!(listed["Roles"][0].get("Tags"), None);
    rooms.iam("UntagRole", r#"{"RoleName":"worker","TagKeys":["K"]}"#).await;
    assert_eq!(rooms.iam("ListRoleTags", r#"{"RoleName":"worker"}"#).await["Tags"], json!([]));
    rooms.iam("CreateInstanceProfile", r#"{"InstanceProfileName":"p"}"#).await;
    rooms
        .iam("AddRoleToInstanceProfile", r#"{"InstanceProfileName":"p","RoleName":"worker"}"#)
        .await;
    assert_eq!(
        rooms.refused("DeleteRole", r#"{"RoleName":"worker"}"#).await,
        "DeleteConflict: Cannot delete entity, must remove roles from instance profile first."
    );
    let linked =
        rooms.iam("CreateServiceLinkedRole", r#"{"AWSServiceName":"ecs.amazonaws.com"}"#).await;
    assert_eq!(linked["Role"]["RoleName"], "AWSServiceRoleForECS");
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let rooms = Rooms::open(None).await;
    rooms.iam("CreateUser", r#"{"UserName":"alice"}"#).await;
    rooms.iam("CreateGroup", r#"{"GroupName":"devs"}"#).await;
    rooms.iam("AddUserToGroup", r#"{"UserName":"alice","GroupName":"devs"}"#).await;
    let role =
        format!(r#"{{"RoleName":"worker","AssumeRolePolicyDocument":{}}}"#, quoted(TRUST_STATES));
    rooms.iam("CreateRole", &role).await;
    let policy = allow("s3:GetObject", "*");
    let put = json!({"RoleName": "worker", "PolicyName": "p", "PolicyDocument": policy});
    rooms.iam("PutRolePolicy", &put.to_string()).await;
    let managed = json!({"PolicyName": "m", "PolicyDocument": policy});
    let managed = rooms.iam("CreatePolicy", &managed.to_string()).await;
    let attach = json!({"RoleName": "worker", "PolicyArn": managed["Policy"]["Arn"]});
    rooms.iam("AttachRolePolicy", &attach.to_string()).await;
    rooms.iam("CreateAccessKey", r#"{"UserName":"alice"}"#).await;
    rooms.iam("CreateInstanceProfile", r#"{"InstanceProfileName":"p"}"#).await;
    rooms.iam("CreateAccountAlias", r#"{"AccountAlias":"my-house"}"#).await;
    let details = rooms.iam("GetAccountAuthorizationDetails", "{}").await;
    let summary = rooms.iam("GetAccountSummary", "{}").await;

    let again = Rooms::open_over(rooms.store, None).await;
    assert_eq!(again.iam("GetAccountAuthorizationDetails", "{}").await, details);
    assert_eq!(again.iam("GetAccountSummary", "{}").await, summary);
    assert_eq!(details["RoleDetailList"][0]["AttachedManagedPolicies"][0]["PolicyName"], "m");
    assert_eq!(details["UserDetailList"][0]["GroupList"], json!(["devs"]));
    let aliases = again.iam("ListAccountAliases", "{}").await;
    assert_eq!(aliases["AccountAliases"], json!(["my-house"]));
    assert_eq!(
        again.iam("ListAccessKeys", r#"{"UserName":"alice"}"#).await["AccessKeyMetadata"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}
