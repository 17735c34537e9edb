use crate::describe;
use crate::errors::Error;
use crate::paging::{Listing, page_size};
use crate::visit::Visit;
use crate::wire::{LayersListItem, ListLayersInput, ListLayersOutput};

/// By name, each with the newest of its versions that suits; a layer without one isn't listed.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_ListLayers.html>
pub(crate) async fn list_layers(
    ctx: &Visit<'_>,
    req: ListLayersInput,
) -> Result<ListLayersOutput, Error> {
    let runtime = req.compatible_runtime.as_deref();
    let architecture = req.compatible_architecture.map(|it| it.as_str());
    let arguments = [runtime.unwrap_or_default(), architecture.unwrap_or_default()];
    let listing = Listing { operation: "ListLayers", arguments: &arguments };
    let after = listing.position(ctx, req.marker.as_deref())?;
    let (size, scope) = (page_size(req.max_items), ctx.scope());

    let mut layers = Vec::new();
    for (name, _) in ctx.tables().layers(&scope, after.as_deref()).await? {
        let arn = scope.layer(&name);
        let versions = ctx.tables().layer_versions(&arn).await?;
        let newest = versions.into_iter().find(|(_, it)| it.suits(runtime, architecture));
        let Some((number, version)) = newest else { continue };
        layers.push(LayersListItem {
            layer_name: name,
            layer_arn: arn.to_string(),
            latest_matching_version: describe::listed_layer_version(&arn, number, version),
        });
        if size < layers.len() {
            break;
        }
    }
    let next_marker = listing.cut(ctx, &mut layers, size, |layer| layer.layer_name.clone());
    Ok(ListLayersOutput { layers, next_marker })
}
