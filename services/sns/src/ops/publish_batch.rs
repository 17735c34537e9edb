use std::collections::BTreeSet;

use crate::errors::Error;
use crate::model::is_fifo;
use crate::publishing::{GROUP_MISSING, Given, MESSAGE_BYTES_MAX, Publishing};
use crate::tables;
use crate::visit::Visit;
use crate::wire::{
    BatchResultErrorEntry, PublishBatchInput, PublishBatchOutput, PublishBatchRequestEntry,
    PublishBatchResultEntry,
};

const ENTRIES_MAX: usize = 10;

/// The entries that can be published are, in their order and in one batch.
///
/// <https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html>
pub(crate) async fn publish_batch(
    ctx: &Visit<'_>,
    req: PublishBatchInput,
) -> Result<PublishBatchOutput, Error> {
    if let Some(attempt) = ctx.request.attempt()
        && let Some(answer) = tables::attempt(ctx.store(), attempt).await?
    {
        return Ok(aws::decode(answer.as_bytes())?);
    }
    let entries = checked(req.publish_batch_request_entries)?;
    // A FIFO topic takes none of a batch that it couldn't order.
    if is_fifo(&req.topic_arn) && entries.iter().any(|(_, given)| given.group_id.is_none()) {
        return Err(Error::parameter(GROUP_MISSING));
    }
    let mut publishing = Publishing::begin(ctx, req.topic_arn).await?;
    let mut reply = PublishBatchOutput { successful: Vec::new(), failed: Vec::new() };
    for (id, given) in entries {
        if let Err(error) = publishing.check(&given) {
            let (code, message) = (error.codes().2.to_owned(), error.to_string());
            reply.failed.push(BatchResultErrorEntry { id, code, message, sender_fault: true });
            continue;
        }
        let published = publishing.publish(given).await?;
        reply.successful.push(PublishBatchResultEntry {
            id,
            message_id: published.message_id,
            sequence_number: published.sequence_number,
        });
    }
    publishing.end(&reply).await?;
    Ok(reply)
}

fn checked(entries: Vec<PublishBatchRequestEntry>) -> Result<Vec<(String, Given)>, Error> {
    if entries.is_empty() {
        return Err(Error::EmptyBatchRequest);
    }
    if ENTRIES_MAX < entries.len() {
        return Err(Error::TooManyEntries);
    }
    let mut ids = BTreeSet::new();
    if !entries.iter().all(|entry| ids.insert(entry.id.clone())) {
        return Err(Error::BatchEntryIdsNotDistinct);
    }
    let given = |entry: PublishBatchRequestEntry| {
        let given = Given {
            message: entry.message,
            subject: entry.subject,
            structure: entry.message_structure,
            attributes: entry.message_attributes.unwrap_or_default(),
            deduplication_id: entry.message_deduplication_id,
            group_id: entry.message_group_id,
        };
        (entry.id, given)
    };
    let entries: Vec<_> = entries.into_iter().map(given).collect();
    match entries.iter().map(|(_, given)| given.size()).sum::<usize>() {
        size if MESSAGE_BYTES_MAX < size => Err(Error::BatchRequestTooLong),
        _ => Ok(entries),
    }
}
