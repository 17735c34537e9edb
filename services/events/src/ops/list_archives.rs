use super::describe_archive::shown;
use crate::errors::Error;
use crate::identifier::ArchiveName;
use crate::paging::{Listing, one_filter};
use crate::visit::Visit;
use crate::wire::{Archive, ArchiveState, ListArchivesInput, ListArchivesOutput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListArchives.html>
pub(crate) async fn list_archives(
    ctx: &Visit<'_>,
    req: ListArchivesInput,
) -> Result<ListArchivesOutput, Error> {
    let ListArchivesInput { name_prefix, event_source_arn, state, next_token, limit } = req;
    let given = [name_prefix.is_some(), event_source_arn.is_some(), state.is_some()];
    one_filter("ListArchives", given)?;
    let scope = ctx.scope();
    let prefix = name_prefix.unwrap_or_default();
    let source = event_source_arn.unwrap_or_default();
    let state = state.unwrap_or(ArchiveState::Enabled);
    let mut archives = ctx.tables().archives(&scope).await?;
    archives.retain(|(name, archive)| {
        name.starts_with(&prefix)
            && (source.is_empty() || source == archive.bus.arn())
            && state == ArchiveState::Enabled
    });
    let listing = Listing {
        operation: "ListArchives",
        arguments: &[&prefix, &source, state.as_str()],
        next_token: next_token.as_deref(),
        limit,
    };
    let (page, next_token) = listing.page(ctx, archives)?;
    let mut archives = Vec::new();
    for (name, archive) in page {
        let name = ArchiveName { scope: scope.clone(), name };
        let volume = ctx.tables().volume(&name).await?;
        archives.push(Archive {
            archive_arn: None,
            description: None,
            event_pattern: None,
            kms_key_identifier: None,
            ..shown(&name, archive, volume)
        });
    }
    Ok(ListArchivesOutput { archives, next_token })
}
