use crate::describe;
use crate::errors::Error;
use crate::layers;
use crate::visit::Visit;
use crate::wire::{GetLayerVersionByArnInput, LayerVersionInput, LayerVersionOutput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersion.html>
pub(crate) async fn get_layer_version(
    ctx: &Visit<'_>,
    req: LayerVersionInput,
) -> Result<LayerVersionOutput, Error> {
    let arn = ctx.layer_arn(&req.layer_name)?;
    let (number, found) = ctx.layer_version(&arn, req.version_number).await?;
    Ok(describe::layer_version(ctx, &arn, number, found.value))
}

/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetLayerVersionByArn.html>
pub(crate) async fn get_layer_version_by_arn(
    ctx: &Visit<'_>,
    req: GetLayerVersionByArnInput,
) -> Result<LayerVersionOutput, Error> {
    let (arn, number) = layers::parse(&req.arn)?;
    let (number, found) = ctx.layer_version(&arn, number.cast_signed()).await?;
    Ok(describe::layer_version(ctx, &arn, number, found.value))
}
