use crate::arn::FunctionArn;
use crate::describe;
use crate::errors::Error;
use crate::model::{Cors, UrlConfig};
use crate::tables;
use crate::visit::Visit;
use crate::wire::{
    self, CreateFunctionUrlConfigInput, FunctionUrlAuthType, FunctionUrlConfig, InvokeMode,
};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html>
pub(crate) async fn create_function_url_config(
    ctx: &Visit<'_>,
    req: CreateFunctionUrlConfigInput,
) -> Result<FunctionUrlConfig, Error> {
    let arn = ctx.arn(&req.function_name, req.qualifier.as_deref())?;
    ctx.room().target(&arn).await?;
    let (key, now) = (arn.qualifier_key(), ctx.now().as_millis());
    let config = UrlConfig {
        // As many letters as AWS's have.
        id: ctx.house().uuid().replace('-', ""),
        is_signed: is_signed(req.auth_type),
        streams: req.invoke_mode == Some(InvokeMode::ResponseStream),
        cors: req.cors.map(cors),
        created_at: now,
        modified_at: now,
    };
    ctx.change(&arn, |function, batch| {
        if function.urls.contains_key(&key) {
            return Err(Error::UrlExists(arn.clone()));
        }
        function.urls.insert(key.clone(), config.clone());
        tables::put_url(batch, &config.id, &led_to(&arn));
        Ok(())
    })
    .await?;
    Ok(describe::url_config(ctx, &arn, &key, &config))
}

/// The address of `$LATEST` is that of the function.
fn led_to(arn: &FunctionArn) -> FunctionArn {
    match arn.qualifier_key().as_str() {
        crate::arn::LATEST => arn.unqualified(),
        _ => arn.clone(),
    }
}

pub(super) fn is_signed(auth_type: FunctionUrlAuthType) -> bool {
    auth_type == FunctionUrlAuthType::AwsIam
}

pub(super) fn cors(given: wire::Cors) -> Cors {
    Cors {
        allows_credentials: given.allow_credentials,
        headers: given.allow_headers.unwrap_or_default(),
        methods: given.allow_methods.unwrap_or_default(),
        origins: given.allow_origins.unwrap_or_default(),
        exposed_headers: given.expose_headers.unwrap_or_default(),
        max_age_seconds: given.max_age,
    }
}
