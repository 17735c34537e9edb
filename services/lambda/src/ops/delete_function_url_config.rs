use crate::errors::Error;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{Empty, FunctionUrlInput};

/// The address is never given to anybody again.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionUrlConfig.html>
pub(crate) async fn delete_function_url_config(
    ctx: &Visit<'_>,
    req: FunctionUrlInput,
) -> Result<Empty, Error> {
    let arn = ctx.arn(&req.function_name, req.qualifier.as_deref())?;
    ctx.change(&arn, |function, batch| {
        let config = function.urls.remove(&arn.qualifier_key()).ok_or(Error::NoUrl)?;
        tables::delete_url(batch, &config.id);
        Ok(())
    })
    .await?;
    Ok(Empty {})
}
