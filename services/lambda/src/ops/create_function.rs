use std::collections::BTreeMap;

use crate::arn::Qualifier;
use crate::errors::Error;
use crate::model::{Function, Settings};
use crate::tags::{self, Tags};
use crate::visit::{Commit, Visit};
use crate::wire::{CreateFunctionInput, FunctionConfiguration, PackageType};
use crate::{describe, layers, settings, tables};

const HANDLER_MISSING: &str =
    "Runtime and Handler are mandatory parameters for functions created with deployment packages.";

/// A function is `Active` at once: there is nothing to prepare that its first invocation couldn't do.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>
pub(crate) async fn create_function(
    ctx: &Visit<'_>,
    req: CreateFunctionInput,
) -> Result<FunctionConfiguration, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    if req.package_type == Some(PackageType::Image) {
        return Err(Error::invalid(
            "Container images aren't available in this house: upload a zip file",
        ));
    }
    let (Some(runtime), Some(handler)) = (req.runtime, req.handler) else {
        return Err(Error::invalid(HANDLER_MISSING));
    };
    let runtime = settings::runtime(runtime)?;
    if ctx.tables().function(&arn).await?.is_some() {
        return Err(Error::FunctionExists(arn.name));
    }
    ctx.check_role(&arn, &req.role)?;
    let mut latest = Settings {
        runtime,
        role: req.role,
        handler,
        description: req.description.unwrap_or_default(),
        timeout_seconds: req.timeout.unwrap_or(3).cast_unsigned(),
        memory_mb: req.memory_size.unwrap_or(128).cast_unsigned(),
        environment: match req.environment {
            Some(given) => settings::environment(ctx, given)?,
            None => BTreeMap::new(),
        },
        dead_letter: req.dead_letter_config.map(settings::dead_letter).transpose()?.flatten(),
        traces_actively: req.tracing_config.and_then(|it| it.mode)
            == Some(crate::wire::TracingMode::Active),
        architecture: settings::architecture(req.architectures.as_deref()),
        ephemeral_storage_mb: req.ephemeral_storage.map_or(512, |it| it.size).cast_unsigned(),
        log_group: req.logging_config.map(settings::log_group).transpose()?.flatten(),
        subnet_ids: Vec::new(),
        security_group_ids: Vec::new(),
        code: settings::code(ctx, req.code).await?,
        modified_at: 0,
        revision_id: String::new(),
        layers: layers::used(ctx, req.layers.as_deref().unwrap_or_default()).await?,
    };
    layers::fit(ctx, &latest.code, &latest.layers).await?;
    ctx.check_dead_letter(&arn, &latest).await?;
    if let Some(vpc) = req.vpc_config {
        settings::set_vpc(&mut latest, vpc);
    }
    ctx.revise(&mut latest);
    let is_published = req.publish == Some(true);
    let tags = req.tags.unwrap_or_default();
    tags::check(&tags)?;
    let function = new_function(latest, is_published, tags);
    let mut batch = tables::creation(&arn, &function);
    let version = match is_published {
        true => {
            tables::put_version(&mut batch, &arn, 1, &function.latest);
            Qualifier::Version(1)
        }
        false => Qualifier::Latest,
    };
    match ctx.room().commit(batch).await? {
        Commit::Done => Ok(describe::configuration(&arn, &version, &function.latest)),
        Commit::Raced => Err(Error::FunctionExists(arn.name)),
    }
}

fn new_function(latest: Settings, is_published: bool, tags: Tags) -> Function {
    Function {
        last_version: u64::from(is_published),
        published: is_published.then_some(1),
        reserved_concurrency: None,
        tags,
        aliases: BTreeMap::new(),
        policies: BTreeMap::new(),
        event_configs: BTreeMap::new(),
        urls: BTreeMap::new(),
        changes: 0,
        latest,
    }
}
