use crate::arn::MachineArn;
use crate::errors::Error;
use crate::paging::Listing;
use crate::visit::{Visit, unqualified};
use crate::wire::{
    ListStateMachineVersionsInput, ListStateMachineVersionsOutput, StateMachineVersionListItem,
};

/// Newest first. A machine that doesn't exist has none.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineVersions.html>
pub(crate) async fn list_state_machine_versions(
    ctx: &Visit<'_>,
    req: ListStateMachineVersionsInput,
) -> Result<ListStateMachineVersionsOutput, Error> {
    let arn = MachineArn::parse(&req.state_machine_arn)?;
    unqualified(&arn)?;
    let arguments = [req.state_machine_arn.as_str()];
    let listing = Listing { operation: "ListStateMachineVersions", arguments: &arguments };
    let before = match listing.position(ctx, req.next_token.as_deref())? {
        None => None,
        Some(number) => Some(number.parse().map_err(|_| Error::InvalidPageToken)?),
    };
    let size = aws::page_size(req.max_results);
    let mut found = ctx.tables().versions(&arn, before, size + 1).await?;
    let next_token = listing.cut(ctx, &mut found, size, |(number, _)| number.to_string());
    let items = found.into_iter().map(|(number, version)| StateMachineVersionListItem {
        state_machine_version_arn: arn.version(number).to_string(),
        creation_date: version.created_at.into(),
    });
    Ok(ListStateMachineVersionsOutput { state_machine_versions: items.collect(), next_token })
}
