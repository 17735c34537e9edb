use crate::errors::Error;
use crate::model::Stream;
use crate::visit::{Visit, group_name};
use crate::wire::{DescribeLogStreamsInput, DescribeLogStreamsOutput, LogStream, OrderBy};

const OPERATION: &str = "DescribeLogStreams";
/// Streams of a page when a request doesn't say.
const PAGE: usize = 50;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html>
pub(crate) async fn describe_log_streams(
    ctx: &Visit<'_>,
    req: DescribeLogStreamsInput,
) -> Result<DescribeLogStreamsOutput, Error> {
    let order_by = req.order_by.unwrap_or(OrderBy::LogStreamName);
    if order_by == OrderBy::LastEventTime && req.log_stream_name_prefix.is_some() {
        let sentence = "Cannot order by LastEventTime with a logStreamNamePrefix.";
        return Err(Error::parameter(sentence));
    }
    let group = group_name(ctx, req.log_group_name, req.log_group_identifier.as_deref())?;
    ctx.group(&group).await?;
    let descending = req.descending.unwrap_or(false);
    let prefix = req.log_stream_name_prefix.unwrap_or_default();
    let direction = if descending { "descending" } else { "ascending" };
    let arguments = [&*group, &*prefix, order_by.as_str(), direction];
    let after = ctx.position(OPERATION, &arguments, req.next_token.as_deref())?;

    let scope = ctx.scope();
    let mut streams = ctx.tables().streams(&scope, &group, None, usize::MAX).await?;
    streams.retain(|(name, _)| name.starts_with(&prefix));
    if order_by == OrderBy::LastEventTime {
        streams.sort_by_key(|(_, stream)| stream.last_event_at);
    }
    if descending {
        streams.reverse();
    }
    let passed = |after: &str| {
        // A stream that has gone meanwhile begins the list again.
        streams.iter().position(|(name, _)| name == after).map_or(0, |at| at + 1)
    };
    let begin = after.as_deref().map_or(0, passed);
    let size = req.limit.map_or(PAGE, |limit| limit as usize);
    let page = &streams[begin..streams.len().min(begin + size)];
    let is_last = begin + page.len() == streams.len();
    let last = page.last().filter(|_| !is_last);
    Ok(DescribeLogStreamsOutput {
        next_token: last.map(|(name, _)| ctx.token(OPERATION, &arguments, name)),
        log_streams: page
            .iter()
            .map(|(name, stream)| shown(name, stream, scope.stream(&group, name)))
            .collect(),
    })
}

fn shown(name: &str, stream: &Stream, arn: String) -> LogStream {
    LogStream {
        log_stream_name: name.to_owned(),
        creation_time: stream.created_at.as_millis(),
        first_event_timestamp: stream.first_event_at,
        last_event_timestamp: stream.last_event_at,
        last_ingestion_time: stream.last_ingestion_at,
        upload_sequence_token: super::put_log_events::sequence_token(stream),
        arn,
        // AWS gives 0 for every stream since 2019.
        stored_bytes: 0,
    }
}
