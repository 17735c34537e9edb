use json::Value;
use resolver::{Context, Effects};

use crate::call_in;

const ADA: &str = r#"{"sub": "s", "username": "ada", "defaultAuthStrategy": "ALLOW",
    "claims": {"sub": "s", "username": "ada", "cognito:groups": ["Admin"], "tenants": "[\"t1\"]"}}"#;

#[track_caller]
fn check(identity: &str, name: &str, arguments: &str, expected: &str) {
    let identity = Value::parse(identity).expect("JSON");
    let context = Context { identity, ..Context::default() };
    let name = format!("authRules.{name}");
    let answer = call_in(&context, &mut Effects::default(), &name, arguments).expect("answers");
    assert_eq!(answer.to_string(), expected, "{name}({arguments})");
}

#[test]
fn rules_of_other_providers_do_not_apply() {
    let rule = r#"[{"type": "public", "provider": "apiKey"}]"#;
    check("null", "queryAuth", rule, r#"{"authorized":true}"#);
    check(ADA, "queryAuth", rule, r#"{"authorized":false}"#);
}

#[test]
fn owners_see_their_own() {
    let rule = r#"[{"type": "owner", "provider": "userPools", "ownerFieldName": "owner", "ownerFieldType": "string", "identityClaim": "sub::username"}]"#;
    let filter = r#"{"authorized":true,"authFilter":{"or":[{"owner":{"eq":"s::ada"}},{"owner":{"eq":"s"}},{"owner":{"eq":"ada"}}]}}"#;
    check(ADA, "queryAuth", rule, filter);
    check(ADA, "validateUsingSource", &format!(r#"{rule}, {{"owner": "s::ada"}}"#), "true");
    check(ADA, "validateUsingSource", &format!(r#"{rule}, {{"owner": "bob"}}"#), "false");
    let create = format!(r#"{rule}, "create", {{"title": "t"}}, null"#);
    check(
        ADA,
        "mutationAuth",
        &create,
        r#"{"authorized":true,"authorizedInput":{"title":"t","owner":"s::ada"}}"#,
    );
    let forged = format!(r#"{rule}, "create", {{"owner": "bob"}}, null"#);
    check(ADA, "mutationAuth", &forged, r#"{"authorized":false}"#);
    let update = format!(r#"{rule}, "update", {{"title": "t"}}, {{"owner": "bob"}}"#);
    check(ADA, "mutationAuth", &update, r#"{"authorized":false}"#);
}

#[test]
fn groups_stand_in_the_rule_or_in_the_record() {
    let fixed = r#"[{"type": "groups", "provider": "userPools", "allowedGroups": ["Admin"], "groupClaim": "cognito:groups", "allowedFields": ["id"]}]"#;
    check(ADA, "queryAuth", fixed, r#"{"authorized":true,"authorizedFields":["id"]}"#);
    let more = format!(r#"{fixed}, "update", {{"id": "1", "title": "t"}}, {{}}"#);
    check(ADA, "mutationAuth", &more, r#"{"authorized":false}"#);
    let of_record = r#"[{"type": "groups", "provider": "userPools", "groupsFieldName": "g", "groupsFieldType": "string[]", "groupClaim": "tenants"}]"#;
    check(
        ADA,
        "queryAuth",
        of_record,
        r#"{"authorized":true,"authFilter":{"or":[{"g":{"contains":"t1"}}]}}"#,
    );
    check(ADA, "validateUsingSource", &format!(r#"{of_record}, {{"g": ["t1", "t2"]}}"#), "true");
}

#[test]
fn roles_are_compared() {
    let iam =
        r#"{"accountId": "1", "userArn": "arn:aws:sts::1:assumed-role/admin/x", "username": "u"}"#;
    let admin = r#"[{"type": "admin", "provider": "iam", "strict": false, "roles": ["admin"]}]"#;
    check(iam, "queryAuth", admin, r#"{"authorized":true}"#);
    let strict = r#"[{"type": "admin", "provider": "iam", "strict": true, "roles": ["admin"]}]"#;
    check(iam, "queryAuth", strict, r#"{"authorized":false}"#);
    let public = r#"[{"type": "public", "provider": "iam", "roleArn": null}]"#;
    check(iam, "queryAuth", public, r#"{"authorized":false}"#);
}
