//! The decision from all policies, case by case of
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html> and
//! its pages on accounts, boundaries and sessions.

use policy::{
    Context, Denial, Kind, Policies, Policy, PolicyType, Principal, Request, Verdict, evaluate,
};

use crate::{ALICE, ROLE, SESSION, alice, session, statement};

const RESOURCE: &str = "arn:aws:s3:::bucket/key";
const OTHER: &str = "222222222222";

fn allow(action: &str) -> Policy {
    statement(&format!(r#""Effect":"Allow","Action":"{action}","Resource":"*""#), Kind::Inline)
}

fn deny(action: &str) -> Policy {
    statement(&format!(r#""Effect":"Deny","Action":"{action}","Resource":"*""#), Kind::Inline)
}

fn of_resource(effect: &str, principal: &str) -> Policy {
    let inside =
        format!(r#""Effect":"{effect}","Action":"s3:*","Resource":"*","Principal":{principal}"#);
    statement(&inside, Kind::Resource)
}

fn aws(arn: &str) -> String {
    format!(r#"{{"AWS":"{arn}"}}"#)
}

#[track_caller]
fn check(principal: &Principal, policies: Policies<'_>, expected: Result<(), Denial>) {
    let context = Context::new();
    let request =
        Request { principal, action: "s3:GetObject", resource: RESOURCE, context: &context };
    let expected = expected.map_or_else(Verdict::Denied, |()| Verdict::Allowed);
    assert_eq!(evaluate(&request, &policies), expected);
}

const IMPLICIT: fn(PolicyType) -> Result<(), Denial> = |kind| Err(Denial::Implicit(kind));
const EXPLICIT: fn(PolicyType) -> Result<(), Denial> = |kind| Err(Denial::Explicit(kind));

#[test]
fn nothing_is_allowed_unless_a_policy_says_so() {
    check(&alice(), Policies::default(), IMPLICIT(PolicyType::Identity));
    let (get, put) = ([allow("s3:Get*")], [allow("s3:Put*")]);
    check(&alice(), Policies { identity: &get, ..Policies::default() }, Ok(()));
    check(
        &alice(),
        Policies { identity: &put, ..Policies::default() },
        IMPLICIT(PolicyType::Identity),
    );
}

#[test]
fn a_deny_wins_over_every_allow() {
    let identity = [allow("*"), deny("s3:GetObject")];
    let resource = of_resource("Allow", &aws(ALICE));
    let policies =
        Policies { identity: &identity, resource: Some(&resource), ..Policies::default() };
    check(&alice(), policies, EXPLICIT(PolicyType::Identity));

    let (identity, resource) = ([allow("*")], of_resource("Deny", r#""*""#));
    let policies =
        Policies { identity: &identity, resource: Some(&resource), ..Policies::default() };
    check(&alice(), policies, EXPLICIT(PolicyType::Resource));
    let root = Principal::of_arn("arn:aws:iam::111111111111:root", None);
    check(&root, policies, EXPLICIT(PolicyType::Resource));
}

#[test]
fn the_root_of_an_account_needs_no_policy_in_it() {
    let root = Principal::of_arn("arn:aws:iam::111111111111:root", None);
    check(&root, Policies::default(), Ok(()));
    let elsewhere = Policies { resource_account: Some(OTHER), ..Policies::default() };
    check(&root, elsewhere, IMPLICIT(PolicyType::Resource));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html>
#[test]
fn a_boundary_bounds_and_gives_nothing() {
    let (identity, narrow, wide) = ([allow("*")], allow("sqs:*"), allow("s3:*"));
    let with = |boundary, identity| Policies { identity, boundary, ..Policies::default() };
    check(&alice(), with(Some(&wide), &identity), Ok(()));
    check(&alice(), with(Some(&narrow), &identity), IMPLICIT(PolicyType::Boundary));
    check(&alice(), with(Some(&wide), &[]), IMPLICIT(PolicyType::Identity));
    let denying = deny("s3:*");
    check(&alice(), with(Some(&denying), &identity), EXPLICIT(PolicyType::Boundary));
}

#[test]
fn policies_of_a_session_bound_it() {
    let (identity, narrow, wide) =
        ([allow("*")], [allow("sqs:*")], [allow("sqs:*"), allow("s3:*")]);
    let with = |session| Policies { identity: &identity, session, ..Policies::default() };
    check(&session(), with(&wide), Ok(()));
    check(&session(), with(&narrow), IMPLICIT(PolicyType::Session));
}

#[test]
fn the_policy_of_a_resource_is_enough_for_whom_it_names() {
    for principal in [aws(ALICE), r#""*""#.to_owned(), aws("*")] {
        let resource = of_resource("Allow", &principal);
        let policies = Policies { resource: Some(&resource), ..Policies::default() };
        check(&alice(), policies, Ok(()));
    }
    for principal in [
        aws("111111111111"),
        aws("arn:aws:iam::111111111111:root"),
        aws("arn:aws:iam::111111111111:user/bob"),
    ] {
        let resource = of_resource("Allow", &principal);
        let policies = Policies { resource: Some(&resource), ..Policies::default() };
        check(&alice(), policies, IMPLICIT(PolicyType::Identity));
    }
}

/// "Resource-based policies that grant permissions to an IAM role session aren't limited by an implicit deny in a
/// permissions boundary or session policy"; those that grant to the role are.
#[test]
fn a_grant_to_a_role_is_bounded_and_one_to_its_session_is_not() {
    let narrow = [allow("sqs:*")];
    for (named, expected) in [(SESSION, Ok(())), (ROLE, IMPLICIT(PolicyType::Session))] {
        let resource = of_resource("Allow", &aws(named));
        let policies =
            Policies { session: &narrow, resource: Some(&resource), ..Policies::default() };
        check(&session(), policies, expected);
        let policies = Policies {
            boundary: Some(&narrow[0]),
            resource: Some(&resource),
            ..Policies::default()
        };
        let bounded = expected.map_err(|_| Denial::Implicit(PolicyType::Boundary));
        check(&session(), policies, bounded);
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html>
#[test]
fn another_account_takes_both_sides() {
    let identity = [allow("s3:*")];
    let elsewhere = |identity, resource| Policies {
        identity,
        resource,
        resource_account: Some(OTHER),
        ..Policies::default()
    };
    let (by_user, by_account) =
        (of_resource("Allow", &aws(ALICE)), of_resource("Allow", &aws("111111111111")));
    check(&alice(), elsewhere(&identity, Some(&by_user)), Ok(()));
    check(&alice(), elsewhere(&identity, Some(&by_account)), Ok(()));
    check(&alice(), elsewhere(&[], Some(&by_user)), IMPLICIT(PolicyType::Identity));
    check(&alice(), elsewhere(&identity, None), IMPLICIT(PolicyType::Resource));
}

#[test]
fn a_trust_policy_must_allow_whoever_asks() {
    let trust = |principal: &str| {
        statement(
            &format!(
                r#""Effect":"Allow","Action":"s3:GetObject","Resource":"*","Principal":{principal}"#
            ),
            Kind::Resource,
        )
    };
    let identity = [allow("*")];
    fn with<'a>(identity: &'a [Policy], resource: Option<&'a Policy>) -> Policies<'a> {
        Policies { identity, resource, resource_must_allow: true, ..Policies::default() }
    }
    check(&alice(), with(&identity, None), IMPLICIT(PolicyType::Resource));
    let (account, user) = (trust(&aws("111111111111")), trust(&aws(ALICE)));
    check(&alice(), with(&identity, Some(&account)), Ok(()));
    check(&alice(), with(&[], Some(&account)), IMPLICIT(PolicyType::Identity));
    check(&alice(), with(&[], Some(&user)), Ok(()));
    let service = Principal::of_arn("states.amazonaws.com", None);
    let [states, lambda] =
        ["states", "lambda"].map(|name| trust(&format!(r#"{{"Service":"{name}.amazonaws.com"}}"#)));
    check(&service, with(&[], Some(&states)), Ok(()));
    check(&service, with(&identity, Some(&lambda)), IMPLICIT(PolicyType::Resource));
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>
#[test]
fn not_principal_denies_all_others() {
    let resource = statement(
        &format!(r#""Effect":"Deny","Action":"s3:*","Resource":"*","NotPrincipal":{}"#, aws(ALICE)),
        Kind::Resource,
    );
    let identity = [allow("*")];
    let policies =
        Policies { identity: &identity, resource: Some(&resource), ..Policies::default() };
    check(&alice(), policies, Ok(()));
    check(&session(), policies, EXPLICIT(PolicyType::Resource));
}

#[test]
fn says_why_as_aws_does() {
    let because = |denial: Denial| denial.because("s3:GetObject");
    assert_eq!(
        because(Denial::Implicit(PolicyType::Identity)),
        "because no identity-based policy allows the s3:GetObject action"
    );
    assert_eq!(
        because(Denial::Explicit(PolicyType::Identity)),
        "with an explicit deny in an identity-based policy"
    );
    assert_eq!(
        because(Denial::Explicit(PolicyType::Boundary)),
        "with an explicit deny in a permissions boundary"
    );
}
