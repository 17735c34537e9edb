use crate::errors::Error;
use crate::identifier::ArchiveName;
use crate::model;
use crate::tables::Volume;
use crate::visit::Visit;
use crate::wire::{Archive, ArchiveInput, ArchiveState};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeArchive.html>
pub(crate) async fn describe_archive(ctx: &Visit<'_>, req: ArchiveInput) -> Result<Archive, Error> {
    let (name, found) = ctx.archive(&req.archive_name).await?;
    let volume = ctx.tables().volume(&name).await?;
    Ok(shown(&name, found.value, volume))
}

pub(super) fn shown(name: &ArchiveName, archive: model::Archive, volume: Volume) -> Archive {
    Archive {
        archive_arn: Some(name.arn()),
        archive_name: name.name.clone(),
        event_source_arn: archive.bus.arn(),
        description: archive.description,
        event_pattern: archive.pattern,
        state: ArchiveState::Enabled,
        kms_key_identifier: archive.kms_key_id,
        retention_days: archive.retention_days,
        size_bytes: volume.bytes,
        event_count: volume.events,
        creation_time: archive.created_at.into(),
    }
}
