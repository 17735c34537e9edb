use crate::actor::Actor;
use crate::describe;
use crate::errors::Error;
use crate::mappings::{self, Given, Source};
use crate::model::Mapping;
use crate::visit::{Commit, Visit};
use crate::wire::{EventSourceMappingConfiguration, UpdateEventSourceMappingInput};

/// What a request doesn't name stays as it is.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html>
pub(crate) async fn update_event_source_mapping(
    ctx: &Visit<'_>,
    req: UpdateEventSourceMappingInput,
) -> Result<EventSourceMappingConfiguration, Error> {
    let scope = ctx.scope();
    let function = match &req.function_name {
        Some(name) => {
            let arn = ctx.arn(name, None)?;
            ctx.room().target(&arn).await?;
            Some(arn.to_string())
        }
        None => None,
    };
    loop {
        let found = ctx.tables().mapping(&scope, &req.u_u_i_d).await?;
        let found = found.ok_or(Error::MappingNotFound)?;
        let mut mapping = found.value.clone();
        if let Some(function) = &function {
            mapping.function_arn.clone_from(function);
        }
        mapping.enabled = req.enabled.unwrap_or(mapping.enabled);
        if let Some(window) = req.maximum_batching_window_in_seconds {
            mapping.window_seconds = window.cast_unsigned();
        }
        let size = req.batch_size.or(Some(mapping.batch_size.cast_signed()));
        let window = Some(mapping.window_seconds.cast_signed());
        mapping.batch_size = mappings::batch_size(Source::of(&mapping.source_arn)?, size, window)?;
        if let Some(reading) = &mut mapping.stream {
            given(&req).change(reading)?;
        }
        if let Some(types) = &req.function_response_types {
            mapping.reports_item_failures = !types.is_empty();
        }
        if let Some(scaling) = req.scaling_config.clone() {
            mapping.concurrency_max = mappings::concurrency(Some(scaling));
        }
        if let Some(criteria) = req.filter_criteria.clone() {
            mapping.filters = mappings::filters(Some(criteria))?;
        }
        check_rights(ctx, &req, &mapping).await?;
        mapping.modified_at = ctx.now().as_millis();
        if ctx.room().commit(found.change(mapping.clone())).await? == Commit::Done {
            ctx.room().mappings.notify_one();
            return Ok(describe::mapping(&scope, &req.u_u_i_d, &mapping, "Updating"));
        }
    }
}

/// What the request says anew must be the role's right.
async fn check_rights(
    ctx: &Visit<'_>,
    req: &UpdateEventSourceMappingInput,
    mapping: &Mapping,
) -> Result<(), Error> {
    if req.function_name.is_none() && req.destination_config.is_none() {
        return Ok(());
    }
    let target = ctx.room().target(&ctx.room().function_of(mapping)?).await?;
    let actor = Actor::of(&target);
    match &mapping.stream {
        None => mappings::check_queue(ctx.room(), &target, &mapping.source_arn).await,
        Some(reading) => {
            mappings::stream_as_it_is(ctx.room(), &actor, &mapping.source_arn).await?;
            match &reading.on_failure {
                Some(destination) => ctx.room().check_destination(&actor, destination).await,
                None => Ok(()),
            }
        }
    }
}

fn given(req: &UpdateEventSourceMappingInput) -> Given<'_> {
    Given {
        maximum_retry_attempts: req.maximum_retry_attempts,
        maximum_record_age_in_seconds: req.maximum_record_age_in_seconds,
        bisect_batch_on_function_error: req.bisect_batch_on_function_error,
        parallelization_factor: req.parallelization_factor,
        tumbling_window_in_seconds: req.tumbling_window_in_seconds,
        destination_config: req.destination_config.as_ref(),
    }
}
