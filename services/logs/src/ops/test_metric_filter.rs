use std::collections::BTreeMap;

use crate::errors::Error;
use crate::pattern::Pattern;
use crate::visit::Visit;
use crate::wire::{MetricFilterMatchRecord, TestMetricFilterInput, TestMetricFilterOutput};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html>
pub(crate) async fn test_metric_filter(
    _ctx: &Visit<'_>,
    req: TestMetricFilterInput,
) -> Result<TestMetricFilterOutput, Error> {
    let pattern = Pattern::parse(&req.filter_pattern)?;
    let matches = (1..)
        .zip(req.log_event_messages)
        .filter(|(_, message)| pattern.matches(message))
        .map(|(event_number, event_message)| MetricFilterMatchRecord {
            event_number,
            event_message,
            extracted_values: BTreeMap::new(),
        })
        .collect();
    Ok(TestMetricFilterOutput { matches })
}
