use crate::errors::Error;
use crate::identifier::{ArchiveName, BusName};
use crate::model::Replay;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{ReplayState, StartReplayInput, StartReplayOutput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_StartReplay.html>
pub(crate) async fn start_replay(
    ctx: &Visit<'_>,
    req: StartReplayInput,
) -> Result<StartReplayOutput, Error> {
    let invalid = |parameter: &str, reason: &str| {
        Error::validation(format!("Parameter {parameter} is not valid. Reason: {reason}"))
    };
    let bus = BusName::of_arn(&req.destination.arn)
        .ok_or_else(|| invalid("Destination.Arn", "Must contain an event bus ARN."))?;
    ctx.bus(Some(&req.destination.arn)).await?;
    let archive = ArchiveName::of_arn(&req.event_source_arn)
        .ok_or_else(|| invalid("EventSourceArn", "Must contain an archive ARN."))?; // By analogy.
    let Some(found) = ctx.tables().archive(&archive).await? else {
        let reason = format!("Archive {} does not exist.", archive.name);
        return Err(invalid("EventSourceArn", &reason));
    };
    if found.value.bus != bus {
        return Err(invalid("Destination.Arn", "Cross event bus replay is not permitted."));
    }
    let (from, until) = (req.event_start_time.0, req.event_end_time.0);
    if until <= from {
        let reason = "EventStartTime must be before EventEndTime.";
        return Err(invalid("EventEndTime", reason));
    }
    let scope = ctx.scope();
    let replay = Replay {
        name: req.replay_name.clone(),
        description: req.description,
        archive,
        bus,
        filter_arns: req.destination.filter_arns.unwrap_or_default(),
        from,
        until,
        state: ReplayState::Starting,
        started_at: ctx.now(),
        ended_at: None,
        position: None,
    };
    match ctx.commit(tables::replay_creation(&scope, replay)).await? {
        Commit::Done => {
            ctx.room().bell.ring();
            Ok(StartReplayOutput {
                replay_arn: scope.replay(&req.replay_name),
                state: ReplayState::Starting,
                replay_start_time: ctx.now().into(),
            })
        }
        Commit::Raced => Err(Error::ReplayExists(req.replay_name)),
    }
}
