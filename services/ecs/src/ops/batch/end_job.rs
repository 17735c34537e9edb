use store::Batch;

use crate::arn::name_of;
use crate::errors::Error;
use crate::jobs::model::{Job, JobStatus};
use crate::jobs::task_key;
use crate::model::StopCode;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::batch::{Empty, EndJobInput};

/// Ends a job that hasn't been started; one that has goes on.
///
/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_CancelJob.html>
pub(crate) async fn cancel_job(ctx: &Visit<'_>, req: EndJobInput) -> Result<Empty, Error> {
    for id in with_array(ctx, name_of(&req.job_id)).await? {
        end(ctx, &id, &req.reason, Ending::Cancel).await?;
    }
    Ok(Empty {})
}

/// Ends a job, started or not.
///
/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_TerminateJob.html>
pub(crate) async fn terminate_job(ctx: &Visit<'_>, req: EndJobInput) -> Result<Empty, Error> {
    for id in with_array(ctx, name_of(&req.job_id)).await? {
        end(ctx, &id, &req.reason, Ending::Terminate).await?;
    }
    Ok(Empty {})
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Cancel,
    Terminate,
}

/// A job; for an array the jobs of it, whose ends are its end.
async fn with_array(ctx: &Visit<'_>, id: &str) -> Result<Vec<String>, Error> {
    let found = ctx.tables().job(&ctx.scope(), id).await?;
    let begun = found.filter(|found| found.value.waits_for.is_empty());
    Ok(match begun.and_then(|found| found.value.array) {
        Some(array) => (0..array.size).map(|index| format!("{id}:{index}")).collect(),
        None => vec![id.to_owned()],
    })
}

/// Jobs that there aren't, and those that have ended, are left as they are.
async fn end(ctx: &Visit<'_>, id: &str, reason: &str, ending: Ending) -> Result<(), Error> {
    let room = ctx.room();
    loop {
        let Some(found) = ctx.tables().job(&ctx.scope(), id).await? else { return Ok(()) };
        let mut job = found.value.clone();
        if job.has_ended() {
            return Ok(());
        }
        let has_started = JobStatus::Starting <= job.status;
        match ending {
            Ending::Cancel if has_started => return Ok(()),
            Ending::Cancel => job.is_cancelled = true,
            Ending::Terminate => job.is_terminated = true,
        }
        let mut batch = Batch::new();
        match task_key(&job) {
            // The end of its task will be its end.
            Some(_) => tables::change_job(&mut batch, &found, job.clone()),
            None => {
                job.status_reason = Some(reason.to_owned());
                room.end_job(&mut batch, &found, job.clone(), JobStatus::Failed).await?;
            }
        }
        if room.commit(batch).await? == Commit::Done {
            return stop_task(ctx, &job, reason).await;
        }
    }
}

async fn stop_task(ctx: &Visit<'_>, job: &Job, reason: &str) -> Result<(), Error> {
    let Some(key) = task_key(job) else { return Ok(()) };
    let now = ctx.now().as_millis();
    let stopped =
        ctx.room().change_task(&key, |task| task.shall_stop(StopCode::UserInitiated, reason, now));
    stopped.await?;
    Ok(())
}
