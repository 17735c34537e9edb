use std::collections::BTreeMap;

use serde_json::{Value, json};
use store::{Batch, Found};

use super::check_name;
use super::compute_environments::cluster;
use super::job_definitions::{self, Resources, active, check_timeout, complete};
use crate::arn::name_of;
use crate::compose::{STOP_TIMEOUT_SECONDS, log_stream, variables};
use crate::errors::Error;
use crate::jobs::default_log;
use crate::jobs::model::{Array, ExitRule, Job, JobQueue, JobStatus, Retry};
use crate::model::{Container, Status};
use crate::visit::{Commit, Once, Visit};
use crate::wire::Document;
use crate::wire::batch::{
    ContainerOverrides, ContainerProperties, JobDefinitionParts, PlatformCapability, RetryStrategy,
    SubmitJobInput, SubmitJobOutput,
};

/// The container of a job that is one.
const CONTAINER: &str = "default";
const ATTEMPTS_MAX: i32 = 10;
const DEPENDENCIES_MAX: usize = 20;
const ARRAY_SIZES: std::ops::RangeInclusive<i32> = 2..=10_000;

/// The job is there when this answers; a job that depends on none has its first task then too.
///
/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html>
pub(crate) async fn submit_job(
    ctx: &Visit<'_>,
    req: SubmitJobInput,
) -> Result<SubmitJobOutput, Error> {
    check(&req)?;
    let once = Once::new(ctx, None, &req);
    loop {
        if let Some(answered) = once.answered(ctx).await? {
            return Ok(answered);
        }
        let mut batch = Batch::new();
        let mut job = job(ctx, &req).await?;
        let mut has_failed = false;
        for id in job.depends_on.clone() {
            let found = dependency(ctx, &id).await?;
            // What it is told when that one ends must come after this.
            found.require(&mut batch);
            match found.value.status {
                JobStatus::Succeeded => {}
                JobStatus::Failed => has_failed = true,
                _ => job.waits_for.push(id),
            }
        }
        if has_failed {
            job.status = JobStatus::Failed;
            job.status_reason = Some("Dependent Job failed".to_owned());
            job.stopped_at = Some(ctx.now().as_millis());
            job.waits_for.clear();
        } else if job.waits_for.is_empty() {
            ctx.room().begin(&mut batch, &mut job);
        }
        ctx.room().add_job(&mut batch, &job);
        let reply = SubmitJobOutput {
            job_arn: ctx.scope().batch("job", &job.id),
            job_name: job.name,
            job_id: job.id,
        };
        once.keep(ctx, &mut batch, &reply)?;
        if ctx.room().commit(batch).await? == Commit::Done {
            ctx.room().ring();
            return Ok(reply);
        }
    }
}

fn check(req: &SubmitJobInput) -> Result<(), Error> {
    check_name("jobName", &req.job_name)?;
    let is_elsewhere = req.node_overrides.is_some()
        || req.ecs_properties_override.is_some()
        || req.eks_properties_override.is_some();
    if is_elsewhere {
        return Err(Error::batch(
            "Overrides other than containerOverrides are not available in this house.",
        ));
    }
    let dependencies = req.depends_on.as_deref().unwrap_or_default();
    if DEPENDENCIES_MAX < dependencies.len() {
        return Err(Error::batch("A job can depend on up to 20 jobs."));
    }
    if dependencies.iter().any(|it| it.r#type.is_some() || it.job_id.is_none()) {
        return Err(Error::batch(
            "Dependencies of type N_TO_N and SEQUENTIAL are not available in this house.",
        ));
    }
    let size = req.array_properties.as_ref().and_then(|array| array.size);
    if size.is_some_and(|size| !ARRAY_SIZES.contains(&size)) {
        return Err(Error::batch("Array size must be between 2 and 10000."));
    }
    let attempts = req.retry_strategy.as_ref().and_then(|retry| retry.attempts);
    if attempts.is_some_and(|attempts| !(1..=ATTEMPTS_MAX).contains(&attempts)) {
        return Err(Error::batch("attempts must be between 1 and 10."));
    }
    check_timeout(req.timeout.as_ref().and_then(|timeout| timeout.attempt_duration_seconds))
}

