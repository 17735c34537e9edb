use crate::archive;
use crate::errors::Error;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{ArchiveInput, Empty};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteArchive.html>
pub(crate) async fn delete_archive(ctx: &Visit<'_>, req: ArchiveInput) -> Result<Empty, Error> {
    loop {
        let (name, found) = ctx.archive(&req.archive_name).await?;
        let mut batch = tables::archive_removal(&found, &name);
        tables::delete_managed_rule(&mut batch, &archive::rule_name(&found.value.bus, &name));
        if ctx.commit(batch).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
