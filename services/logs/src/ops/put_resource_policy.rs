use store::Batch;

use crate::errors::Error;
use crate::model::Policy;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{PutResourcePolicyInput, PutResourcePolicyOutput, ResourcePolicy};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/cloudwatch_limits_cwl.html>
const POLICIES_MAX: usize = 10;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html>
pub(crate) async fn put_resource_policy(
    ctx: &Visit<'_>,
    req: PutResourcePolicyInput,
) -> Result<PutResourcePolicyOutput, Error> {
    let missing = |member| Error::parameter(format!("{member} is required.")); // By analogy.
    let name = req.policy_name.ok_or_else(|| missing("policyName"))?;
    let document = req.policy_document.ok_or_else(|| missing("policyDocument"))?;
    let scope = ctx.scope();
    let policies = ctx.tables().policies(&scope).await?;
    if POLICIES_MAX <= policies.len() && policies.iter().all(|(other, _)| *other != name) {
        return Err(Error::LimitExceeded);
    }
    let updated_at = ctx.now().as_millis();
    let mut batch = Batch::new();
    let policy = Policy { document: document.clone(), updated_at };
    tables::put_policy(&mut batch, &scope, &name, policy);
    ctx.commit(batch).await?;
    let resource_policy = ResourcePolicy {
        policy_name: name,
        policy_document: document,
        last_updated_time: updated_at,
    };
    Ok(PutResourcePolicyOutput { resource_policy })
}
