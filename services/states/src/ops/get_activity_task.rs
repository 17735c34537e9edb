use crate::arn::ActivityArn;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{GetActivityTaskInput, GetActivityTaskOutput};

/// Holds the request until there is a task, or a minute has passed: then the reply is empty.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html>
pub(crate) async fn get_activity_task(
    ctx: &Visit<'_>,
    req: GetActivityTaskInput,
) -> Result<GetActivityTaskOutput, Error> {
    let arn = ActivityArn::parse(&req.activity_arn)?.to_string();
    if !ctx.activities().contains(&arn) {
        return Err(Error::ActivityDoesNotExist(arn));
    }
    if ctx.limits().pollers_max <= ctx.runner().activity_workers(&arn) {
        return Err(Error::ActivityWorkerLimitExceeded(arn));
    }
    let (worker, wait) = (req.worker_name.as_deref(), ctx.limits().activity_poll);
    let task = ctx.runner().activity_task(&arn, worker, wait).await?;
    Ok(match task {
        Some(task) => {
            GetActivityTaskOutput { task_token: Some(task.token), input: Some(task.input) }
        }
        None => GetActivityTaskOutput { task_token: None, input: None },
    })
}
