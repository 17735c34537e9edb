use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Empty, LayerVersionInput};

/// Functions that use the version go on; none can begin to. What isn't there needn't be deleted.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_DeleteLayerVersion.html>
pub(crate) async fn delete_layer_version(
    ctx: &Visit<'_>,
    req: LayerVersionInput,
) -> Result<Empty, Error> {
    let arn = ctx.layer_arn(&req.layer_name)?;
    match ctx.layer_version(&arn, req.version_number).await {
        Ok((_, found)) => {
            // Whoever was faster has changed its policy or deleted it.
            ctx.room().commit(found.removal()).await?;
            Ok(Empty {})
        }
        Err(Error::LayerVersionNotFound) => Ok(Empty {}),
        Err(error) => Err(error),
    }
}
