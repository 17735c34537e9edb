use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{DescribeResourcePoliciesInput, DescribeResourcePoliciesOutput, ResourcePolicy};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeResourcePolicies.html>
pub(crate) async fn describe_resource_policies(
    ctx: &Visit<'_>,
    _req: DescribeResourcePoliciesInput,
) -> Result<DescribeResourcePoliciesOutput, Error> {
    let policies = ctx.tables().policies(&ctx.scope()).await?;
    let resource_policies = policies.into_iter().map(|(policy_name, policy)| ResourcePolicy {
        policy_name,
        policy_document: policy.document,
        last_updated_time: policy.updated_at,
    });
    Ok(DescribeResourcePoliciesOutput { resource_policies: resource_policies.collect() })
}
