//! AWS's evaluation logic: from all policies that apply to one answer.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>

use std::fmt;

use crate::document::{Matches, Policy, Request};
use crate::principal::{Grant, PrincipalKind};

/// The policies that apply to a request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policies<'a> {
    /// Those of the user and of the user's groups, or of the role.
    pub identity: &'a [Policy],
    /// The permissions boundary of the user or role, if one is set.
    pub boundary: Option<&'a Policy>,
    /// Those that the session was made with; no session was made with none.
    pub session: &'a [Policy],
    /// The resource's own.
    pub resource: Option<&'a Policy>,
    /// Whether the resource's own policy must allow it, whatever the principal's say: so it is with trust policies.
    pub resource_must_allow: bool,
    /// Whose the resource is; the principal's own account's if it isn't said.
    pub resource_account: Option<&'a str>,
}

/// The kinds of policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyType {
    /// Of a user, a group or a role.
    Identity,
    /// A permissions boundary.
    Boundary,
    /// Of a session.
    Session,
    /// Of a resource.
    Resource,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may be done.
    Allowed,
    /// It may not.
    Denied(Denial),
}

/// Why something may not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// A policy of that kind denies it.
    Explicit(PolicyType),
    /// No policy of that kind allows it.
    Implicit(PolicyType),
}

impl Denial {
    /// How AWS's sentence about it ends.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
    pub fn because(self, action: &str) -> String {
        match self {
            Denial::Explicit(PolicyType::Identity) => {
                "with an explicit deny in an identity-based policy".to_owned()
            }
            Denial::Explicit(kind) => format!("with an explicit deny in a {kind}"),
            Denial::Implicit(kind) => format!("because no {kind} allows the {action} action"),
        }
    }
}

impl fmt::Display for PolicyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PolicyType::Identity => "identity-based policy",
            PolicyType::Boundary => "permissions boundary",
            PolicyType::Session => "session policy",
            PolicyType::Resource => "resource-based policy",
        })
    }
}

/// Whether a request may be done.
pub fn evaluate(request: &Request<'_>, policies: &Policies<'_>) -> Verdict {
    let all = |policies: &[Policy]| {
        let mut total = Matches::default();
        for policy in policies {
            let matches = policy.matches(request);
            total.allows.extend(matches.allows);
            total.denies.extend(matches.denies);
        }
        total
    };
    let (identity, session) = (all(policies.identity), all(policies.session));
    let boundary = policies.boundary.map(|policy| policy.matches(request));
    let resource = policies.resource.map(|policy| policy.matches(request)).unwrap_or_default();
    let found = [
        (PolicyType::Identity, Some(&identity)),
        (PolicyType::Resource, Some(&resource)),
        (PolicyType::Boundary, boundary.as_ref()),
        (PolicyType::Session, Some(&session)),
    ];
    let denies = |matches: &&Matches| !matches.denies.is_empty();
    if let Some((kind, _)) = found.iter().find(|(_, matches)| matches.as_ref().is_some_and(denies))
    {
        return Verdict::Denied(Denial::Explicit(*kind));
    }

    let is_root = request.principal.kind == PrincipalKind::Root;
    let allowing = Allowing {
        identity: is_root || !identity.allows.is_empty(),
        boundary: boundary.is_none_or(|matches| !matches.allows.is_empty()),
        session: policies.session.is_empty() || !session.allows.is_empty(),
        grant: resource.grant,
    };
    let own = policies.resource_account.is_none_or(|owner| owner == request.principal.account);
    let is_of_no_account =
        matches!(request.principal.kind, PrincipalKind::Service | PrincipalKind::Federated);
    let missing = match (own && !is_of_no_account, allowing.grant) {
        (_, None) if !own || is_of_no_account || policies.resource_must_allow => {
            Some(PolicyType::Resource)
        }
        (_, Some(_)) if is_of_no_account => None,
        (true, Some(Grant::Direct)) => None,
        (true, Some(Grant::Role)) => allowing.missing_bound(),
        _ => allowing.missing(),
    };
    missing.map_or(Verdict::Allowed, |kind| Verdict::Denied(Denial::Implicit(kind)))
}

/// Which kinds of policies allow a request that none denies.
struct Allowing {
    identity: bool,
    boundary: bool,
    session: bool,
    grant: Option<Grant>,
}

impl Allowing {
    fn missing(&self) -> Option<PolicyType> {
        if self.identity { self.missing_bound() } else { Some(PolicyType::Identity) }
    }

    fn missing_bound(&self) -> Option<PolicyType> {
        match (self.boundary, self.session) {
            (false, _) => Some(PolicyType::Boundary),
            (true, false) => Some(PolicyType::Session),
            (true, true) => None,
        }
    }
}