async fn dependency(ctx: &Visit<'_>, id: &str) -> Result<Found<Job>, Error> {
    let found = ctx.tables().job(&ctx.scope(), id).await?;
    found.ok_or_else(|| Error::batch(format!("Job with id {id} does not exist.")))
}

/// The job that a request asks for, before it has begun.
async fn job(ctx: &Visit<'_>, req: &SubmitJobInput) -> Result<Job, Error> {
    let (scope, queue_name) = (ctx.scope(), name_of(&req.job_queue));
    let queue = ctx.tables().queue(&scope, queue_name).await?;
    let queue =
        queue.ok_or_else(|| Error::batch(format!("JobQueue {} not found.", req.job_queue)))?;
    if queue.value.is_disabled {
        return Err(Error::batch(format!("JobQueue {} is DISABLED.", req.job_queue)));
    }
    let (environment, cluster) = environment(ctx, &queue.value).await?;
    let found = active(ctx, &req.job_definition).await?;
    let unknown = || {
        Error::batch(format!(
            "JobDefinition {} does not exist or is not ACTIVE.",
            req.job_definition
        ))
    };
    let (name, revision, definition) = found.ok_or_else(unknown)?;
    let text = Document::of_row(&definition.text)?;
    let parts: JobDefinitionParts = text.read()?;
    let properties = parts.container_properties.ok_or_else(unknown)?;

    let mut parameters = parts.parameters.unwrap_or_default();
    parameters.extend(req.parameters.clone().unwrap_or_default());
    let overrides = req.container_overrides.as_ref();
    let container = container(&properties, overrides, &parameters)?;
    let timeout = req.timeout.as_ref().or(parts.timeout.as_ref());
    let mut tags = definition.tags;
    tags.extend(req.tags.clone().unwrap_or_default());
    let array = req.array_properties.as_ref().and_then(|array| u32::try_from(array.size?).ok());
    Ok(Job {
        scope: scope.as_str().to_owned(),
        id: ctx.request.house().uuid(),
        name: req.job_name.clone(),
        queue: queue_name.to_owned(),
        definition_arn: job_definitions::arn(&scope, &name, revision),
        status: JobStatus::Pending,
        status_reason: None,
        created_at: ctx.now().as_millis(),
        started_at: None,
        stopped_at: None,
        shown: shown(&text.0["containerProperties"], overrides, &container).to_string(),
        container,
        role: properties.job_role_arn,
        execution_role: properties.execution_role_arn,
        parameters,
        tags,
        retry: retry(req.retry_strategy.as_ref().or(parts.retry_strategy.as_ref())),
        timeout_seconds: timeout
            .and_then(|timeout| u64::try_from(timeout.attempt_duration_seconds?).ok()),
        depends_on: req.depends_on.iter().flatten().filter_map(|it| it.job_id.clone()).collect(),
        waits_for: Vec::new(),
        cluster,
        task: None,
        attempts: Vec::new(),
        is_cancelled: false,
        is_terminated: false,
        array: array.map(|size| Array { size, succeeded: 0, failed: 0 }),
        index: None,
        is_fargate: parts
            .platform_capabilities
            .iter()
            .flatten()
            .any(|it| *it == PlatformCapability::Fargate),
        changes: 0,
        environment,
        propagates_tags: req.propagate_tags.or(parts.propagate_tags).unwrap_or(false),
    })
}

