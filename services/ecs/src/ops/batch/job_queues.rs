use store::Batch;

use super::check_name;
use crate::arn::{Scope, name_of};
use crate::errors::Error;
use crate::jobs::model::JobQueue;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::batch::{
    ComputeEnvironmentOrder, CreateJobQueueInput, DeleteJobQueueInput, DescribeJobQueuesInput,
    DescribeJobQueuesOutput, Empty, JobQueueDetail, JobQueueOutput, State, UpdateJobQueueInput,
};

/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html>
pub(crate) async fn create_job_queue(
    ctx: &Visit<'_>,
    req: CreateJobQueueInput,
) -> Result<JobQueueOutput, Error> {
    let name = &req.job_queue_name;
    check_name("jobQueueName", name)?;
    let queue = JobQueue {
        priority: req.priority,
        is_disabled: req.state == Some(State::Disabled),
        environments: environments(ctx, req.compute_environment_order).await?,
        tags: req.tags.unwrap_or_default(),
        scheduling_policy: req.scheduling_policy_arn,
    };
    let mut batch = Batch::new();
    tables::add_queue(&mut batch, &ctx.scope(), name, &queue);
    match ctx.room().commit(batch).await? {
        Commit::Done => Ok(output(&ctx.scope(), name)),
        Commit::Raced => Err(Error::batch("Object already exists")),
    }
}

/// The ARNs of the environments in their order; each must be there.
async fn environments(
    ctx: &Visit<'_>,
    order: Option<Vec<ComputeEnvironmentOrder>>,
) -> Result<Vec<String>, Error> {
    let mut order = order.unwrap_or_default();
    if order.is_empty() {
        return Err(Error::batch(
            "computeEnvironmentOrder must contain at least one compute environment",
        ));
    }
    order.sort_by_key(|it| it.order);
    let mut arns = Vec::new();
    for ComputeEnvironmentOrder { compute_environment, .. } in &order {
        let name = name_of(compute_environment);
        if ctx.tables().environment(&ctx.scope(), name).await?.is_none() {
            return Err(Error::batch(format!("Object does not exist: {compute_environment}")));
        }
        arns.push(ctx.scope().batch("compute-environment", name));
    }
    Ok(arns)
}

fn output(scope: &Scope, name: &str) -> JobQueueOutput {
    JobQueueOutput {
        job_queue_name: name.to_owned(),
        job_queue_arn: scope.batch("job-queue", name),
    }
}

/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobQueues.html>
pub(crate) async fn describe_job_queues(
    ctx: &Visit<'_>,
    req: DescribeJobQueuesInput,
) -> Result<DescribeJobQueuesOutput, Error> {
    let wanted = req.job_queues.unwrap_or_default();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|it| name_of(it) == name);
    let queues = ctx.tables().queues(&ctx.scope()).await?;
    let queues = queues.into_iter().filter(|(name, _)| is_wanted(name));
    let position = |(name, _): &(String, JobQueue)| name.clone();
    let (queues, next_token) = ctx.page(
        "DescribeJobQueues",
        queues,
        req.max_results,
        req.next_token.as_deref(),
        position,
    )?;
    let shown = queues.into_iter().map(|(name, queue)| detail(&ctx.scope(), name, queue));
    Ok(DescribeJobQueuesOutput { job_queues: shown.collect(), next_token })
}

fn detail(scope: &Scope, name: String, queue: JobQueue) -> JobQueueDetail {
    let order = |(place, arn): (usize, String)| ComputeEnvironmentOrder {
        order: place as i32 + 1,
        compute_environment: arn,
    };
    JobQueueDetail {
        job_queue_arn: scope.batch("job-queue", &name),
        job_queue_name: name,
        state: if queue.is_disabled { State::Disabled } else { State::Enabled },
        scheduling_policy_arn: queue.scheduling_policy,
        status: "VALID".to_owned(),
        status_reason: "JobQueue Healthy".to_owned(),
        priority: queue.priority,
        compute_environment_order: queue.environments.into_iter().enumerate().map(order).collect(),
        tags: queue.tags,
    }
}

/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateJobQueue.html>
pub(crate) async fn update_job_queue(
    ctx: &Visit<'_>,
    req: UpdateJobQueueInput,
) -> Result<JobQueueOutput, Error> {
    let (scope, name) = (ctx.scope(), name_of(&req.job_queue));
    let order = match req.compute_environment_order {
        Some(order) => Some(environments(ctx, Some(order)).await?),
        None => None,
    };
    loop {
        let found = ctx.tables().queue(&scope, name).await?;
        let found = found.ok_or_else(|| Error::batch(format!("{name} does not exist")))?;
        let mut queue = found.value.clone();
        queue.priority = req.priority.unwrap_or(queue.priority);
        queue.is_disabled = req.state.map_or(queue.is_disabled, |state| state == State::Disabled);
        queue.environments = order.clone().unwrap_or(queue.environments);
        queue.scheduling_policy = req.scheduling_policy_arn.clone().or(queue.scheduling_policy);
        let mut batch = Batch::new();
        found.replace(&mut batch, queue.clone());
        if ctx.room().commit(batch).await? == Commit::Done {
            return Ok(output(&scope, name));
        }
    }
}

/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteJobQueue.html>
pub(crate) async fn delete_job_queue(
    ctx: &Visit<'_>,
    req: DeleteJobQueueInput,
) -> Result<Empty, Error> {
    let (scope, name) = (ctx.scope(), name_of(&req.job_queue));
    loop {
        let Some(found) = ctx.tables().queue(&scope, name).await? else { return Ok(Empty {}) };
        if !found.value.is_disabled {
            return Err(Error::batch("Cannot delete, state needs to be set to DISABLED"));
        }
        let mut batch = Batch::new();
        found.remove(&mut batch);
        if ctx.room().commit(batch).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
