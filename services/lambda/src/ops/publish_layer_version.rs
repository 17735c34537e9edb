use crate::describe;
use crate::errors::Error;
use crate::model::{LayerVersion, Policy};
use crate::settings;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{LayerVersionOutput, PublishLayerVersionInput};

/// Each is a version of its own, also when nothing has changed.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html>
pub(crate) async fn publish_layer_version(
    ctx: &Visit<'_>,
    req: PublishLayerVersionInput,
) -> Result<LayerVersionOutput, Error> {
    let arn = ctx.layer_arn(&req.layer_name)?;
    let architectures = req.compatible_architectures.unwrap_or_default();
    let version = LayerVersion {
        description: req.description.unwrap_or_default(),
        code: settings::code(ctx, req.content).await?,
        runtimes: req.compatible_runtimes.unwrap_or_default(),
        architectures: architectures.iter().map(|it| it.as_str().to_owned()).collect(),
        license: req.license_info,
        created_at: ctx.now().as_millis(),
        policy: Policy::default(),
    };
    loop {
        let found = ctx.tables().layer(&arn).await?;
        let (number, batch) = tables::next_layer_version(&arn, found.as_ref(), &version);
        if ctx.room().commit(batch).await? == Commit::Done {
            return Ok(describe::layer_version(ctx, &arn, number, version));
        }
    }
}
