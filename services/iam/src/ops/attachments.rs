//! Managed policies that users, groups and roles have.

use super::{is_under, of_each_kind};
use crate::errors::Error;
use crate::tables::Kind;
use crate::visit::{Visit, existing, named};
use crate::wire::{
    AttachedPolicy, AttachmentInput, Empty, ListAttachedPoliciesOutput, ListOfIdentityInput,
};

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const ATTACHED_MAX: usize = 10;

of_each_kind! {
    attach_user_policy = attach(User, AttachmentInput) -> Empty;
    attach_group_policy = attach(Group, AttachmentInput) -> Empty;
    attach_role_policy = attach(Role, AttachmentInput) -> Empty;
    detach_user_policy = detach(User, AttachmentInput) -> Empty;
    detach_group_policy = detach(Group, AttachmentInput) -> Empty;
    detach_role_policy = detach(Role, AttachmentInput) -> Empty;
    list_attached_user_policies = list(User, ListOfIdentityInput) -> ListAttachedPoliciesOutput;
    list_attached_group_policies = list(Group, ListOfIdentityInput) -> ListAttachedPoliciesOutput;
    list_attached_role_policies = list(Role, ListOfIdentityInput) -> ListAttachedPoliciesOutput;
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html>
async fn attach(ctx: &Visit<'_>, kind: Kind, req: AttachmentInput) -> Result<Empty, Error> {
    let name = named(kind, req.user_name, req.group_name, req.role_name)?;
    ctx.change(|change| {
        let mut identity = (**existing(&change.world, ctx.account(), kind, &name)?).clone();
        if change.world.policy(&req.policy_arn).is_none() {
            return Err(Error::PolicyNotAttachable(req.policy_arn));
        }
        if identity.attached.contains(&req.policy_arn) {
            return Ok(Empty {});
        }
        if ATTACHED_MAX <= identity.attached.len() {
            let quota = match kind {
                Kind::User => "PoliciesPerUser",
                Kind::Group => "PoliciesPerGroup",
                Kind::Role => "PoliciesPerRole",
            };
            return Err(Error::LimitExceeded(format!(
                "Cannot exceed quota for {quota}: {ATTACHED_MAX}"
            )));
        }
        identity.attached.push(req.policy_arn);
        change.put_identity(identity)?;
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html>
async fn detach(ctx: &Visit<'_>, kind: Kind, req: AttachmentInput) -> Result<Empty, Error> {
    let name = named(kind, req.user_name, req.group_name, req.role_name)?;
    ctx.change(|change| {
        let mut identity = (**existing(&change.world, ctx.account(), kind, &name)?).clone();
        let before = identity.attached.len();
        identity.attached.retain(|arn| *arn != req.policy_arn);
        if identity.attached.len() == before {
            return Err(Error::NotAttached(req.policy_arn));
        }
        change.put_identity(identity)?;
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html>
async fn list(
    ctx: &Visit<'_>,
    kind: Kind,
    req: ListOfIdentityInput,
) -> Result<ListAttachedPoliciesOutput, Error> {
    let name = named(kind, req.user_name, req.group_name, req.role_name)?;
    let world = ctx.world();
    let identity = existing(&world, ctx.account(), kind, &name)?;
    let attached = identity.attached.iter().enumerate().filter_map(|(place, arn)| {
        let policy = world.policy(arn)?;
        let shown = AttachedPolicy { policy_name: policy.name.clone(), policy_arn: arn.clone() };
        is_under(&policy.path, req.path_prefix.as_ref()).then(|| (format!("{place:02}"), shown))
    });
    let page = ctx.page("ListAttachedPolicies", attached, req.marker.as_deref(), req.max_items)?;
    Ok(ListAttachedPoliciesOutput {
        attached_policies: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}
