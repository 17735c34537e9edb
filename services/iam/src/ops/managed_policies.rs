use std::sync::Arc;

use policy::Kind as PolicyKind;

use super::{count, date, is_under};
use crate::errors::Error;
use crate::ids;
use crate::managed;
use crate::tables::{Kind, ManagedPolicy, PolicyVersion};
use crate::visit::{
    Visit, check_name, check_policy, checked_path, checked_tags, dense_bytes, shown_tags,
};
use crate::wire::{
    self, CreatePolicyInput, Empty, EntityFilter, ListEntitiesForPolicyInput,
    ListEntitiesForPolicyOutput, ListPoliciesInput, ListPoliciesOutput, PolicyGroup, PolicyInput,
    PolicyOutput, PolicyRole, PolicyScope, PolicyUsage, PolicyUser,
};
use crate::world::{Managed, World};

/// Bytes of a managed policy, white space not counted.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const POLICY_BYTES_MAX: usize = 6_144;

pub(super) fn check_document(text: &str) -> Result<(), Error> {
    check_policy(text, PolicyKind::Managed)?;
    if dense_bytes(text) <= POLICY_BYTES_MAX {
        return Ok(());
    }
    Err(Error::LimitExceeded(format!("Cannot exceed quota for PolicySize: {POLICY_BYTES_MAX}")))
}

