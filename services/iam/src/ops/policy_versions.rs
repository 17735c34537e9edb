use super::date;
use super::managed_policies::{check_document, existing};
use crate::errors::Error;
use crate::managed;
use crate::tables::{self, ManagedPolicy};
use crate::visit::{Visit, url_encoded};
use crate::wire::{
    CreatePolicyVersionInput, Empty, ListPolicyVersionsInput, ListPolicyVersionsOutput,
    PolicyVersion, PolicyVersionInput, PolicyVersionOutput,
};

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const VERSIONS_MAX: usize = 5;

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html>
pub(crate) async fn create_policy_version(
    ctx: &Visit<'_>,
    req: CreatePolicyVersionInput,
) -> Result<PolicyVersionOutput, Error> {
    check_document(&req.policy_document)?;
    let now = ctx.now().as_millis();
    ctx.change(|change| {
        let mut policy: ManagedPolicy = (**existing(&change.world, &req.policy_arn)?).clone();
        managed::refuse_change(&req.policy_arn)?;
        if VERSIONS_MAX <= policy.versions.len() {
            return Err(Error::LimitExceeded(
                "A managed policy can have up to 5 versions. Before you create a new version, you must delete an \
                 existing version."
                    .to_owned(),
            ));
        }
        let number = policy.last_version + 1;
        policy.last_version = number;
        policy.updated_at_millis = now;
        let document = req.policy_document;
        let version = tables::PolicyVersion { number, document, created_at_millis: now };
        if req.set_as_default == Some(true) {
            policy.default_version = number;
        }
        let mut shown = shown(&policy, &version);
        shown.document = None;
        policy.versions.push(version);
        change.put_policy(&req.policy_arn, policy)?;
        Ok(PolicyVersionOutput { policy_version: shown })
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html>
pub(crate) async fn get_policy_version(
    ctx: &Visit<'_>,
    req: PolicyVersionInput,
) -> Result<PolicyVersionOutput, Error> {
    let policy = existing(&ctx.world(), &req.policy_arn)?;
    let number = number(&policy, &req)?;
    let version = policy.version(number).ok_or_else(|| no_such(&req))?;
    Ok(PolicyVersionOutput { policy_version: shown(&policy, version) })
}

/// Newest first.
///
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html>
pub(crate) async fn list_policy_versions(
    ctx: &Visit<'_>,
    req: ListPolicyVersionsInput,
) -> Result<ListPolicyVersionsOutput, Error> {
    let policy = existing(&ctx.world(), &req.policy_arn)?;
    let versions = policy.versions.iter().rev().enumerate().map(|(place, version)| {
        let listed = PolicyVersion { document: None, ..shown(&policy, version) };
        (place.to_string(), listed)
    });
    let page = ctx.page("ListPolicyVersions", versions, req.marker.as_deref(), req.max_items)?;
    Ok(ListPolicyVersionsOutput {
        versions: page.items,
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicyVersion.html>
pub(crate) async fn delete_policy_version(
    ctx: &Visit<'_>,
    req: PolicyVersionInput,
) -> Result<Empty, Error> {
    change_versions(ctx, req, |policy, number| {
        if number == policy.default_version {
            return Err(Error::IsDefaultVersion);
        }
        policy.versions.retain(|version| version.number != number);
        Ok(())
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetDefaultPolicyVersion.html>
pub(crate) async fn set_default_policy_version(
    ctx: &Visit<'_>,
    req: PolicyVersionInput,
) -> Result<Empty, Error> {
    let now = ctx.now().as_millis();
    change_versions(ctx, req, |policy, number| {
        policy.default_version = number;
        policy.updated_at_millis = now;
        Ok(())
    })
    .await
}

async fn change_versions(
    ctx: &Visit<'_>,
    req: PolicyVersionInput,
    act: impl FnOnce(&mut ManagedPolicy, u32) -> Result<(), Error>,
) -> Result<Empty, Error> {
    ctx.change(|change| {
        let mut policy: ManagedPolicy = (**existing(&change.world, &req.policy_arn)?).clone();
        managed::refuse_change(&req.policy_arn)?;
        let number = number(&policy, &req)?;
        act(&mut policy, number)?;
        change.put_policy(&req.policy_arn, policy)?;
        Ok(Empty {})
    })
    .await
}

/// The number of `v3`, which must be there.
fn number(policy: &ManagedPolicy, req: &PolicyVersionInput) -> Result<u32, Error> {
    let number = req.version_id.strip_prefix('v').and_then(|number| number.parse().ok());
    number.filter(|number| policy.version(*number).is_some()).ok_or_else(|| no_such(req))
}

fn no_such(req: &PolicyVersionInput) -> Error {
    Error::NoSuchVersion(req.policy_arn.clone(), req.version_id.clone())
}

fn shown(policy: &ManagedPolicy, version: &tables::PolicyVersion) -> PolicyVersion {
    PolicyVersion {
        document: Some(url_encoded(&version.document)),
        version_id: format!("v{}", version.number),
        is_default_version: version.number == policy.default_version,
        create_date: date(version.created_at_millis),
    }
}
