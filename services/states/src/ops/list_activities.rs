use crate::errors::Error;
use crate::paging::Listing;
use crate::visit::Visit;
use crate::wire::{ActivityListItem, ListActivitiesInput, ListActivitiesOutput};

/// By name.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListActivities.html>
pub(crate) async fn list_activities(
    ctx: &Visit<'_>,
    req: ListActivitiesInput,
) -> Result<ListActivitiesOutput, Error> {
    let listing = Listing { operation: "ListActivities", arguments: &[] };
    let after = listing.position(ctx, req.next_token.as_deref())?;
    let (scope, size) = (ctx.scope(), aws::page_size(req.max_results));
    let mut found = ctx.tables().activities(&scope, after.as_deref(), size + 1).await?;
    let next_token = listing.cut(ctx, &mut found, size, |(name, _)| name.clone());
    let items = found.into_iter().map(|(name, activity)| ActivityListItem {
        activity_arn: scope.activity(&name).to_string(),
        name,
        creation_date: activity.created_at.into(),
    });
    Ok(ListActivitiesOutput { activities: items.collect(), next_token })
}
