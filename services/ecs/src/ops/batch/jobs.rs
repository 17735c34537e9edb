use std::collections::BTreeMap;

use serde_json::json;

use crate::arn::{Scope, name_of};
use crate::errors::Error;
use crate::jobs::model::{Attempt, Job, JobStatus, Retry};
use crate::jobs::task_key;
use crate::model::Task;
use crate::visit::Visit;
use crate::wire::Document;
use crate::wire::batch::{
    ArrayPropertiesDetail, AttemptContainer, AttemptDetail, ContainerSummary, DescribeJobsInput,
    DescribeJobsOutput, EvaluateOnExit, JobDependency, JobDetail, JobSummary, JobTimeout,
    KeyValuesPair, ListJobsInput, ListJobsOutput, RetryStrategy,
};

/// Jobs of one request.
const JOBS_MAX: usize = 100;

/// Jobs that there aren't are left out, as on AWS.
///
/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html>
pub(crate) async fn describe_jobs(
    ctx: &Visit<'_>,
    req: DescribeJobsInput,
) -> Result<DescribeJobsOutput, Error> {
    if JOBS_MAX < req.jobs.len() {
        return Err(Error::batch("Maximum allowed number of jobs is 100"));
    }
    let mut jobs = Vec::new();
    for reference in &req.jobs {
        let Some(found) = ctx.tables().job(&ctx.scope(), name_of(reference)).await? else {
            continue;
        };
        let task = match task_key(&found.value) {
            Some(key) => ctx.tables().task(&key).await?.map(|found| found.value),
            None => None,
        };
        let array = array(ctx, &found.value).await?;
        jobs.push(job_detail(found.value, task.as_ref(), array)?);
    }
    Ok(DescribeJobsOutput { jobs })
}

/// A job with the task of its newest attempt, and what has become of its array.
pub(crate) fn job_detail(
    job: Job,
    task: Option<&Task>,
    array: Option<ArrayPropertiesDetail>,
) -> Result<JobDetail, store::Error> {
    let scope = Scope::read(job.scope.clone());
    Ok(JobDetail {
        job_arn: scope.batch("job", &job.id),
        job_queue: scope.batch("job-queue", &job.queue),
        status: job.status.as_str().to_owned(),
        attempts: job.attempts.iter().map(attempt).collect(),
        container: container(&job, task)?,
        retry_strategy: Some(retry(&job.retry)),
        depends_on: job.depends_on.iter().map(|id| depends_on(id)).collect(),
        timeout: job
            .timeout_seconds
            .map(|seconds| JobTimeout { attempt_duration_seconds: i32::try_from(seconds).ok() }),
        platform_capabilities: vec![if job.is_fargate { "FARGATE" } else { "EC2" }.to_owned()],
        job_id: job.id,
        job_name: job.name,
        status_reason: job.status_reason,
        created_at: job.created_at,
        started_at: job.started_at,
        stopped_at: job.stopped_at,
        job_definition: job.definition_arn,
        parameters: job.parameters,
        array_properties: array,
        tags: job.tags,
        propagate_tags: job.propagates_tags,
        eks_attempts: Vec::new(),
        is_cancelled: job.is_cancelled,
        is_terminated: job.is_terminated,
    })
}

/// The container with what the attempt that is under way, or was the last, has come to.
fn container(job: &Job, task: Option<&Task>) -> Result<Document, store::Error> {
    let mut shown = Document::of_row(&job.shown)?.0;
    if let Some(task) = task {
        shown["taskArn"] = json!(task.key().arn());
    }
    let running = task.and_then(|task| task.containers.first());
    if let Some(log) = running.and_then(|it| it.log.as_ref()) {
        shown["logStreamName"] = json!(log.stream);
    }
    if let Some(last) = job.attempts.last().filter(|_| job.has_ended()) {
        shown["taskArn"] = json!(last.task_arn);
        let ends = [
            ("exitCode", json!(last.exit_code)),
            ("reason", json!(last.reason)),
            ("logStreamName", json!(last.log_stream)),
        ];
        for (name, value) in ends.into_iter().filter(|(_, value)| !value.is_null()) {
            shown[name] = value;
        }
    }
    Ok(Document(shown))
}

async fn array(ctx: &Visit<'_>, job: &Job) -> Result<Option<ArrayPropertiesDetail>, Error> {
    let index = job.index.and_then(|index| i32::try_from(index).ok());
    let Some(array) = &job.array else {
        return Ok(index.map(|index| ArrayPropertiesDetail {
            status_summary: None,
            size: None,
            index: Some(index),
        }));
    };
    let mut summary: BTreeMap<String, i32> =
        JobStatus::ALL.iter().map(|status| (status.as_str().to_owned(), 0)).collect();
    for index in 0..array.size {
        let child = ctx.tables().job(&ctx.scope(), &format!("{}:{index}", job.id)).await?;
        if let Some(child) = child {
            *summary.entry(child.value.status.as_str().to_owned()).or_default() += 1;
        }
    }
    Ok(Some(ArrayPropertiesDetail {
        status_summary: Some(summary),
        size: i32::try_from(array.size).ok(),
        index: None,
    }))
}

