use crate::arn::Qualifier;
use crate::errors::Error;
use crate::visit::{Visit, is_revision};
use crate::wire::{FunctionCode, FunctionConfiguration, UpdateFunctionCodeInput};
use crate::{describe, layers, settings, tables};

/// Requests that run go on with the old code; the next one finds the new.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html>
pub(crate) async fn update_function_code(
    ctx: &Visit<'_>,
    req: UpdateFunctionCodeInput,
) -> Result<FunctionConfiguration, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    let function = ctx.function(&arn).await?.value;
    is_revision(req.revision_id.as_deref(), &function.latest.revision_id)?;
    let given = FunctionCode {
        zip_file: req.zip_file,
        s3_bucket: req.s3_bucket,
        s3_key: req.s3_key,
        s3_object_version: req.s3_object_version,
        image_uri: req.image_uri,
    };
    let code = settings::code(ctx, given).await?;
    layers::fit(ctx, &code, &function.latest.layers).await?;
    let architecture = req.architectures.and_then(|list| list.first().copied());
    if req.dry_run == Some(true) {
        let mut latest = function.latest;
        latest.code = code;
        return Ok(describe::configuration(&arn, &Qualifier::Latest, &latest));
    }
    let (version, function) = ctx
        .change(&arn, |function, batch| {
            is_revision(req.revision_id.as_deref(), &function.latest.revision_id)?;
            if let Some(architecture) = architecture {
                architecture.as_str().clone_into(&mut function.latest.architecture);
            }
            function.latest.code = code.clone();
            function.published = None;
            ctx.revise(&mut function.latest);
            if req.publish != Some(true) {
                return Ok(Qualifier::Latest);
            }
            function.last_version += 1;
            function.published = Some(function.last_version);
            tables::put_version(batch, &arn, function.last_version, &function.latest);
            Ok(Qualifier::Version(function.last_version))
        })
        .await?;
    ctx.room().fleet.retire(&arn);
    Ok(describe::configuration(&arn, &version, &function.latest))
}
