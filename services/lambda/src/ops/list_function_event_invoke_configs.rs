use std::ops::Bound;

use crate::describe;
use crate::errors::Error;
use crate::paging::{Listing, page_size};
use crate::visit::Visit;
use crate::wire::{ListFunctionEventInvokeConfigsInput, ListFunctionEventInvokeConfigsOutput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionEventInvokeConfigs.html>
pub(crate) async fn list_function_event_invoke_configs(
    ctx: &Visit<'_>,
    req: ListFunctionEventInvokeConfigsInput,
) -> Result<ListFunctionEventInvokeConfigsOutput, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    let function = ctx.function(&arn).await?.value;
    let name = arn.to_string();
    let listing = Listing { operation: "ListFunctionEventInvokeConfigs", arguments: &[&name] };
    let after = listing.position(ctx, req.marker.as_deref())?;
    let after = after.map_or(Bound::Unbounded, Bound::Excluded);
    let size = page_size(req.max_items);
    let configs = function.event_configs.range((after, Bound::Unbounded)).take(size + 1);
    let mut configs: Vec<_> = configs.collect();
    let next_marker = listing.cut(ctx, &mut configs, size, |(key, _)| (*key).clone());
    let show = |(key, config): (&String, _)| describe::event_config(&arn, key, config);
    Ok(ListFunctionEventInvokeConfigsOutput {
        function_event_invoke_configs: configs.into_iter().map(show).collect(),
        next_marker,
    })
}
