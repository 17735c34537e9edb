use crate::arn::{TaskKey, cluster_of, name_of};
use crate::describe;
use crate::errors::Error;
use crate::model::StopCode;
use crate::visit::Visit;
use crate::wire::ecs::{StopTaskInput, TaskOutput};

const NO_REASON: &str = "Task stopped by user";

/// The task stops when its containers have ended. One that has stopped already stays as it is.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html>
pub(crate) async fn stop_task(ctx: &Visit<'_>, req: StopTaskInput) -> Result<TaskOutput, Error> {
    let cluster = cluster_of(req.cluster.as_deref());
    ctx.cluster(&cluster).await?;
    let key = TaskKey { scope: ctx.scope(), cluster, id: name_of(&req.task).to_owned() };
    let reason = req.reason.as_deref().unwrap_or(NO_REASON);
    let now = ctx.now().as_millis();
    let stopped =
        ctx.room().change_task(&key, |task| task.shall_stop(StopCode::UserInitiated, reason, now));
    let task = stopped.await?.ok_or(Error::TaskNotFound)?;
    Ok(TaskOutput { task: describe::task(&task, true) })
}
