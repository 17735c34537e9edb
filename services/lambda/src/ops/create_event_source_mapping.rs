use std::sync::Arc;

use store::Batch;

use crate::actor::Actor;
use crate::describe;
use crate::errors::Error;
use crate::mappings::{self, Given, Source};
use crate::model::Mapping;
use crate::tables;
use crate::tags;
use crate::visit::Visit;
use crate::wire::{CreateEventSourceMappingInput, EventSourceMappingConfiguration};

/// Queues of SQS and streams of DynamoDB.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html>
pub(crate) async fn create_event_source_mapping(
    ctx: &Visit<'_>,
    req: CreateEventSourceMappingInput,
) -> Result<EventSourceMappingConfiguration, Error> {
    let source_arn = req.event_source_arn.clone().unwrap_or_default();
    let source = Source::of(&source_arn)?;
    let arn = ctx.arn(&req.function_name, None)?;
    let target = ctx.room().target(&arn).await?;
    let actor = Actor::of(&target);
    let function_arn = arn.to_string();
    let all = ctx.tables().mappings(&ctx.scope(), None, usize::MAX).await?;
    let same = |mapping: &Mapping| {
        mapping.source_arn == source_arn && mapping.function_arn == function_arn
    };
    if let Some((id, _)) = all.into_iter().find(|(_, mapping)| same(mapping)) {
        return Err(Error::MappingExists { source_arn, function: arn.name, id });
    }
    let stream = match source {
        Source::Queue => {
            mappings::check_queue(ctx.room(), &target, &source_arn).await?;
            None
        }
        Source::Stream => Some(given(&req).begin(req.starting_position)?),
    };
    let tags = req.tags.clone().unwrap_or_default();
    tags::check(&tags)?;
    let window_seconds = req.maximum_batching_window_in_seconds;
    let mapping = Mapping {
        batch_size: mappings::batch_size(source, req.batch_size, window_seconds)?,
        window_seconds: window_seconds.unwrap_or(0).cast_unsigned(),
        reports_item_failures: req.function_response_types.is_some_and(|types| !types.is_empty()),
        concurrency_max: mappings::concurrency(req.scaling_config),
        filters: mappings::filters(req.filter_criteria)?,
        source_arn,
        function_arn,
        enabled: req.enabled.unwrap_or(true),
        modified_at: ctx.now().as_millis(),
        stream,
        tags,
    };
    let (scope, id) = (ctx.scope(), ctx.house().uuid());
    let mut batch = Batch::new();
    if let Some(reading) = &mapping.stream {
        let last = mappings::stream_as_it_is(ctx.room(), &actor, &mapping.source_arn).await?;
        if let Some(destination) = &reading.on_failure {
            ctx.room().check_destination(&actor, destination).await?;
        }
        for (shard, number) in last.iter().filter(|_| reading.starting_position == "LATEST") {
            tables::put_position(&mut batch, &scope.mapping(&id), shard, number);
        }
    }
    tables::put_mapping(&mut batch, &scope, &id, &mapping);
    ctx.room().commit(batch).await?;
    Arc::clone(ctx.room()).mappings.notify_one();
    Ok(describe::mapping(&scope, &id, &mapping, "Creating"))
}

fn given(req: &CreateEventSourceMappingInput) -> Given<'_> {
    Given {
        maximum_retry_attempts: req.maximum_retry_attempts,
        maximum_record_age_in_seconds: req.maximum_record_age_in_seconds,
        bisect_batch_on_function_error: req.bisect_batch_on_function_error,
        parallelization_factor: req.parallelization_factor,
        tumbling_window_in_seconds: req.tumbling_window_in_seconds,
        destination_config: req.destination_config.as_ref(),
    }
}
