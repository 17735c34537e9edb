use store::Batch;

use crate::arn::cluster_of;
use crate::compose::compose;
use crate::describe;
use crate::errors::Error;
use crate::model::{Status, Tags, Task};
use crate::visit::{Commit, Once, Visit};
use crate::wire::Document;
use crate::wire::ecs::{LaunchType, PropagateTags, RunTaskInput, TaskDefinitionParts, TasksOutput};

/// Tasks of one request.
const COUNT_MAX: i32 = 10;

/// Tasks are there when this answers; the room's work starts them. Who asks again for the attempt of a task, or with
/// the same client token, gets the same answer.
///
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html>
pub(crate) async fn run_task(ctx: &Visit<'_>, req: RunTaskInput) -> Result<TasksOutput, Error> {
    let once = Once::new(ctx, req.client_token.as_deref(), &req);
    loop {
        if let Some(answered) = once.answered(ctx).await? {
            return Ok(answered);
        }
        let tasks = tasks(ctx, &req).await?;
        let reply = TasksOutput {
            tasks: tasks.iter().map(|task| describe::task(task, true)).collect(),
            failures: Vec::new(),
        };
        let mut batch = Batch::new();
        for task in &tasks {
            ctx.room().add_task(&mut batch, task);
        }
        once.keep(ctx, &mut batch, &reply)?;
        if ctx.room().commit(batch).await? == Commit::Done {
            ctx.room().ring();
            return Ok(reply);
        }
    }
}

/// The tasks that a request asks for.
async fn tasks(ctx: &Visit<'_>, req: &RunTaskInput) -> Result<Vec<Task>, Error> {
    let count = req.count.unwrap_or(1);
    if !(1..=COUNT_MAX).contains(&count) {
        return Err(Error::invalid(format!("count must be between 1 and {COUNT_MAX}.")));
    }
    if req.launch_type.is_some() && req.capacity_provider_strategy.is_some() {
        return Err(Error::invalid(
            "Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.",
        ));
    }
    let cluster = cluster_of(req.cluster.as_deref());
    ctx.cluster(&cluster).await?;
    let revision = ctx.task_definition(&req.task_definition).await?;
    let revision = revision.ok_or(Error::TaskDefinitionNotFound)?;
    let definition = &revision.found.value;
    if definition.deregistered_at.is_some() {
        return Err(Error::TaskDefinitionInactive);
    }
    let parts: TaskDefinitionParts = Document::of_row(&definition.text)?.read()?;
    let launch_type = launch_type(req);
    let mut tags: Tags = match req.propagate_tags {
        Some(PropagateTags::TaskDefinition) => definition.tags.clone(),
        Some(PropagateTags::Service | PropagateTags::None) | None => Tags::new(),
    };
    tags.extend(describe::tags_of(req.tags.clone()));
    let mut tasks = Vec::new();
    for _ in 0..count {
        let id = ctx.request.house().uuid().replace('-', "");
        let composed = compose(&parts, req.overrides.as_ref(), &id)?;
        let is_fargate = launch_type == LaunchType::Fargate;
        let platform = req.platform_version.clone().filter(|version| version != "LATEST");
        tasks.push(Task {
            scope: ctx.scope().as_str().to_owned(),
            cluster: cluster.clone(),
            id,
            definition_arn: ctx.scope().task_definition(revision.family, revision.number),
            containers: composed.containers,
            overrides: Some(composed.shown),
            launch_type: launch_type.as_str().to_owned(),
            group: req.group.clone().unwrap_or_else(|| format!("family:{}", revision.family)),
            started_by: req.started_by.clone(),
            tags: tags.clone(),
            cpu: composed.cpu,
            memory: composed.memory,
            platform_version: is_fargate.then(|| platform.unwrap_or_else(|| "1.4.0".to_owned())),
            role: composed.role,
            execution_role: composed.execution_role,
            status: Status::Provisioning,
            stop: None,
            created_at: ctx.now().as_millis(),
            started_at: None,
            stopping_at: None,
            stopped_at: None,
            version: 1,
            job: None,
            timeout_seconds: None,
            enable_execute_command: req.enable_execute_command.unwrap_or_default(),
        });
    }
    Ok(tasks)
}

fn launch_type(req: &RunTaskInput) -> LaunchType {
    let providers = req.capacity_provider_strategy.iter().flatten();
    let mut names = providers.filter_map(|it| it.0["capacityProvider"].as_str());
    let is_fargate = names.any(|name| name.starts_with("FARGATE"));
    req.launch_type.unwrap_or(if is_fargate { LaunchType::Fargate } else { LaunchType::Ec2 })
}
