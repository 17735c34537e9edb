use crate::describe;
use crate::errors::Error;
use crate::paging::{Listing, page_size};
use crate::visit::Visit;
use crate::wire::{ListLayerVersionsInput, ListLayerVersionsOutput};

/// Newest first.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_ListLayerVersions.html>
pub(crate) async fn list_layer_versions(
    ctx: &Visit<'_>,
    req: ListLayerVersionsInput,
) -> Result<ListLayerVersionsOutput, Error> {
    let arn = ctx.layer_arn(&req.layer_name)?;
    let runtime = req.compatible_runtime.as_deref();
    let architecture = req.compatible_architecture.map(|it| it.as_str());
    let name = arn.to_string();
    let arguments = [&*name, runtime.unwrap_or_default(), architecture.unwrap_or_default()];
    let listing = Listing { operation: "ListLayerVersions", arguments: &arguments };
    let after = listing.position(ctx, req.marker.as_deref())?;
    let after: u64 = after.and_then(|number| number.parse().ok()).unwrap_or(u64::MAX);

    let mut found = ctx.tables().layer_versions(&arn).await?;
    found.retain(|(number, version)| *number < after && version.suits(runtime, architecture));
    let size = page_size(req.max_items);
    let next_marker = listing.cut(ctx, &mut found, size, |(number, _)| number.to_string());
    let show = |(number, version)| describe::listed_layer_version(&arn, number, version);
    Ok(ListLayerVersionsOutput {
        layer_versions: found.into_iter().map(show).collect(),
        next_marker,
    })
}
