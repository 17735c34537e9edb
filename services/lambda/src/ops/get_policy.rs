use crate::errors::Error;
use crate::model::Policy;
use crate::visit::Visit;
use crate::wire::{GetPolicyOutput, QualifiedInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html>
pub(crate) async fn get_policy(
    ctx: &Visit<'_>,
    req: QualifiedInput,
) -> Result<GetPolicyOutput, Error> {
    let arn = ctx.arn(&req.function_name, req.qualifier.as_deref())?;
    let function = ctx.function(&arn).await?.value;
    let policy = function.policies.get(&arn.qualifier_key()).ok_or(Error::NoPolicy)?;
    Ok(GetPolicyOutput { policy: policy.text(), revision_id: policy.revision_id.clone() })
}

/// The policy that speaks of an ARN, for whoever decides who may call.
pub(crate) async fn policy_of(
    ctx: &Visit<'_>,
    resource_arn: &str,
) -> Result<Option<String>, Error> {
    // What isn't there, or is no function, has no policy.
    let Ok(arn) = ctx.arn(resource_arn, None) else { return Ok(None) };
    let Some(function) = ctx.room().tables().function(&arn).await? else { return Ok(None) };
    Ok(function.value.policies.get(&arn.qualifier_key()).map(Policy::text))
}
