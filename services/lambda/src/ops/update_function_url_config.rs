use super::create_function_url_config::{cors, is_signed};
use crate::describe;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{FunctionUrlConfig, InvokeMode, UpdateFunctionUrlConfigInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionUrlConfig.html>
pub(crate) async fn update_function_url_config(
    ctx: &Visit<'_>,
    req: UpdateFunctionUrlConfigInput,
) -> Result<FunctionUrlConfig, Error> {
    let arn = ctx.arn(&req.function_name, req.qualifier.as_deref())?;
    let key = arn.qualifier_key();
    let (config, _) = ctx
        .change(&arn, |function, _| {
            let config = function.urls.get_mut(&key).ok_or(Error::NoUrl)?;
            if let Some(auth_type) = req.auth_type {
                config.is_signed = is_signed(auth_type);
            }
            if let Some(mode) = req.invoke_mode {
                config.streams = mode == InvokeMode::ResponseStream;
            }
            if let Some(given) = &req.cors {
                config.cors = Some(cors(given.clone()));
            }
            config.modified_at = ctx.now().as_millis();
            Ok(config.clone())
        })
        .await?;
    Ok(describe::url_config(ctx, &arn, &key, &config))
}
