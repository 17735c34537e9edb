//! Which requests a statement is about.

use policy::{Kind, Request};

use crate::{alice, context, parse, statement};

#[track_caller]
fn check(inside: &str, action: &str, resource: &str, expected: bool) {
    let policy = statement(&format!(r#""Effect":"Allow",{inside}"#), Kind::Inline);
    let (principal, context) = (alice(), context(&[("aws:username", &["alice"])]));
    let request = Request { principal: &principal, action, resource, context: &context };
    let allows = !policy.matches(&request).allows.is_empty();
    assert_eq!(allows, expected, "{inside}: {action} {resource}");
}

#[test]
fn actions_are_the_same_in_any_case_and_resources_are_not() {
    let inside = r#""Action":"S3:get*","Resource":"arn:aws:s3:::bucket/*""#;
    check(inside, "s3:GetObject", "arn:aws:s3:::bucket/key", true);
    check(inside, "s3:GetObject", "arn:aws:s3:::Bucket/key", false);
    check(inside, "s3:PutObject", "arn:aws:s3:::bucket/key", false);
    check(inside, "s3:GetObject", "arn:aws:s3:::bucket", false);
}

#[test]
fn one_of_several_is_enough() {
    let inside = r#""Action":["sqs:SendMessage","sns:Publish"],"Resource":["arn:aws:sqs:*:*:a","arn:aws:sns:*:*:b"]"#;
    check(inside, "sns:Publish", "arn:aws:sns:us-east-1:111111111111:b", true);
    check(inside, "sns:Publish", "arn:aws:sns:us-east-1:111111111111:c", false);
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html>
#[test]
fn not_action_and_not_resource_mean_all_others() {
    let inside = r#""NotAction":"iam:*","Resource":"*""#;
    check(inside, "s3:GetObject", "arn:aws:s3:::b/k", true);
    check(inside, "iam:GetUser", "*", false);
    let inside = r#""Action":"*","NotResource":["arn:aws:s3:::secret","arn:aws:s3:::secret/*"]"#;
    check(inside, "s3:GetObject", "arn:aws:s3:::b/k", true);
    check(inside, "s3:GetObject", "arn:aws:s3:::secret/k", false);
}

#[test]
fn variables_stand_in_resources_of_the_new_version_only() {
    let inside = r#""Action":"s3:*","Resource":"arn:aws:s3:::home/${aws:username}/*""#;
    check(inside, "s3:GetObject", "arn:aws:s3:::home/alice/x", true);
    check(inside, "s3:GetObject", "arn:aws:s3:::home/bob/x", false);

    let old = format!(r#"{{"Version":"2008-10-17","Statement":{{"Effect":"Allow",{inside}}}}}"#);
    let (principal, context) = (alice(), context(&[("aws:username", &["alice"])]));
    let allows = |resource| {
        let request =
            Request { principal: &principal, action: "s3:GetObject", resource, context: &context };
        !parse(&old, Kind::Inline).matches(&request).allows.is_empty()
    };
    assert!(!allows("arn:aws:s3:::home/alice/x"));
    assert!(allows("arn:aws:s3:::home/${aws:username}/x"));
}

#[test]
fn tells_the_keys_that_a_decision_depends_on() {
    let policy = statement(
        r#""Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}",
           "Condition":{"StringEquals":{"aws:PrincipalTag/team":"${aws:userid}"},"Bool":{"AWS:UserName":"true"}}"#,
        Kind::Inline,
    );
    assert_eq!(policy.context_keys(), ["aws:username", "aws:PrincipalTag/team", "aws:userid"]);
}
