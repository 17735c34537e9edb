use std::ops::Bound;

use crate::describe;
use crate::errors::Error;
use crate::paging::{Listing, page_size};
use crate::visit::Visit;
use crate::wire::{ListFunctionUrlConfigsInput, ListFunctionUrlConfigsOutput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionUrlConfigs.html>
pub(crate) async fn list_function_url_configs(
    ctx: &Visit<'_>,
    req: ListFunctionUrlConfigsInput,
) -> Result<ListFunctionUrlConfigsOutput, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    let function = ctx.function(&arn).await?.value;
    let name = arn.to_string();
    let listing = Listing { operation: "ListFunctionUrlConfigs", arguments: &[&name] };
    let after = listing.position(ctx, req.marker.as_deref())?;
    let after = after.map_or(Bound::Unbounded, Bound::Excluded);
    let size = page_size(req.max_items);
    let mut configs: Vec<_> =
        function.urls.range((after, Bound::Unbounded)).take(size + 1).collect();
    let next_marker = listing.cut(ctx, &mut configs, size, |(key, _)| (*key).clone());
    let show = |(key, config): (&String, _)| describe::url_config(ctx, &arn, key, config);
    Ok(ListFunctionUrlConfigsOutput {
        function_url_configs: configs.into_iter().map(show).collect(),
        next_marker,
    })
}
