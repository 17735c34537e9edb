use event_pattern::Pattern;

use crate::archive;
use crate::errors::Error;
use crate::identifier::{ArchiveName, BusName};
use crate::model::Archive;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{ArchiveOutput, ArchiveState, CreateArchiveInput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateArchive.html>
pub(crate) async fn create_archive(
    ctx: &Visit<'_>,
    req: CreateArchiveInput,
) -> Result<ArchiveOutput, Error> {
    let pattern = checked(req.event_pattern)?;
    let bus = BusName::of_arn(&req.event_source_arn).ok_or_else(|| {
        let reason = "Must contain an event bus ARN."; // By analogy.
        Error::validation(format!("Parameter EventSourceArn is not valid. Reason: {reason}"))
    })?;
    ctx.bus(Some(&req.event_source_arn)).await?;
    // Buses of other accounts and regions aren't the request's to keep events of.
    if bus.scope != ctx.scope() {
        return Err(Error::BusNotFound(bus.name));
    }
    let name = ArchiveName { scope: ctx.scope(), name: req.archive_name };
    let archive = Archive {
        bus,
        description: req.description,
        pattern,
        retention_days: req.retention_days.unwrap_or_default(),
        kms_key_id: req.kms_key_identifier,
        created_at: ctx.now(),
    };
    let reply = output(&name, &archive);
    let mut batch = tables::archive_creation(&name, archive.clone());
    put_rule(ctx, &mut batch, &name, &archive)?;
    match ctx.commit(batch).await? {
        Commit::Done => Ok(reply),
        Commit::Raced => Err(Error::ArchiveExists(name.name)),
    }
}

/// The pattern of a request, which may be an empty text for none.
pub(super) fn checked(pattern: Option<String>) -> Result<Option<String>, Error> {
    let pattern = pattern.filter(|pattern| !pattern.is_empty());
    if let Some(pattern) = &pattern {
        Pattern::parse(pattern)?;
    }
    Ok(pattern)
}

/// Adds the rule by which the archive gets its events.
pub(super) fn put_rule(
    ctx: &Visit<'_>,
    batch: &mut store::Batch,
    name: &ArchiveName,
    archive: &Archive,
) -> Result<(), Error> {
    let rule = archive::rule(name, archive.pattern.as_deref(), ctx.request.account())?;
    ctx.listen(&archive.bus, rule.pattern.as_deref());
    tables::put_managed_rule(batch, &archive::rule_name(&archive.bus, name), rule);
    Ok(())
}

pub(super) fn output(name: &ArchiveName, archive: &Archive) -> ArchiveOutput {
    ArchiveOutput {
        archive_arn: name.arn(),
        state: ArchiveState::Enabled,
        creation_time: archive.created_at.into(),
    }
}
