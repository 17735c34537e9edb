//! What isn't taken as a policy, in AWS's words.

use policy::{Kind, Policy};

#[track_caller]
fn check(kind: Kind, text: &str, expected: &str) {
    let found = Policy::parse(text, kind).map_err(|malformed| malformed.to_string());
    assert_eq!(found.map(|_| ()), Err(expected.to_owned()), "{text}");
}

#[track_caller]
fn check_statement(kind: Kind, inside: &str, expected: &str) {
    check(kind, &format!(r#"{{"Version":"2012-10-17","Statement":[{{{inside}}}]}}"#), expected);
}

const SYNTAX: &str = "Syntax errors in policy.";
const VENDOR: &str = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";

#[test]
fn the_frame_is_checked() {
    for text in [
        "",
        "x",
        "[]",
        "{}",
        r#"{"Version":"2012-10-17"}"#,
        r#"{"Version":"2012-10-17","Statement":[]}"#,
        r#"{"Version":"2012-10-17","Id":{},"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
        r#"{"Version":"2012-10-17","Statement":"x"}"#,
        r#"{"Version":"2013-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
        r#"{"Version":"2012-10-17","Extra":1,"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
    ] {
        check(Kind::Inline, text, SYNTAX);
    }
    let old =
        r#"{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    assert!(Policy::parse(old, Kind::Inline).is_ok());
    check(Kind::Managed, old, "Policy document must be version 2012-10-17 or greater.");
    check(Kind::Trust, "x", "This policy contains invalid Json");
}

#[test]
fn statements_are_checked() {
    let check = |inside, expected| check_statement(Kind::Inline, inside, expected);
    check(r#""Action":"*","Resource":"*""#, SYNTAX);
    check(r#""Effect":"allowed","Action":"*","Resource":"*""#, SYNTAX);
    check(r#""Effect":"allow","Action":"*","Resource":"*""#, "The policy failed legacy parsing");
    check(
        r#""Effect":"Allow","Action":[],"Resource":"*""#,
        "Policy statement must contain actions.",
    );
    check(r#""Effect":"Allow","Action":"*","NotAction":"*","Resource":"*""#, SYNTAX);
    check(r#""Effect":"Allow","Action":{},"Resource":"*""#, SYNTAX);
    check(r#""Effect":"Allow","Resource":"*""#, "Policy statement must contain actions.");
    check(r#""Effect":"Allow","Action":"*""#, "Policy statement must contain resources.");
    check(r#""Effect":"Allow","Action":"s3","Resource":"*""#, VENDOR);
    check(
        r#""Effect":"Allow","Action":"s3:a:b","Resource":"*""#,
        "Actions/Condition can contain only one colon.",
    );
    check(r#""Effect":"Allow","Action":"a b:c","Resource":"*""#, "Vendor a b is not valid");
    check(
        r#""Effect":"Allow","Action":"*","Resource":"bucket""#,
        r#"Resource bucket must be in ARN format or "*"."#,
    );
    check(
        r#""Effect":"Allow","Action":"*","Resource":"arn:moon:s3:::b""#,
        r#"Partition "moon" is not valid for resource "arn:moon:s3:::b"."#,
    );
    check(
        r#""Effect":"Allow","Action":"*","Resource":"*","Principal":"*""#,
        "Policy document should not specify a principal.",
    );
    check(
        r#""Effect":"Allow","Action":"*","Resource":"*","Condition":{"Sounds":{"aws:x":"1"}}"#,
        "Invalid Condition type : Sounds.",
    );
    check(r#""Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"x":"1"}}"#, VENDOR);
    check(
        r#""Sid":"a-b","Effect":"Allow","Action":"*","Resource":"*""#,
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
    );
    let twice = r#"{"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"}"#;
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{twice},{twice}]}}"#);
    self::check(Kind::Inline, &text, "Statement IDs (SID) in a single policy must be unique.");
}

#[test]
fn resources_are_where_their_service_has_them() {
    let check = |resource: &str, expected| {
        let inside = format!(r#""Effect":"Allow","Action":"*","Resource":"{resource}""#);
        check_statement(Kind::Managed, &inside, expected);
    };
    check("arn:aws::::bucket", "The policy failed legacy parsing");
    check(
        "arn:aws:s3:us-east-1::bucket",
        "Resource arn:aws:s3:us-east-1::bucket can not contain region information.",
    );
    check(
        "arn:aws:iam:us-east-1::bucket",
        "IAM resource arn:aws:iam:us-east-1::bucket cannot contain region information.",
    );
    check(
        "arn:aws:iam:::bucket",
        "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.",
    );
    for resource in [
        "arn:aws:iam::111111111111:role/path/*",
        "arn:aws:iam::*:*",
        "arn:aws:iam::${aws:PrincipalAccount}:role*",
        "arn:aws:s3:*:*:bucket",
        "arn:aws:s3:::bucket/*",
    ] {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"{resource}"}}}}"#
        );
        Policy::parse(&text, Kind::Managed).expect(resource);
    }
}

#[test]
fn trust_policies_say_who_and_nothing_else() {
    let check = |inside, expected| check_statement(Kind::Trust, inside, expected);
    check(r#""Effect":"Allow","Action":"sts:AssumeRole""#, "Missing required field Principal");
    check(
        r#""Effect":"Allow","Action":"sts:AssumeRole","Principal":"*","Resource":"*""#,
        "Has prohibited field Resource",
    );
    check(
        r#""Effect":"Allow","Action":"s3:GetObject","Principal":"*""#,
        "AssumeRole policy may only specify STS AssumeRole actions.",
    );
    check(
        r#""Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"alice"}"#,
        r#"Invalid principal in policy: "AWS":"alice""#,
    );
    let good = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Any thing","Effect":"Allow","Action":["sts:AssumeRole","sts:TagSession"],
        "Principal":{"Service":["states.amazonaws.com","lambda.amazonaws.com"],"AWS":"111111111111"}}]}"#;
    assert!(Policy::parse(good, Kind::Trust).is_ok());
}
