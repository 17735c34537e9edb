use crate::arn::Qualifier;
use crate::describe;
use crate::errors::Error;
use crate::paging::{Listing, page_size};
use crate::visit::Visit;
use crate::wire::{ListVersionsByFunctionInput, ListVersionsByFunctionOutput};

/// `$LATEST` first, then the versions, oldest first.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html>
pub(crate) async fn list_versions_by_function(
    ctx: &Visit<'_>,
    req: ListVersionsByFunctionInput,
) -> Result<ListVersionsByFunctionOutput, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    let function = ctx.function(&arn).await?.value;
    let listing = Listing { operation: "ListVersionsByFunction", arguments: &[&arn.to_string()] };
    let position = listing.position(ctx, req.marker.as_deref())?;
    let after =
        position.map(|number| number.parse().map_err(|_| Error::InvalidMarker)).transpose()?;
    let size = page_size(req.max_items);
    // `$LATEST` stands where version 0 would.
    let mut found: Vec<(u64, _)> = Vec::new();
    if after.is_none() {
        found.push((0, function.latest));
    }
    found.extend(ctx.tables().versions(&arn, after, size + 1).await?);
    let next_marker = listing.cut(ctx, &mut found, size, |(number, _)| number.to_string());
    let show = |(number, settings)| {
        let version = if number == 0 { Qualifier::Latest } else { Qualifier::Version(number) };
        describe::configuration(&arn.qualified(version.clone()), &version, &settings)
    };
    Ok(ListVersionsByFunctionOutput {
        versions: found.into_iter().map(show).collect(),
        next_marker,
    })
}
