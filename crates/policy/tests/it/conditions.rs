//! Each operator, as
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html> and
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html>
//! tell it.

use policy::{Kind, Request};

use crate::{alice, context, statement};

/// `condition` without its braces, what the request has, whether it holds.
#[track_caller]
fn check(condition: &str, given: &[(&str, &[&str])], expected: bool) {
    let inside =
        format!(r#""Effect":"Allow","Action":"*","Resource":"*","Condition":{{{condition}}}"#);
    let policy = statement(&inside, Kind::Inline);
    let (principal, context) = (alice(), context(given));
    let request =
        Request { principal: &principal, action: "s3:GetObject", resource: "*", context: &context };
    let holds = !policy.matches(&request).allows.is_empty();
    assert_eq!(holds, expected, "{condition} {given:?}");
}

#[test]
fn texts() {
    let given: &[(&str, &[&str])] = &[("aws:PrincipalTag/job", &["iamuser-Admin"])];
    for (condition, expected) in [
        (r#""StringEquals":{"aws:principaltag/JOB":"iamuser-Admin"}"#, true),
        (r#""StringEquals":{"aws:PrincipalTag/job":"iamuser-admin"}"#, false),
        (r#""StringEquals":{"aws:PrincipalTag/job":"iamuser-*"}"#, false),
        (r#""StringEquals":{"aws:PrincipalTag/job":["x","iamuser-Admin"]}"#, true),
        (r#""StringNotEquals":{"aws:PrincipalTag/job":["x","iamuser-Admin"]}"#, false),
        (r#""StringNotEquals":{"aws:PrincipalTag/job":["x","y"]}"#, true),
        (r#""StringEqualsIgnoreCase":{"aws:PrincipalTag/job":"IAMUSER-admin"}"#, true),
        (r#""StringNotEqualsIgnoreCase":{"aws:PrincipalTag/job":"IAMUSER-admin"}"#, false),
        (r#""StringLike":{"aws:PrincipalTag/job":"iamuser-*"}"#, true),
        (r#""StringLike":{"aws:PrincipalTag/job":"iamuser-?"}"#, false),
        (r#""StringNotLike":{"aws:PrincipalTag/job":"iamuser-*"}"#, false),
        (r#""stringlike":{"aws:PrincipalTag/job":"*Admin"}"#, true),
    ] {
        check(condition, given, expected);
    }
}

#[test]
fn a_missing_key_is_equal_to_nothing() {
    for (condition, expected) in [
        (r#""StringEquals":{"aws:x":"a"}"#, false),
        (r#""StringNotEquals":{"aws:x":"a"}"#, true),
        (r#""StringLike":{"aws:x":"*"}"#, false),
        (r#""StringEqualsIfExists":{"aws:x":"a"}"#, true),
        (r#""Bool":{"aws:SecureTransport":"false"}"#, false),
        (r#""BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}"#, true),
        (r#""NumericLessThan":{"aws:x":"10"}"#, false),
        (r#""NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}"#, true),
        (r#""Null":{"aws:x":"true"}"#, true),
        (r#""Null":{"aws:x":false}"#, false),
        (r#""ForAllValues:StringEquals":{"aws:TagKeys":"a"}"#, true),
        (r#""ForAnyValue:StringEquals":{"aws:TagKeys":"a"}"#, false),
        (r#""ForAnyValue:StringNotEquals":{"aws:TagKeys":"a"}"#, false),
        (r#""ForAnyValue:StringEqualsIfExists":{"aws:TagKeys":"a"}"#, true),
    ] {
        check(condition, &[], expected);
    }
    check(r#""Null":{"aws:TokenIssueTime":"false"}"#, &[("aws:TokenIssueTime", &["x"])], true);
}

#[test]
fn numbers_dates_and_truth() {
    let given: &[(&str, &[&str])] = &[
        ("s3:max-keys", &["10"]),
        ("aws:CurrentTime", &["2026-03-01T12:00:00.000Z"]),
        ("aws:EpochTime", &["1772366400"]),
        ("aws:SecureTransport", &["true"]),
    ];
    for (condition, expected) in [
        (r#""NumericEquals":{"s3:max-keys":"10.0"}"#, true),
        (r#""NumericNotEquals":{"s3:max-keys":10}"#, false),
        (r#""NumericLessThan":{"s3:max-keys":"9"}"#, false),
        (r#""NumericLessThanEquals":{"s3:max-keys":"10"}"#, true),
        (r#""NumericGreaterThan":{"s3:max-keys":"9"}"#, true),
        (r#""NumericGreaterThanEquals":{"s3:max-keys":"11"}"#, false),
        (r#""NumericEquals":{"s3:max-keys":"ten"}"#, false),
        (r#""DateGreaterThan":{"aws:CurrentTime":"2026-03-01T11:59:59Z"}"#, true),
        (r#""DateLessThan":{"aws:CurrentTime":"2026-03-01"}"#, false),
        (r#""DateLessThanEquals":{"aws:CurrentTime":"1772366400"}"#, true),
        (r#""DateEquals":{"aws:EpochTime":"2026-03-01T12:00:00Z"}"#, true),
        (r#""DateGreaterThanEquals":{"aws:CurrentTime":"2026-03-01T13:00:00+01:00"}"#, true),
        (r#""Bool":{"aws:SecureTransport":true}"#, true),
        (r#""Bool":{"aws:SecureTransport":"False"}"#, false),
    ] {
        check(condition, given, expected);
    }
}

#[test]
fn addresses() {
    for (address, network, expected) in [
        ("203.0.113.7", "203.0.113.0/24", true),
        ("203.0.114.7", "203.0.113.0/24", false),
        ("203.0.113.7", "203.0.113.7", true),
        ("203.0.113.7", "0.0.0.0/0", true),
        ("203.0.113.7", "203.0.113.0/33", false),
        ("2001:db8::7", "2001:DB8:0:0:0:0:0:0/32", true),
        ("2001:db9::7", "2001:db8::/32", false),
        ("203.0.113.7", "::/0", false),
    ] {
        let given: &[(&str, &[&str])] = &[("aws:SourceIp", &[address])];
        check(&format!(r#""IpAddress":{{"aws:SourceIp":"{network}"}}"#), given, expected);
        check(&format!(r#""NotIpAddress":{{"aws:SourceIp":"{network}"}}"#), given, !expected);
    }
}

#[test]
fn arns_match_by_their_parts() {
    let given: &[(&str, &[&str])] =
        &[("aws:SourceArn", &["arn:aws:sns:us-east-1:123456789012:topic"])];
    for (condition, expected) in [
        (r#""ArnEquals":{"aws:SourceArn":"arn:aws:sns:*:123456789012:topic"}"#, true),
        (r#""ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:t?pic"}"#, true),
        (r#""ArnLike":{"aws:SourceArn":"arn:aws:sns:*:topic"}"#, false),
        (r#""ArnNotLike":{"aws:SourceArn":"arn:aws:sns:*:*:*"}"#, false),
        (r#""ArnNotEquals":{"aws:SourceArn":"arn:aws:sqs:*:*:*"}"#, true),
    ] {
        check(condition, given, expected);
    }
}

#[test]
fn several_values_are_quantified() {
    let given: &[(&str, &[&str])] = &[("aws:TagKeys", &["env", "team"])];
    for (condition, expected) in [
        (r#""ForAllValues:StringEquals":{"aws:TagKeys":["env","team","x"]}"#, true),
        (r#""ForAllValues:StringEquals":{"aws:TagKeys":["env"]}"#, false),
        (r#""ForAnyValue:StringEquals":{"aws:TagKeys":["env","x"]}"#, true),
        (r#""ForAnyValue:StringEquals":{"aws:TagKeys":["x"]}"#, false),
        (r#""ForAllValues:StringNotEquals":{"aws:TagKeys":["x"]}"#, true),
        (r#""ForAllValues:StringNotEquals":{"aws:TagKeys":["env"]}"#, false),
        (r#""ForAnyValue:StringNotEquals":{"aws:TagKeys":["env"]}"#, true),
        (r#""ForAnyValue:StringNotEquals":{"aws:TagKeys":["env","team"]}"#, false),
        (r#""ForAllValues:StringLike":{"aws:TagKeys":"*e*"}"#, true),
    ] {
        check(condition, given, expected);
    }
}

#[test]
fn all_operators_and_keys_of_a_block_must_hold() {
    let block = r#""StringEquals":{"aws:a":"1","aws:b":"2"},"NumericLessThan":{"aws:c":"5"}"#;
    check(block, &[("aws:a", &["1"]), ("aws:b", &["2"]), ("aws:c", &["4"])], true);
    check(block, &[("aws:a", &["1"]), ("aws:b", &["3"]), ("aws:c", &["4"])], false);
    check(block, &[("aws:a", &["1"]), ("aws:b", &["2"]), ("aws:c", &["5"])], false);
}

#[test]
fn values_may_be_variables() {
    let given: &[(&str, &[&str])] =
        &[("aws:ResourceTag/team", &["blue"]), ("aws:PrincipalTag/team", &["blue"])];
    check(r#""StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}"#, given, true);
    check(r#""StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/none}"}"#, given, false);
    check(
        r#""StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/none, 'blue'}"}"#,
        given,
        true,
    );
}
