use crate::arn::Qualifier;
use crate::errors::Error;
use crate::model::Code;
use crate::visit::{Visit, is_revision};
use crate::wire::{FunctionConfiguration, PublishVersionInput};
use crate::{describe, tables};

/// What hasn't changed since it was published is not published again.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html>
pub(crate) async fn publish_version(
    ctx: &Visit<'_>,
    req: PublishVersionInput,
) -> Result<FunctionConfiguration, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    if let Some(number) = ctx.function(&arn).await?.value.published
        && let Some(settings) = ctx.tables().version(&arn, number).await?
    {
        let version = Qualifier::Version(number);
        let versioned = arn.qualified(version.clone());
        return Ok(describe::configuration(&versioned, &version, &settings));
    }
    let ((number, settings), _) = ctx
        .change(&arn, |function, batch| {
            is_revision(req.revision_id.as_deref(), &function.latest.revision_id)?;
            if let (Some(asked), Code::Zip { sha256, .. }) =
                (&req.code_sha256, &function.latest.code)
                && asked != sha256
            {
                return Err(Error::invalid(format!(
                    "CodeSHA256 ({asked}) is different from current CodeSHA256 in $LATEST ({sha256}). Please try again with the CodeSHA256 in $LATEST."
                )));
            }
            let mut settings = function.latest.clone();
            if let Some(description) = &req.description {
                settings.description.clone_from(description);
            }
            settings.revision_id = ctx.house().uuid();
            function.last_version += 1;
            function.published = Some(function.last_version);
            tables::put_version(batch, &arn, function.last_version, &settings);
            Ok((function.last_version, settings))
        })
        .await?;
    let version = Qualifier::Version(number);
    Ok(describe::configuration(&arn.qualified(version.clone()), &version, &settings))
}