fn attempt(attempt: &Attempt) -> AttemptDetail {
    AttemptDetail {
        container: AttemptContainer {
            task_arn: attempt.task_arn.clone(),
            exit_code: attempt.exit_code,
            reason: attempt.reason.clone(),
            log_stream_name: attempt.log_stream.clone(),
            network_interfaces: Vec::new(),
        },
        started_at: attempt.started_at,
        stopped_at: attempt.stopped_at,
        status_reason: attempt.status_reason.clone(),
    }
}

fn retry(retry: &Retry) -> RetryStrategy {
    let rule = |rule: &crate::jobs::model::ExitRule| EvaluateOnExit {
        on_status_reason: rule.status_reason.clone(),
        on_reason: rule.reason.clone(),
        on_exit_code: rule.exit_code.clone(),
        action: if rule.retries { "RETRY" } else { "EXIT" }.to_owned(),
    };
    RetryStrategy {
        attempts: i32::try_from(retry.attempts).ok(),
        evaluate_on_exit: Some(retry.rules.iter().map(rule).collect()),
    }
}

fn depends_on(id: &str) -> JobDependency {
    JobDependency { job_id: Some(id.to_owned()), r#type: None }
}

/// Of a queue, the running jobs unless another status is asked for; with a filter, those of any status.
///
/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html>
pub(crate) async fn list_jobs(
    ctx: &Visit<'_>,
    req: ListJobsInput,
) -> Result<ListJobsOutput, Error> {
    let queue = req.job_queue.as_deref().map(name_of);
    if let Some(queue) = queue
        && ctx.tables().queue(&ctx.scope(), queue).await?.is_none()
    {
        return Err(Error::batch(format!("JobQueue {queue} not found.")));
    }
    let array = req.array_job_id.as_deref();
    if queue.is_none() && array.is_none() {
        return Err(Error::batch("jobQueue or arrayJobId must be specified, but not both."));
    }
    let filters = req.filters.unwrap_or_default();
    let status = match (&req.job_status, filters.is_empty()) {
        (Some(status), true) => Some(status.as_str()),
        (None, true) => Some("RUNNING"),
        (_, false) => None,
    };
    let jobs = ctx.tables().jobs(&ctx.scope()).await?;
    let mut jobs: Vec<Job> = (jobs.into_iter())
        .filter(|job| match array {
            Some(array) => job.index.is_some() && job.id.split(':').next() == Some(array),
            None => job.index.is_none() && Some(job.queue.as_str()) == queue,
        })
        .filter(|job| status.is_none_or(|status| status == job.status.as_str()))
        .filter(|job| filters.iter().all(|filter| passes(filter, job)))
        .collect();
    let position = |job: &Job| format!("{:020}{}", job.created_at, job.id);
    jobs.sort_by_key(position);
    let (jobs, next_token) =
        ctx.page("ListJobs", jobs, req.max_results, req.next_token.as_deref(), position)?;
    let mut job_summary_list = Vec::new();
    for job in jobs {
        job_summary_list.push(summary(ctx, job).await?);
    }
    Ok(ListJobsOutput { job_summary_list, next_token })
}

fn passes(filter: &KeyValuesPair, job: &Job) -> bool {
    let values = filter.values.as_deref().unwrap_or_default();
    let is_any = |text: &str| {
        values.iter().any(|value| match value.strip_suffix('*') {
            Some(beginning) => text.to_lowercase().starts_with(&beginning.to_lowercase()),
            None => text.eq_ignore_ascii_case(value),
        })
    };
    let instant = values.first().and_then(|value| value.parse::<i64>().ok());
    match filter.name.as_deref().unwrap_or_default() {
        "JOB_NAME" => is_any(&job.name),
        "JOB_DEFINITION" => is_any(name_of(&job.definition_arn)) || is_any(&job.definition_arn),
        "BEFORE_CREATED_AT" => instant.is_some_and(|instant| job.created_at < instant),
        "AFTER_CREATED_AT" => instant.is_some_and(|instant| instant < job.created_at),
        _ => false,
    }
}

async fn summary(ctx: &Visit<'_>, job: Job) -> Result<JobSummary, Error> {
    let last = job.attempts.last().filter(|_| job.has_ended());
    Ok(JobSummary {
        job_arn: ctx.scope().batch("job", &job.id),
        array_properties: array(ctx, &job).await?,
        container: last.map(|last| ContainerSummary {
            exit_code: last.exit_code,
            reason: last.reason.clone(),
        }),
        status: job.status.as_str().to_owned(),
        job_id: job.id,
        job_name: job.name,
        created_at: job.created_at,
        status_reason: job.status_reason,
        started_at: job.started_at,
        stopped_at: job.stopped_at,
        job_definition: job.definition_arn,
    })
}
