use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{GetPolicyOutput, LayerVersionInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionPolicy.html>
pub(crate) async fn get_layer_version_policy(
    ctx: &Visit<'_>,
    req: LayerVersionInput,
) -> Result<GetPolicyOutput, Error> {
    let arn = ctx.layer_arn(&req.layer_name)?;
    let (_, found) = ctx.layer_version(&arn, req.version_number).await?;
    let policy = found.value.policy;
    if policy.statements.is_empty() {
        return Err(Error::NoPolicy);
    }
    Ok(GetPolicyOutput { policy: policy.text(), revision_id: policy.revision_id })
}
