//! Pollers: what carries the messages of queues to functions.
//!
//! A mapping is a row; here is a task for each that is enabled. A message is deleted once its function has taken it,
//! so a crash makes it visible again and none is lost.
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>

mod batch;
mod poller;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base::Arn;
use event_pattern::Pattern;
use tokio::task::JoinSet;

use crate::Room;
use crate::errors::Error;
use crate::model::Mapping;
use crate::wire;

/// Messages of a batch, unless the mapping says otherwise.
const BATCH_SIZE: i32 = 10;
/// Messages of a batch that AWS gathers without a window.
const BATCH_SIZE_WITHOUT_WINDOW: i32 = 10;
/// The pause after the rows couldn't be read.
const PAUSE: Duration = Duration::from_secs(1);

/// Refuses sources that aren't polled here.
pub(crate) fn is_queue(arn: &str) -> Result<(), Error> {
    match Arn::parse(arn) {
        Ok(arn) if arn.service == "sqs" => Ok(()),
        Ok(_) | Err(_) => Err(Error::invalid(format!(
            "Unrecognized event source: this house polls queues of SQS, and {arn:?} isn't the ARN of one"
        ))),
    }
}

/// The size of batches, which has to be small where nothing is waited for.
pub(crate) fn batch_size(given: Option<i32>, window_seconds: Option<i32>) -> Result<u32, Error> {
    let size = given.unwrap_or(BATCH_SIZE);
    if BATCH_SIZE_WITHOUT_WINDOW < size && window_seconds.unwrap_or(0) == 0 {
        return Err(Error::invalid(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
        ));
    }
    Ok(size.cast_unsigned())
}

pub(crate) fn concurrency(given: Option<wire::ScalingConfig>) -> Option<u32> {
    given.and_then(|given| given.maximum_concurrency).map(i32::cast_unsigned)
}

/// The patterns of a request, each known to be one.
pub(crate) fn filters(given: Option<wire::FilterCriteria>) -> Result<Vec<String>, Error> {
    let filters = given.and_then(|given| given.filters).unwrap_or_default();
    let patterns: Vec<String> = filters.into_iter().filter_map(|filter| filter.pattern).collect();
    for pattern in &patterns {
        let invalid = |error| Error::invalid(format!("Invalid filter pattern definition. {error}"));
        Pattern::parse(pattern).map_err(invalid)?;
    }
    Ok(patterns)
}

/// What clients see of a mapping that nothing is being done to.
pub(crate) fn state(mapping: &Mapping) -> &'static str {
    if mapping.enabled { "Enabled" } else { "Disabled" }
}

/// Keeps a poller for every enabled mapping, for ever.
pub(crate) async fn work(room: Arc<Room>) {
    let mut pollers = JoinSet::new();
    let mut running = BTreeMap::new();
    loop {
        match room.tables().all_mappings().await {
            Ok(mappings) => {
                let wanted: BTreeMap<String, Mapping> = mappings
                    .into_iter()
                    .filter(|(_, _, mapping)| mapping.enabled)
                    .map(|(scope, id, mapping)| (scope.mapping(&id), mapping))
                    .collect();
                // What has changed begins anew.
                running.retain(
                    |name, (mapping, poller): &mut (Mapping, tokio::task::AbortHandle)| {
                        let goes_on = wanted.get(name) == Some(mapping);
                        if !goes_on {
                            poller.abort();
                        }
                        goes_on
                    },
                );
                for (name, mapping) in wanted {
                    running.entry(name).or_insert_with(|| {
                        let work = poller::poll(Arc::clone(&room), mapping.clone());
                        let poller = pollers.spawn(work);
                        (mapping, poller)
                    });
                }
                room.mappings.notified().await;
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "failed to read mappings"
                );
                #[expect(clippy::disallowed_methods, reason = "when to look at the rows again")]
                tokio::time::sleep(PAUSE).await;
            }
        }
        while pollers.try_join_next().is_some() {}
    }
}
