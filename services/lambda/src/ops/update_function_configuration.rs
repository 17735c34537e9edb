use crate::arn::Qualifier;
use crate::errors::Error;
use crate::visit::{Visit, is_revision};
use crate::wire::{FunctionConfiguration, TracingMode, UpdateFunctionConfigurationInput};
use crate::{describe, layers, settings};

/// What a request doesn't name stays as it is.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html>
pub(crate) async fn update_function_configuration(
    ctx: &Visit<'_>,
    req: UpdateFunctionConfigurationInput,
) -> Result<FunctionConfiguration, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    let layers = match &req.layers {
        Some(arns) => {
            let used = layers::used(ctx, arns).await?;
            layers::fit(ctx, &ctx.function(&arn).await?.value.latest.code, &used).await?;
            Some(used)
        }
        None => None,
    };
    if let Some(role) = &req.role {
        ctx.check_role(&arn, role)?;
    }
    let runtime = req.runtime.map(settings::runtime).transpose()?;
    let environment = req.environment.map(|given| settings::environment(ctx, given)).transpose()?;
    let dead_letter = req.dead_letter_config.map(settings::dead_letter).transpose()?;
    if let Some(Some(_)) = &dead_letter {
        let mut settings = ctx.function(&arn).await?.value.latest;
        set(&mut settings.role, req.role.clone());
        set(&mut settings.dead_letter, dead_letter.clone());
        ctx.check_dead_letter(&arn, &settings).await?;
    }
    let log_group = req.logging_config.map(settings::log_group).transpose()?;
    let traces = req.tracing_config.and_then(|given| given.mode);
    let ((), function) = ctx
        .change(&arn, |function, _| {
            let latest = &mut function.latest;
            is_revision(req.revision_id.as_deref(), &latest.revision_id)?;
            set(&mut latest.runtime, runtime.clone());
            set(&mut latest.role, req.role.clone());
            set(&mut latest.handler, req.handler.clone());
            set(&mut latest.description, req.description.clone());
            set(&mut latest.timeout_seconds, req.timeout.map(i32::cast_unsigned));
            set(&mut latest.memory_mb, req.memory_size.map(i32::cast_unsigned));
            set(&mut latest.environment, environment.clone());
            set(&mut latest.dead_letter, dead_letter.clone());
            set(&mut latest.log_group, log_group.clone());
            set(&mut latest.traces_actively, traces.map(|mode| mode == TracingMode::Active));
            let storage = req.ephemeral_storage.as_ref().map(|it| it.size.cast_unsigned());
            set(&mut latest.ephemeral_storage_mb, storage);
            set(&mut latest.layers, layers.clone());
            if let Some(vpc) = req.vpc_config.clone() {
                settings::set_vpc(latest, vpc);
            }
            ctx.revise(latest);
            function.published = None;
            Ok(())
        })
        .await?;
    ctx.room().fleet.retire(&arn);
    Ok(describe::configuration(&arn, &Qualifier::Latest, &function.latest))
}

fn set<T>(setting: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *setting = given;
    }
}