/// The first environment of a queue, and the cluster of its tasks.
async fn environment(ctx: &Visit<'_>, queue: &JobQueue) -> Result<(String, String), Error> {
    for arn in &queue.environments {
        let name = name_of(arn);
        let Some(found) = ctx.tables().environment(&ctx.scope(), name).await? else { continue };
        if !found.value.is_disabled {
            return Ok((name.to_owned(), cluster(name, &found.value)));
        }
    }
    // Ours: on AWS the job would stay RUNNABLE until an environment is enabled.
    Err(Error::batch("The job queue has no compute environment that is ENABLED."))
}

fn container(
    properties: &ContainerProperties,
    overrides: Option<&ContainerOverrides>,
    parameters: &BTreeMap<String, String>,
) -> Result<Container, Error> {
    let command = overrides.and_then(|it| it.command.clone()).or(properties.command.clone());
    let filled = |word: String| match word.strip_prefix("Ref::") {
        Some(name) => parameters.get(name).cloned().unwrap_or(word),
        None => word,
    };
    let mut environment = variables(properties.environment.as_deref());
    environment.extend(variables(overrides.and_then(|it| it.environment.as_deref())));
    let asked = Resources::read(overrides.and_then(|it| it.resource_requirements.as_deref()))?;
    let defined = Resources::read(properties.resource_requirements.as_deref())?;
    let memory = overrides.and_then(|it| it.memory);
    let memory = memory.or(asked.memory).or(defined.memory).or(properties.memory);
    let vcpus = overrides.and_then(|it| it.vcpus).or(properties.vcpus).map(f64::from);
    let log = properties.log_configuration.as_ref();
    let own_log = log.and_then(log_stream).filter(|log| !log.group.is_empty());
    Ok(Container {
        name: CONTAINER.to_owned(),
        image: properties.image.clone().unwrap_or_default(),
        entry_point: Vec::new(),
        command: command.unwrap_or_default().into_iter().map(filled).collect(),
        environment,
        secrets: properties
            .secrets
            .iter()
            .flatten()
            .map(|it| (it.name.clone(), it.value_from.clone()))
            .collect(),
        working_directory: None,
        user: properties.user.clone(),
        is_essential: true,
        depends_on: Vec::new(),
        // A virtual CPU is 1,024 shares.
        cpu: asked.vcpus.or(defined.vcpus).or(vcpus).map(|vcpus| (vcpus * 1024.0) as i32),
        memory,
        memory_reservation: None,
        stop_timeout_seconds: STOP_TIMEOUT_SECONDS,
        log: match log {
            None => Some(default_log()),
            Some(log) if log.log_driver == "awslogs" => Some(own_log.unwrap_or_else(default_log)),
            Some(_) => None,
        },
        runtime_id: None,
        status: Status::Pending,
        exit_code: None,
        reason: None,
    })
}

/// The container as DescribeJobs shows it, but for how it ends.
fn shown(
    properties: &Value,
    overrides: Option<&ContainerOverrides>,
    container: &Container,
) -> Value {
    let mut shown = properties.clone();
    complete(&mut shown);
    shown["command"] = json!(container.command);
    let pair = |(name, value): (&String, &String)| json!({"name": name, "value": value});
    shown["environment"] = container.environment.iter().map(pair).collect();
    shown["networkInterfaces"] = json!([]);
    if let Some(requirements) = overrides.and_then(|it| it.resource_requirements.as_ref()) {
        shown["resourceRequirements"] = json!(requirements);
    }
    shown
}

fn retry(strategy: Option<&RetryStrategy>) -> Retry {
    let attempts = strategy.and_then(|it| u32::try_from(it.attempts?).ok());
    let rules = strategy.and_then(|it| it.evaluate_on_exit.as_deref()).unwrap_or_default();
    let rule = |it: &crate::wire::batch::EvaluateOnExit| ExitRule {
        status_reason: it.on_status_reason.clone(),
        reason: it.on_reason.clone(),
        exit_code: it.on_exit_code.clone(),
        retries: it.action.eq_ignore_ascii_case("RETRY"),
    };
    Retry { attempts: attempts.unwrap_or(1), rules: rules.iter().map(rule).collect() }
}
