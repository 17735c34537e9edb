use std::collections::BTreeMap;
use std::sync::Arc;

use super::{count, date, instance_profiles, shown_boundary};
use crate::errors::Error;
use crate::tables::{Identity, Kind, ManagedPolicy};
use crate::visit::{Visit, shown_tags, url_encoded};
use crate::wire::{
    AccountAliasInput, AttachedPolicy, Empty, EntityFilter, GetAccountAuthorizationDetailsInput,
    GetAccountAuthorizationDetailsOutput, GetAccountSummaryOutput, GroupDetail,
    ListAccountAliasesOutput, ManagedPolicyDetail, PageInput, PolicyDetail, PolicyVersion,
    RoleDetail, RoleLastUsed, UserDetail,
};
use crate::world::{Entity, Managed, World};

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html>
pub(crate) async fn create_account_alias(
    ctx: &Visit<'_>,
    req: AccountAliasInput,
) -> Result<Empty, Error> {
    let alias = req.account_alias;
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !alias.bytes().all(letter) || alias.starts_with('-') || alias.ends_with('-') {
        return Err(Error::Validation(format!(
            "1 validation error detected: Value '{alias}' at 'accountAlias' failed to satisfy constraint: Member must \
             satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){{1,61}}[a-z0-9]$"
        )));
    }
    ctx.change(|change| {
        let owner = change.world.aliases.iter().find(|(_, taken)| **taken == alias);
        if owner.is_some_and(|(account, _)| account != ctx.account()) {
            return Err(Error::EntityAlreadyExists { kind: "Account Alias", name: alias });
        }
        change.put_alias(alias);
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccountAlias.html>
pub(crate) async fn delete_account_alias(
    ctx: &Visit<'_>,
    req: AccountAliasInput,
) -> Result<Empty, Error> {
    ctx.change(|change| {
        if change.world.aliases.get(ctx.account()) != Some(&req.account_alias) {
            let name = req.account_alias;
            return Err(Error::NoSuchEntity { kind: "account alias", name });
        }
        change.remove_alias();
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccountAliases.html>
pub(crate) async fn list_account_aliases(
    ctx: &Visit<'_>,
    _req: PageInput,
) -> Result<ListAccountAliasesOutput, Error> {
    let account_aliases = ctx.world().aliases.get(ctx.account()).cloned().into_iter().collect();
    Ok(ListAccountAliasesOutput { account_aliases, is_truncated: false })
}

/// Counts of what there is, and the quotas that are enforced here.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html>
pub(crate) async fn get_account_summary(
    ctx: &Visit<'_>,
    _req: Empty,
) -> Result<GetAccountSummaryOutput, Error> {
    let (world, account) = (ctx.world(), ctx.account());
    let of_kind = |kind| count(world.identities(account, kind).count());
    let policies: Vec<_> = world.policies(account).collect();
    let versions = policies.iter().map(|(_, policy)| policy.versions.len()).sum();
    let profiles = world.profiles.keys().filter(|(its, _)| its == account).count();
    let root_keys =
        world.access_keys.values().any(|key| key.arn.ends_with(&format!(":{account}:root")));
    let entries = [
        ("Users", of_kind(Kind::User)),
        ("Groups", of_kind(Kind::Group)),
        ("Roles", of_kind(Kind::Role)),
        ("Policies", count(policies.len())),
        ("PolicyVersionsInUse", count(versions)),
        ("InstanceProfiles", count(profiles)),
        ("AccountAccessKeysPresent", i32::from(root_keys)),
        ("AccessKeysPerUserQuota", 2),
        ("AttachedPoliciesPerUserQuota", 10),
        ("AttachedPoliciesPerGroupQuota", 10),
        ("AttachedPoliciesPerRoleQuota", 10),
        ("VersionsPerPolicyQuota", 5),
        ("PolicySizeQuota", 6_144),
        ("UserPolicySizeQuota", 2_048),
        ("GroupPolicySizeQuota", 5_120),
    ];
    let entries = entries.into_iter().map(|(name, number)| (name.to_owned(), number));
    Ok(GetAccountSummaryOutput { summary_map: entries.collect::<BTreeMap<_, _>>() })
}

/// What a page of the details holds.
enum Item {
    Entity(Arc<Entity>),
    Policy(String, Arc<Managed>),
}

/// AWS's managed policies are among the policies only where they are asked for by their filter or attached.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>
pub(crate) async fn get_account_authorization_details(
    ctx: &Visit<'_>,
    req: GetAccountAuthorizationDetailsInput,
) -> Result<GetAccountAuthorizationDetailsOutput, Error> {
    let (world, account) = (ctx.world(), ctx.account());
    let filter = req.filter.unwrap_or_default();
    let wants = |kind| filter.is_empty() || filter.contains(&kind);
    let entities = world.everybody(account).filter(|entity| {
        wants(match entity.kind {
            Kind::User => EntityFilter::User,
            Kind::Group => EntityFilter::Group,
            Kind::Role => EntityFilter::Role,
        })
    });
    let mut items: Vec<(String, Item)> = entities
        .map(|entity| (format!("0 {}", entity.id), Item::Entity(Arc::clone(entity))))
        .collect();
    let mut policies: BTreeMap<String, Arc<Managed>> = BTreeMap::new();
    if wants(EntityFilter::LocalManagedPolicy) {
        let own = world.policies(account);
        policies.extend(own.map(|(arn, policy)| (arn.clone(), Arc::clone(policy))));
    }
    if wants(EntityFilter::AwsManagedPolicy) {
        let attached = world.everybody(account).flat_map(|entity| &entity.attached);
        let of_aws = attached.filter(|arn| arn.contains(":iam::aws:policy/"));
        policies.extend(of_aws.filter_map(|arn| Some((arn.clone(), world.policy(arn)?))));
    }
    let listed = |(arn, policy): (String, _)| (format!("1 {arn}"), Item::Policy(arn, policy));
    items.extend(policies.into_iter().map(listed));
    items.sort_by(|(one, _), (other, _)| one.cmp(other));
    let operation = "GetAccountAuthorizationDetails";
    let page = ctx.page(operation, items, req.marker.as_deref(), req.max_items)?;
    let mut output = GetAccountAuthorizationDetailsOutput {
        user_detail_list: Vec::new(),
        group_detail_list: Vec::new(),
        role_detail_list: Vec::new(),
        policies: Vec::new(),
        is_truncated: page.is_truncated,
        marker: page.marker,
    };
    for item in page.items {
        match item {
            Item::Policy(arn, policy) => {
                output.policies.push(policy_detail(ctx, &world, arn, &policy));
            }
            Item::Entity(entity) => match entity.kind {
                Kind::User => output.user_detail_list.push(user_detail(ctx, &world, &entity)),
                Kind::Group => output.group_detail_list.push(group_detail(ctx, &world, &entity)),
                Kind::Role => output.role_detail_list.push(role_detail(ctx, &world, &entity)),
            },
        }
    }
    Ok(output)
}

fn inline(identity: &Identity) -> Vec<PolicyDetail> {
    let detail = |(name, document): (&String, &String)| PolicyDetail {
        policy_name: name.clone(),
        policy_document: url_encoded(document),
    };
    identity.inline.iter().map(detail).collect()
}

fn attached(world: &World, identity: &Identity) -> Vec<AttachedPolicy> {
    let known = identity.attached.iter().filter_map(|arn| Some((arn, world.policy(arn)?)));
    known
        .map(|(arn, policy)| AttachedPolicy {
            policy_name: policy.name.clone(),
            policy_arn: arn.clone(),
        })
        .collect()
}

fn user_detail(ctx: &Visit<'_>, world: &World, user: &Entity) -> UserDetail {
    UserDetail {
        path: user.path.clone(),
        user_name: user.name.clone(),
        user_id: user.id.clone(),
        arn: crate::arn::identity(ctx.partition(), user),
        create_date: date(user.created_at_millis),
        user_policy_list: inline(user),
        group_list: user.groups.iter().cloned().collect(),
        attached_managed_policies: attached(world, user),
        permissions_boundary: shown_boundary(user),
        tags: shown_tags(&user.tags),
    }
}

fn group_detail(ctx: &Visit<'_>, world: &World, group: &Entity) -> GroupDetail {
    GroupDetail {
        path: group.path.clone(),
        group_name: group.name.clone(),
        group_id: group.id.clone(),
        arn: crate::arn::identity(ctx.partition(), group),
        create_date: date(group.created_at_millis),
        group_policy_list: inline(group),
        attached_managed_policies: attached(world, group),
    }
}

fn role_detail(ctx: &Visit<'_>, world: &World, role: &Entity) -> RoleDetail {
    let trust = role.role.as_ref().map(|role| role.trust.as_str()).unwrap_or_default();
    RoleDetail {
        path: role.path.clone(),
        role_name: role.name.clone(),
        role_id: role.id.clone(),
        arn: crate::arn::identity(ctx.partition(), role),
        create_date: date(role.created_at_millis),
        assume_role_policy_document: url_encoded(trust),
        instance_profile_list: instance_profiles::of_role(ctx, world, &role.name),
        role_policy_list: inline(role),
        attached_managed_policies: attached(world, role),
        permissions_boundary: shown_boundary(role),
        tags: shown_tags(&role.tags),
        role_last_used: RoleLastUsed {},
    }
}

fn policy_detail(
    ctx: &Visit<'_>,
    world: &World,
    arn: String,
    policy: &ManagedPolicy,
) -> ManagedPolicyDetail {
    let (attached, bounding) = world.uses(ctx.account(), &arn);
    let versions = policy.versions.iter().rev().map(|version| PolicyVersion {
        document: Some(url_encoded(&version.document)),
        version_id: format!("v{}", version.number),
        is_default_version: version.number == policy.default_version,
        create_date: date(version.created_at_millis),
    });
    ManagedPolicyDetail {
        policy_name: policy.name.clone(),
        policy_id: policy.id.clone(),
        arn,
        path: policy.path.clone(),
        default_version_id: format!("v{}", policy.default_version),
        attachment_count: count(attached),
        permissions_boundary_usage_count: count(bounding),
        is_attachable: true,
        description: policy.description.clone(),
        create_date: date(policy.created_at_millis),
        update_date: date(policy.updated_at_millis),
        policy_version_list: versions.collect(),
    }
}
