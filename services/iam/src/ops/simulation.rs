//! The policy simulator: what policies would say, without anything being done.

use base::Arn;
use policy::{Context, Kind, Policies, Policy, Principal, Request, Verdict, evaluate};

use crate::errors::Error;
use crate::tables::Kind as IdentityKind;
use crate::visit::{Visit, existing};
use crate::wire::{
    BoundaryDecision, ContextEntry, ContextKeysOutput, Decision, EvaluationResult,
    GetContextKeysForCustomPolicyInput, GetContextKeysForPrincipalPolicyInput, MatchedStatement,
    SimulateCustomPolicyInput, SimulatePolicyOutput, SimulatePrincipalPolicyInput,
};

/// A policy with the name that results call it by.
type NamedPolicy = (String, Policy);

/// A question to the simulator.
struct Simulation {
    identity: Vec<NamedPolicy>,
    boundary: Option<Policy>,
    resource: Option<Policy>,
    resource_owner: Option<String>,
    caller: Principal,
    actions: Vec<String>,
    resources: Vec<String>,
    context: Context,
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html>
pub(crate) async fn simulate_custom_policy(
    ctx: &Visit<'_>,
    req: SimulateCustomPolicyInput,
) -> Result<SimulatePolicyOutput, Error> {
    let nobody = format!("arn:{}:iam::{}:user/nobody", ctx.partition(), ctx.account());
    let simulation = Simulation {
        identity: given(req.policy_input_list)?,
        boundary: boundary(req.permissions_boundary_policy_input_list)?,
        resource: resource_policy(req.resource_policy)?,
        resource_owner: req.resource_owner,
        caller: Principal::of_arn(&req.caller_arn.unwrap_or(nobody), None),
        actions: req.action_names,
        resources: req.resource_arns.unwrap_or_else(|| vec!["*".to_owned()]),
        context: context(req.context_entries),
    };
    answer(ctx, &simulation, req.marker.as_deref(), req.max_items)
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>
pub(crate) async fn simulate_principal_policy(
    ctx: &Visit<'_>,
    req: SimulatePrincipalPolicyInput,
) -> Result<SimulatePolicyOutput, Error> {
    let (mut identity, own_boundary) = of_principal(ctx, &req.policy_source_arn)?;
    identity.extend(given(req.policy_input_list.unwrap_or_default())?);
    let caller = req.caller_arn.unwrap_or_else(|| req.policy_source_arn.clone());
    let simulation = Simulation {
        identity,
        boundary: boundary(req.permissions_boundary_policy_input_list)?.or(own_boundary),
        resource: resource_policy(req.resource_policy)?,
        resource_owner: req.resource_owner,
        caller: Principal::of_arn(&caller, None),
        actions: req.action_names,
        resources: req.resource_arns.unwrap_or_else(|| vec!["*".to_owned()]),
        context: context(req.context_entries),
    };
    answer(ctx, &simulation, req.marker.as_deref(), req.max_items)
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForCustomPolicy.html>
pub(crate) async fn get_context_keys_for_custom_policy(
    _ctx: &Visit<'_>,
    req: GetContextKeysForCustomPolicyInput,
) -> Result<ContextKeysOutput, Error> {
    Ok(context_keys(&given(req.policy_input_list)?))
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetContextKeysForPrincipalPolicy.html>
pub(crate) async fn get_context_keys_for_principal_policy(
    ctx: &Visit<'_>,
    req: GetContextKeysForPrincipalPolicyInput,
) -> Result<ContextKeysOutput, Error> {
    let (mut policies, _) = of_principal(ctx, &req.policy_source_arn)?;
    policies.extend(given(req.policy_input_list.unwrap_or_default())?);
    Ok(context_keys(&policies))
}

fn context_keys(policies: &[NamedPolicy]) -> ContextKeysOutput {
    let mut names: Vec<String> =
        policies.iter().flat_map(|(_, policy)| policy.context_keys()).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    ContextKeysOutput { context_key_names: names }
}

/// The policies of the user, group or role of that ARN, and its boundary.
fn of_principal(ctx: &Visit<'_>, arn: &str) -> Result<(Vec<NamedPolicy>, Option<Policy>), Error> {
    let invalid = || {
        Error::InvalidInput(format!(
            "Invalid Entity Arn: {arn} does not clearly define entity type and name."
        ))
    };
    let parsed = Arn::parse(arn).map_err(|_| invalid())?;
    let (kind, name) = parsed.resource.split_once('/').ok_or_else(invalid)?;
    let kind = match kind {
        "user" => IdentityKind::User,
        "group" => IdentityKind::Group,
        "role" => IdentityKind::Role,
        _ => return Err(invalid()),
    };
    let world = ctx.world();
    let name = name.rsplit('/').next().unwrap_or(name);
    let entity = existing(&world, &parsed.account, kind, name)?;
    let mut policies = Vec::new();
    let groups = entity
        .groups
        .iter()
        .filter_map(|group| world.identity(&parsed.account, IdentityKind::Group, group));
    for owner in std::iter::once(&entity).chain(groups) {
        let noun = crate::visit::noun(owner.kind);
        for (name, policy) in owner.inline_policies() {
            policies.push((format!("{noun}_{}_{name}", owner.name), policy.clone()));
        }
        for managed in owner.attached.iter().filter_map(|arn| world.policy(arn)) {
            policies.push((managed.name.clone(), managed.policy.clone()));
        }
    }
    let boundary = entity.boundary.as_deref().and_then(|arn| world.policy(arn));
    Ok((policies, boundary.map(|managed| managed.policy.clone())))
}

fn given(texts: Vec<String>) -> Result<Vec<NamedPolicy>, Error> {
    let parsed = texts.iter().enumerate().map(|(place, text)| {
        let policy = Policy::parse(text, Kind::Inline)
            .map_err(|malformed| Error::InvalidInput(malformed.to_string()))?;
        Ok((format!("PolicyInputList.{}", place + 1), policy))
    });
    parsed.collect()
}

fn boundary(texts: Option<Vec<String>>) -> Result<Option<Policy>, Error> {
    let policies = given(texts.unwrap_or_default())?;
    Ok(policies.into_iter().next().map(|(_, policy)| policy))
}

fn resource_policy(text: Option<String>) -> Result<Option<Policy>, Error> {
    let parsed = text.map(|text| Policy::parse(&text, Kind::Resource));
    parsed.transpose().map_err(|malformed| Error::InvalidInput(malformed.to_string()))
}

fn context(entries: Option<Vec<ContextEntry>>) -> Context {
    let mut context = Context::new();
    for entry in entries.unwrap_or_default() {
        if let Some(name) = entry.context_key_name {
            context.set_all(&name, entry.context_key_values.unwrap_or_default());
        }
    }
    context
}

fn answer(
    ctx: &Visit<'_>,
    simulation: &Simulation,
    marker: Option<&str>,
    max_items: Option<i32>,
) -> Result<SimulatePolicyOutput, Error> {
    let pairs = simulation
        .actions
        .iter()
        .flat_map(|action| simulation.resources.iter().map(move |resource| (action, resource)));
    let results = pairs.enumerate().map(|(place, (action, resource))| {
        (format!("{place:06}"), simulation.result(action, resource))
    });
    let page = ctx.page("SimulatePolicy", results, marker, max_items)?;
    Ok(SimulatePolicyOutput {
        evaluation_results: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

impl Simulation {
    fn result(&self, action: &str, resource: &str) -> EvaluationResult {
        let request = Request { principal: &self.caller, action, resource, context: &self.context };
        let identity: Vec<Policy> =
            self.identity.iter().map(|(_, policy)| policy.clone()).collect();
        let owner = self
            .resource_owner
            .as_deref()
            .and_then(|owner| Arn::parse(owner).ok().map(|arn| arn.account));
        let policies = Policies {
            identity: &identity,
            boundary: self.boundary.as_ref(),
            resource: self.resource.as_ref(),
            resource_account: owner.as_deref(),
            ..Policies::default()
        };
        let decision = match evaluate(&request, &policies) {
            Verdict::Allowed => Decision::Allowed,
            Verdict::Denied(policy::Denial::Explicit(_)) => Decision::ExplicitDeny,
            Verdict::Denied(policy::Denial::Implicit(_)) => Decision::ImplicitDeny,
        };
        let bounded = self.boundary.as_ref().map(|policy| policy.matches(&request));
        EvaluationResult {
            eval_action_name: action.to_owned(),
            eval_resource_name: resource.to_owned(),
            eval_decision: decision,
            matched_statements: self.matched(&request, decision),
            missing_context_values: self.missing(),
            permissions_boundary_decision_detail: bounded.map(|matches| BoundaryDecision {
                allowed_by_permissions_boundary: matches.denies.is_empty()
                    && !matches.allows.is_empty(),
            }),
        }
    }

    /// The statements that made the decision: those that deny where it is a denial.
    fn matched(&self, request: &Request<'_>, decision: Decision) -> Vec<MatchedStatement> {
        let of_resource = self.resource.iter().map(|policy| ("ResourcePolicy", policy));
        let all = self.identity.iter().map(|(name, policy)| (name.as_str(), policy));
        all.chain(of_resource)
            .flat_map(|(name, policy)| {
                let matches = policy.matches(request);
                let found = match decision {
                    Decision::ExplicitDeny => matches.denies,
                    Decision::Allowed | Decision::ImplicitDeny => matches.allows,
                };
                found.into_iter().map(move |_| MatchedStatement {
                    source_policy_id: name.to_owned(),
                    source_policy_type: "IAM Policy".to_owned(),
                })
            })
            .collect()
    }

    /// The keys that policies ask for and the question doesn't have.
    fn missing(&self) -> Vec<String> {
        let all = self.identity.iter().map(|(_, policy)| policy).chain(&self.boundary);
        let mut keys: Vec<String> = all
            .flat_map(Policy::context_keys)
            .filter(|key| self.context.get(key).is_none())
            .map(str::to_owned)
            .collect();
        keys.sort();
        keys.dedup();
        keys
    }
}
