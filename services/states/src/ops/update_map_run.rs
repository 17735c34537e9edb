use runner::MapRunUpdate;

use crate::arn;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Empty, UpdateMapRunInput};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateMapRun.html>
pub(crate) async fn update_map_run(
    ctx: &Visit<'_>,
    req: UpdateMapRunInput,
) -> Result<Empty, Error> {
    let arn = &req.map_run_arn;
    arn::check_map_run(arn)?;
    let update = MapRunUpdate {
        max_concurrency: req.max_concurrency.map(i32::cast_unsigned),
        tolerated_failure_percentage: req.tolerated_failure_percentage,
        tolerated_failure_count: req.tolerated_failure_count.map(i64::cast_unsigned),
    };
    let updated = ctx.runner().update_map_run(arn, update).await;
    updated.map_err(|error| Error::of_map_run(error, arn))?;
    Ok(Empty {})
}
