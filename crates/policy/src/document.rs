//! What a policy is, once it was read.

use std::sync::Arc;

use crate::condition::Condition;
use crate::context::Context;
use crate::pattern::Pattern;
use crate::principal::{Grant, Principal, Principals};

/// A policy that was read and isn't malformed. [`Policy::parse`] makes it; clones share it.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    pub(crate) statements: Arc<[Statement]>,
}

/// Whether a statement gives or takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It gives.
    Allow,
    /// It takes, and nothing gives it back.
    Deny,
}

/// One statement of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Its `Sid`.
    pub sid: Option<String>,
    /// Its `Effect`.
    pub effect: Effect,
    /// `None` in the policy of an identity, which is about whoever has it.
    pub(crate) principals: Option<Principals>,
    pub(crate) actions: Set,
    /// `None` in the trust policy of a role, which is about the role.
    pub(crate) resources: Option<Set>,
    pub(crate) conditions: Vec<Condition>,
}

/// `Action` or `NotAction`, `Resource` or `NotResource`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Set {
    pub(crate) negated: bool,
    pub(crate) patterns: Vec<Pattern>,
}

impl Set {
    fn has(&self, fits: impl Fn(&Pattern) -> bool) -> bool {
        self.patterns.iter().any(fits) != self.negated
    }
}

/// What somebody wants to do.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Who.
    pub principal: &'a Principal,
    /// What: `states:StartExecution`.
    pub action: &'a str,
    /// To what: an ARN, or `*`.
    pub resource: &'a str,
    /// Under which circumstances.
    pub context: &'a Context,
}

/// The statements of one policy that are about a request, by their place in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matches {
    /// Those that allow it.
    pub allows: Vec<usize>,
    /// Those that deny it.
    pub denies: Vec<usize>,
    /// How closely those that allow it mean the principal; always directly in a policy of an identity.
    pub grant: Option<Grant>,
}

impl Policy {
    /// Its statements, in order.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The statements that are about a request.
    pub fn matches(&self, request: &Request<'_>) -> Matches {
        let mut matches = Matches::default();
        for (place, statement) in self.statements.iter().enumerate() {
            let Some(grant) = statement.covers(request) else { continue };
            match statement.effect {
                Effect::Deny => matches.denies.push(place),
                Effect::Allow => {
                    matches.allows.push(place);
                    matches.grant = matches.grant.max(Some(grant));
                }
            }
        }
        matches
    }

    /// The condition keys that a decision may depend on, as the policy spells them, each once.
    pub fn context_keys(&self) -> Vec<&str> {
        let mut keys = Vec::new();
        for statement in &*self.statements {
            let resources = statement.resources.iter().flat_map(|set| &set.patterns);
            let conditions = statement.conditions.iter().flat_map(Condition::keys);
            for key in resources.flat_map(Pattern::keys).chain(conditions) {
                if !keys.iter().any(|known: &&str| known.eq_ignore_ascii_case(key)) {
                    keys.push(key);
                }
            }
        }
        keys
    }
}

impl Statement {
    /// Whether it is about a request, and how closely it means the principal.
    fn covers(&self, request: &Request<'_>) -> Option<Grant> {
        let Request { principal, action, resource, context } = *request;
        let grant = match &self.principals {
            None => Grant::Direct,
            Some(principals) => principals.mean(principal)?,
        };
        let acts = self.actions.has(|pattern| pattern.matches_in_any_case(action, context));
        let reaches = || {
            let fits = |set: &Set| set.has(|pattern| pattern.matches(resource, context));
            self.resources.as_ref().is_none_or(fits)
        };
        let holds = || self.conditions.iter().all(|condition| condition.holds(context));
        (acts && reaches() && holds()).then_some(grant)
    }
}