/// The managed policy of that ARN, or `NoSuchEntity`.
pub(super) fn existing(world: &World, arn: &str) -> Result<Arc<Managed>, Error> {
    world.policy(arn).ok_or_else(|| Error::NoSuchPolicy(arn.to_owned()))
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>
pub(crate) async fn create_policy(
    ctx: &Visit<'_>,
    req: CreatePolicyInput,
) -> Result<PolicyOutput, Error> {
    check_name("policyName", &req.policy_name)?;
    check_document(&req.policy_document)?;
    let now = ctx.now().as_millis();
    let version =
        PolicyVersion { number: 1, document: req.policy_document, created_at_millis: now };
    let policy = ManagedPolicy {
        name: req.policy_name,
        path: checked_path(req.path)?,
        id: ids::unique("ANPA", &mut ctx.entropy()),
        description: req.description,
        created_at_millis: now,
        updated_at_millis: now,
        tags: checked_tags(req.tags.unwrap_or_default())?,
        versions: vec![version],
        default_version: 1,
        last_version: 1,
    };
    let arn =
        crate::arn::named(ctx.partition(), ctx.account(), "policy", &policy.path, &policy.name);
    ctx.change(|change| {
        // A policy's name is taken on any path.
        let mut policies = change.world.policies(ctx.account());
        if policies.any(|(_, other)| other.name.eq_ignore_ascii_case(&policy.name)) {
            return Err(Error::PolicyAlreadyExists(policy.name));
        }
        drop(policies);
        change.put_policy(&arn, policy)?;
        Ok(())
    })
    .await?;
    let world = ctx.world();
    let policy = existing(&world, &arn)?;
    // The description isn't told here, and tags only where there are some (moto, verified against AWS:
    // policy_resource_returns_subset_of_available_attributes).
    let shown = shown(ctx, &world, &arn, &policy);
    let tags = shown.tags.filter(|tags| !tags.is_empty());
    Ok(PolicyOutput { policy: wire::Policy { description: None, tags, ..shown } })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html>
pub(crate) async fn get_policy(ctx: &Visit<'_>, req: PolicyInput) -> Result<PolicyOutput, Error> {
    let world = ctx.world();
    let policy = existing(&world, &req.policy_arn)?;
    Ok(PolicyOutput { policy: shown(ctx, &world, &req.policy_arn, &policy) })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html>
pub(crate) async fn list_policies(
    ctx: &Visit<'_>,
    req: ListPoliciesInput,
) -> Result<ListPoliciesOutput, Error> {
    let world = ctx.world();
    let scope = req.scope.unwrap_or(PolicyScope::All);
    let own = world.policies(ctx.account()).map(|(arn, policy)| (arn.clone(), Arc::clone(policy)));
    let own = own.filter(|_| scope != PolicyScope::Aws);
    let of_aws = managed::all().filter(|_| scope != PolicyScope::Local);
    let policies = of_aws.chain(own).filter_map(|(arn, policy)| {
        let shown =
            wire::Policy { description: None, tags: None, ..shown(ctx, &world, &arn, &policy) };
        let uses = match req.policy_usage_filter {
            Some(PolicyUsage::Policy) => shown.attachment_count,
            Some(PolicyUsage::Boundary) => shown.permissions_boundary_usage_count,
            None => shown.attachment_count + shown.permissions_boundary_usage_count,
        };
        let wanted =
            (req.only_attached != Some(true) && req.policy_usage_filter.is_none()) || 0 < uses;
        (wanted && is_under(&policy.path, req.path_prefix.as_ref())).then_some((arn, shown))
    });
    let page = ctx.page("ListPolicies", policies, req.marker.as_deref(), req.max_items)?;
    Ok(ListPoliciesOutput {
        policies: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html>
pub(crate) async fn delete_policy(ctx: &Visit<'_>, req: PolicyInput) -> Result<Empty, Error> {
    ctx.change(|change| {
        let policy = existing(&change.world, &req.policy_arn)?;
        managed::refuse_change(&req.policy_arn)?;
        if 1 < policy.versions.len() {
            return Err(Error::PolicyHasVersions);
        }
        if change.world.uses(ctx.account(), &req.policy_arn) != (0, 0) {
            return Err(Error::PolicyIsAttached);
        }
        change.remove_policy(&req.policy_arn);
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html>
pub(crate) async fn list_entities_for_policy(
    ctx: &Visit<'_>,
    req: ListEntitiesForPolicyInput,
) -> Result<ListEntitiesForPolicyOutput, Error> {
    let world = ctx.world();
    existing(&world, &req.policy_arn)?;
    let wanted = match req.entity_filter {
        Some(EntityFilter::User) => Some(Kind::User),
        Some(EntityFilter::Group) => Some(Kind::Group),
        Some(EntityFilter::Role) => Some(Kind::Role),
        Some(EntityFilter::LocalManagedPolicy | EntityFilter::AwsManagedPolicy) | None => None,
    };
    let entities = world.everybody(ctx.account()).filter(|entity| {
        let attached = entity.attached.contains(&req.policy_arn);
        let bounded = entity.boundary.as_ref() == Some(&req.policy_arn);
        let used = match req.policy_usage_filter {
            Some(PolicyUsage::Policy) => attached,
            Some(PolicyUsage::Boundary) => bounded,
            None => attached || bounded,
        };
        used && wanted.is_none_or(|kind| entity.kind == kind)
            && is_under(&entity.path, req.path_prefix.as_ref())
    });
    let entities = entities.map(|entity| (entity.id.clone(), Arc::clone(entity)));
    let mut entities: Vec<_> = entities.collect();
    entities.sort_by(|(one, _), (other, _)| one.cmp(other));
    let page = ctx.page("ListEntitiesForPolicy", entities, req.marker.as_deref(), req.max_items)?;
    let mut output = ListEntitiesForPolicyOutput {
        policy_groups: Vec::new(),
        policy_users: Vec::new(),
        policy_roles: Vec::new(),
        is_truncated: page.is_truncated,
        marker: page.marker,
    };
    for entity in page.items {
        let (name, id) = (entity.name.clone(), entity.id.clone());
        match entity.kind {
            Kind::User => output.policy_users.push(PolicyUser { user_name: name, user_id: id }),
            Kind::Group => {
                output.policy_groups.push(PolicyGroup { group_name: name, group_id: id })
            }
            Kind::Role => output.policy_roles.push(PolicyRole { role_name: name, role_id: id }),
        }
    }
    Ok(output)
}

fn shown(ctx: &Visit<'_>, world: &World, arn: &str, policy: &ManagedPolicy) -> wire::Policy {
    let (attached, bounding) = world.uses(ctx.account(), arn);
    wire::Policy {
        policy_name: policy.name.clone(),
        policy_id: policy.id.clone(),
        arn: arn.to_owned(),
        path: policy.path.clone(),
        default_version_id: format!("v{}", policy.default_version),
        attachment_count: count(attached),
        permissions_boundary_usage_count: count(bounding),
        is_attachable: true,
        description: policy.description.clone(),
        create_date: date(policy.created_at_millis),
        update_date: date(policy.updated_at_millis),
        tags: Some(shown_tags(&policy.tags)),
    }
}
