use crate::arn::Qualifier;
use crate::describe;
use crate::errors::Error;
use crate::paging::{Listing, page_size};
use crate::visit::Visit;
use crate::wire::{ListFunctionsInput, ListFunctionsOutput};

/// By name; with `FunctionVersion=ALL` each is followed by its versions, and a page may be longer for them.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html>
pub(crate) async fn list_functions(
    ctx: &Visit<'_>,
    req: ListFunctionsInput,
) -> Result<ListFunctionsOutput, Error> {
    let all = req.function_version.map_or("", |all| all.as_str());
    let listing = Listing { operation: "ListFunctions", arguments: &[all] };
    let after = listing.position(ctx, req.marker.as_deref())?;
    let (size, scope) = (page_size(req.max_items), ctx.scope());
    let mut found = ctx.tables().functions(&scope, after.as_deref(), size + 1).await?;
    let next_marker = listing.cut(ctx, &mut found, size, |(name, _)| name.clone());
    let mut functions = Vec::new();
    for (name, function) in found {
        let arn = scope.function(&name);
        if req.function_version.is_none() {
            functions.push(describe::configuration(&arn, &Qualifier::Latest, &function.latest));
            continue;
        }
        let latest = arn.qualified(Qualifier::Latest);
        functions.push(describe::configuration(&latest, &Qualifier::Latest, &function.latest));
        for (number, settings) in ctx.tables().versions(&arn, None, usize::MAX).await? {
            let version = Qualifier::Version(number);
            let arn = arn.qualified(version.clone());
            functions.push(describe::configuration(&arn, &version, &settings));
        }
    }
    Ok(ListFunctionsOutput { functions, next_marker })
}
