use super::describe_replay::shown;
use crate::errors::Error;
use crate::paging::{Listing, one_filter};
use crate::visit::Visit;
use crate::wire::{ListReplaysInput, ListReplaysOutput, Replay};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListReplays.html>
pub(crate) async fn list_replays(
    ctx: &Visit<'_>,
    req: ListReplaysInput,
) -> Result<ListReplaysOutput, Error> {
    let ListReplaysInput { name_prefix, state, event_source_arn, next_token, limit } = req;
    one_filter(
        "ListReplays",
        [name_prefix.is_some(), event_source_arn.is_some(), state.is_some()],
    )?;
    let scope = ctx.scope();
    let prefix = name_prefix.unwrap_or_default();
    let source = event_source_arn.unwrap_or_default();
    let mut replays = ctx.tables().replays(&scope).await?;
    replays.retain(|(name, replay)| {
        name.starts_with(&prefix)
            && (source.is_empty() || source == replay.archive.arn())
            && state.is_none_or(|state| state == replay.state)
    });
    let listing = Listing {
        operation: "ListReplays",
        arguments: &[&prefix, &source, state.map_or("", |state| state.as_str())],
        next_token: next_token.as_deref(),
        limit,
    };
    let (page, next_token) = listing.page(ctx, replays)?;
    let replays = page.into_iter().map(|(_, replay)| Replay {
        replay_arn: None,
        description: None,
        destination: None,
        ..shown(&scope, replay)
    });
    Ok(ListReplaysOutput { replays: replays.collect(), next_token })
}
