use base::Timestamp;

use crate::errors::Error;
use crate::identifier::Scope;
use crate::model;
use crate::visit::Visit;
use crate::wire::{Replay, ReplayDestination, ReplayInput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeReplay.html>
pub(crate) async fn describe_replay(ctx: &Visit<'_>, req: ReplayInput) -> Result<Replay, Error> {
    let found = ctx.replay(&req.replay_name).await?;
    Ok(shown(&ctx.scope(), found.value))
}

pub(super) fn shown(scope: &Scope, replay: model::Replay) -> Replay {
    let last = replay.position.map(|position| Timestamp::from_millis(position.at).into());
    let filter_arns = Some(replay.filter_arns).filter(|arns| !arns.is_empty());
    Replay {
        replay_arn: Some(scope.replay(&replay.name)),
        replay_name: replay.name,
        description: replay.description,
        state: replay.state,
        event_source_arn: replay.archive.arn(),
        destination: Some(ReplayDestination { arn: replay.bus.arn(), filter_arns }),
        event_start_time: replay.from.into(),
        event_end_time: replay.until.into(),
        event_last_replayed_time: last,
        replay_start_time: replay.started_at.into(),
        replay_end_time: replay.ended_at.map(Into::into),
    }
}
