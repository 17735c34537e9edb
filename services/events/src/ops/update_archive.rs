use super::create_archive::{checked, output, put_rule};
use crate::errors::Error;
use crate::model::Archive;
use crate::visit::{Commit, Visit};
use crate::wire::{ArchiveOutput, UpdateArchiveInput};

/// What a request leaves out stays as it is.
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateArchive.html>
pub(crate) async fn update_archive(
    ctx: &Visit<'_>,
    req: UpdateArchiveInput,
) -> Result<ArchiveOutput, Error> {
    let pattern = checked(req.event_pattern)?;
    loop {
        let (name, found) = ctx.archive(&req.archive_name).await?;
        let old = &found.value;
        let archive = Archive {
            description: req.description.clone().or_else(|| old.description.clone()),
            pattern: pattern.clone().or_else(|| old.pattern.clone()),
            retention_days: req.retention_days.unwrap_or(old.retention_days),
            kms_key_id: req.kms_key_identifier.clone().or_else(|| old.kms_key_id.clone()),
            ..old.clone()
        };
        let mut batch = found.change(archive.clone());
        put_rule(ctx, &mut batch, &name, &archive)?;
        if ctx.commit(batch).await? == Commit::Done {
            return Ok(output(&name, &archive));
        }
    }
}
