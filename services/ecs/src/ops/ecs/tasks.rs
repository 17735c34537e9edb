use crate::arn::{Revisioned, TaskKey, cluster_of, name_of};
use crate::describe;
use crate::errors::Error;
use crate::model::Task;
use crate::visit::Visit;
use crate::wire::ecs::{
    DescribeTasksInput, DesiredStatus, Failure, ListTasksInput, ListTasksOutput, TasksOutput,
};

/// Tasks of one request.
const TASKS_MAX: usize = 100;

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html>
pub(crate) async fn describe_tasks(
    ctx: &Visit<'_>,
    req: DescribeTasksInput,
) -> Result<TasksOutput, Error> {
    if req.tasks.is_empty() || TASKS_MAX < req.tasks.len() {
        return Err(Error::invalid(format!(
            "Tasks must contain between 1 and {TASKS_MAX} elements."
        )));
    }
    let cluster = cluster_of(req.cluster.as_deref());
    ctx.cluster(&cluster).await?;
    let with_tags = req.include.iter().flatten().any(|it| it == "TAGS");
    let (mut tasks, mut failures) = (Vec::new(), Vec::new());
    for reference in &req.tasks {
        let id = name_of(reference).to_owned();
        let key = TaskKey { scope: ctx.scope(), cluster: cluster.clone(), id };
        match ctx.tables().task(&key).await? {
            Some(found) => tasks.push(describe::task(&found.value, with_tags)),
            None => failures.push(Failure {
                arn: Some(key.arn()),
                reason: Some("MISSING".to_owned()),
                detail: None,
            }),
        }
    }
    Ok(TasksOutput { tasks, failures })
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html>
pub(crate) async fn list_tasks(
    ctx: &Visit<'_>,
    req: ListTasksInput,
) -> Result<ListTasksOutput, Error> {
    let cluster = cluster_of(req.cluster.as_deref());
    ctx.cluster(&cluster).await?;
    let tasks = match (&req.service_name, &req.container_instance) {
        (None, None) => ctx.tables().tasks(&ctx.scope(), &cluster).await?,
        // Services and instances there are none.
        (Some(_), _) | (_, Some(_)) => Vec::new(),
    };
    // As AWS has it: no task is ever desired to be pending.
    let wants_stopped = match req.desired_status {
        Some(DesiredStatus::Stopped) => Some(true),
        Some(DesiredStatus::Running) | None => Some(false),
        Some(DesiredStatus::Pending) => None,
    };
    let is_wanted = |task: &Task| {
        let family = Revisioned::parse(&task.definition_arn).map(|it| it.name);
        Some(task.stop.is_some()) == wants_stopped
            && req.family.as_deref().is_none_or(|wanted| family == Some(wanted))
            && (req.started_by.is_none() || req.started_by == task.started_by)
            && req.launch_type.is_none_or(|wanted| wanted.as_str() == task.launch_type)
    };
    let tasks = tasks.into_iter().filter(is_wanted).map(|task| task.id);
    let (ids, next_token) =
        ctx.page("ListTasks", tasks, req.max_results, req.next_token.as_deref(), Clone::clone)?;
    let arn = |id: &String| ctx.scope().task(&cluster, id);
    Ok(ListTasksOutput { task_arns: ids.iter().map(arn).collect(), next_token })
}
