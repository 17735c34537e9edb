use std::collections::BTreeMap;

use store::Batch;

use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{GetQueueAttributesInput, GetQueueAttributesOutput};

/// Attributes that a queue may have and this one hasn't set.
const OPTIONAL: [&str; 9] = [
    "Policy",
    "RedrivePolicy",
    "RedriveAllowPolicy",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "FifoQueue",
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoThroughputLimit",
];

/// The counts are exact, where AWS's are approximate.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html>
pub(crate) async fn get_queue_attributes(
    ctx: &Visit<'_>,
    req: GetQueueAttributesInput,
) -> Result<GetQueueAttributesOutput, Error> {
    let queue = ctx.queue(req.queue_url)?;
    let mut all: BTreeMap<String, String> = {
        let mut state = queue.enter()?;
        let mut batch = Batch::new();
        state.advance(ctx.now(), &mut batch);
        if !batch.is_empty() {
            // Nobody waits for what is too old to be gone from the disk.
            drop(ctx.store().commit(batch));
        }
        let (record, counts) = (&state.record, state.shelf.counts());
        let seconds = |at: base::Timestamp| (at.as_millis() / 1000).to_string();
        let more = [
            ("QueueArn", queue.arn.to_string()),
            ("CreatedTimestamp", seconds(record.created_at)),
            ("LastModifiedTimestamp", seconds(record.modified_at)),
            ("ApproximateNumberOfMessages", counts.visible.to_string()),
            ("ApproximateNumberOfMessagesNotVisible", counts.in_flight.to_string()),
            ("ApproximateNumberOfMessagesDelayed", counts.delayed.to_string()),
        ];
        let attributes = record.settings.attributes().into_iter().chain(more);
        attributes.map(|(name, value)| (name.to_owned(), value)).collect()
    };
    let names = req.attribute_names.unwrap_or_default();
    if !names.iter().any(|name| name == "All") {
        let is_known = |name: &String| all.contains_key(name) || OPTIONAL.contains(&name.as_str());
        if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
            return Err(Error::InvalidAttributeName(unknown.clone()));
        }
        all.retain(|name, _| names.contains(name));
    }
    Ok(GetQueueAttributesOutput { attributes: Some(all).filter(|all| !all.is_empty()) })
}
