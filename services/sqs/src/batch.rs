//! What all batches have in common.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api-actions.html>

use std::collections::BTreeSet;

use crate::errors::Error;
use crate::limits::Limits;
use crate::visit::needed;
use crate::wire::{BatchOutput, BatchResultEntry, BatchResultErrorEntry};

const ID_LENGTH_MAX: usize = 80;

/// The entries of a batch, each with its id. `entry_name` is what AWS calls an entry.
pub(crate) fn entries<T>(
    limits: &Limits,
    entries: Option<Vec<T>>,
    entry_name: &'static str,
    id: impl Fn(&mut T) -> Option<String>,
) -> Result<Vec<(String, T)>, Error> {
    let entries = entries.unwrap_or_default();
    let (most, sent) = (limits.batch_entries_max, entries.len());
    if sent == 0 {
        return Err(Error::EmptyBatchRequest(entry_name));
    }
    if most < sent {
        return Err(Error::TooManyEntries { most, sent });
    }
    let mut named = Vec::with_capacity(sent);
    let mut ids = BTreeSet::new();
    for mut entry in entries {
        let id = needed(id(&mut entry), "Id")?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if id.is_empty() || ID_LENGTH_MAX < id.len() || !id.bytes().all(is_plain) {
            return Err(Error::InvalidBatchEntryId);
        }
        if !ids.insert(id.clone()) {
            return Err(Error::BatchEntryIdsNotDistinct(id));
        }
        named.push((id, entry));
    }
    Ok(named)
}

/// What became of each entry. Trouble of ours fails the whole batch.
pub(crate) fn output(
    outcomes: impl IntoIterator<Item = (String, Result<(), Error>)>,
) -> Result<BatchOutput, Error> {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (id, outcome) in outcomes {
        match outcome {
            Ok(()) => successful.push(BatchResultEntry { id }),
            Err(error) => failed.push(failure(id, error)?),
        }
    }
    Ok(BatchOutput { successful, failed: Some(failed).filter(|failed| !failed.is_empty()) })
}

/// Batches tell codes as the query protocol has them.
pub(crate) fn failure(id: String, error: Error) -> Result<BatchResultErrorEntry, Error> {
    match error {
        Error::Store(_) | Error::Wire(_) => Err(error),
        error => Ok(BatchResultErrorEntry {
            id,
            sender_fault: true,
            code: error.codes().1.to_owned(),
            message: Some(error.to_string()),
        }),
    }
}
