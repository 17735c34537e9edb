//! Policies that are part of a user, group or role.

use policy::Kind as PolicyKind;

use super::of_each_kind;
use crate::errors::Error;
use crate::tables::Kind;
use crate::visit::{
    Visit, check_inline, check_name, check_policy, existing, named, noun, url_encoded,
};
use crate::wire::{
    Empty, InlinePolicyInput, InlinePolicyOutput, ListInlinePoliciesOutput, ListOfIdentityInput,
    PutInlinePolicyInput,
};

of_each_kind! {
    put_user_policy = put_policy(User, PutInlinePolicyInput) -> Empty;
    put_group_policy = put_policy(Group, PutInlinePolicyInput) -> Empty;
    put_role_policy = put_policy(Role, PutInlinePolicyInput) -> Empty;
    get_user_policy = get_policy(User, InlinePolicyInput) -> InlinePolicyOutput;
    get_group_policy = get_policy(Group, InlinePolicyInput) -> InlinePolicyOutput;
    get_role_policy = get_policy(Role, InlinePolicyInput) -> InlinePolicyOutput;
    delete_user_policy = delete_policy(User, InlinePolicyInput) -> Empty;
    delete_group_policy = delete_policy(Group, InlinePolicyInput) -> Empty;
    delete_role_policy = delete_policy(Role, InlinePolicyInput) -> Empty;
    list_user_policies = list_policies(User, ListOfIdentityInput) -> ListInlinePoliciesOutput;
    list_group_policies = list_policies(Group, ListOfIdentityInput) -> ListInlinePoliciesOutput;
    list_role_policies = list_policies(Role, ListOfIdentityInput) -> ListInlinePoliciesOutput;
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html>
async fn put_policy(
    ctx: &Visit<'_>,
    kind: Kind,
    req: PutInlinePolicyInput,
) -> Result<Empty, Error> {
    let name = named(kind, req.user_name, req.group_name, req.role_name)?;
    check_name("policyName", &req.policy_name)?;
    check_policy(&req.policy_document, PolicyKind::Inline)?;
    ctx.change(|change| {
        let mut identity = (**existing(&change.world, ctx.account(), kind, &name)?).clone();
        identity.inline.insert(req.policy_name, req.policy_document);
        check_inline(&identity)?;
        change.put_identity(identity)?;
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html>
async fn get_policy(
    ctx: &Visit<'_>,
    kind: Kind,
    req: InlinePolicyInput,
) -> Result<InlinePolicyOutput, Error> {
    let (user_name, group_name, role_name) =
        (req.user_name.clone(), req.group_name.clone(), req.role_name.clone());
    let name = named(kind, req.user_name, req.group_name, req.role_name)?;
    let identity = existing(&ctx.world(), ctx.account(), kind, &name)?;
    let document = identity.inline.get(&req.policy_name);
    let document = document.ok_or_else(|| no_such(kind, &req.policy_name))?;
    let policy_document = url_encoded(document);
    let policy_name = req.policy_name;
    Ok(InlinePolicyOutput { user_name, group_name, role_name, policy_name, policy_document })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html>
async fn delete_policy(
    ctx: &Visit<'_>,
    kind: Kind,
    req: InlinePolicyInput,
) -> Result<Empty, Error> {
    let name = named(kind, req.user_name, req.group_name, req.role_name)?;
    ctx.change(|change| {
        let mut identity = (**existing(&change.world, ctx.account(), kind, &name)?).clone();
        let removed = identity.inline.remove(&req.policy_name);
        removed.ok_or_else(|| no_such(kind, &req.policy_name))?;
        change.put_identity(identity)?;
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html>
async fn list_policies(
    ctx: &Visit<'_>,
    kind: Kind,
    req: ListOfIdentityInput,
) -> Result<ListInlinePoliciesOutput, Error> {
    let name = named(kind, req.user_name, req.group_name, req.role_name)?;
    let identity = existing(&ctx.world(), ctx.account(), kind, &name)?;
    let names = identity.inline.keys().map(|name| (name.clone(), name.clone()));
    let page = ctx.page("ListPolicies of one", names, req.marker.as_deref(), req.max_items)?;
    Ok(ListInlinePoliciesOutput {
        policy_names: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

fn no_such(kind: Kind, name: &str) -> Error {
    Error::NoSuchInlinePolicy { kind: noun(kind), name: name.to_owned() }
}
