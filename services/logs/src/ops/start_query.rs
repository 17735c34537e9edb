use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::Empty;

/// There is no query language here; this says so instead of not knowing the operation.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html>
pub(crate) async fn start_query(_ctx: &Visit<'_>, _req: Empty) -> Result<Empty, Error> {
    Err(Error::NoInsights)
}
