use crate::errors::Error;
use crate::model::Replay;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{CancelReplayOutput, ReplayInput, ReplayState};

/// The reply says that it is on its way; it is over at once.
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CancelReplay.html>
pub(crate) async fn cancel_replay(
    ctx: &Visit<'_>,
    req: ReplayInput,
) -> Result<CancelReplayOutput, Error> {
    loop {
        let found = ctx.replay(&req.replay_name).await?;
        if !matches!(found.value.state, ReplayState::Starting | ReplayState::Running) {
            return Err(Error::ReplayIsOver(req.replay_name));
        }
        let cancelled = Replay {
            state: ReplayState::Cancelled,
            ended_at: Some(ctx.now()),
            ..found.value.clone()
        };
        if ctx.commit(tables::replay_change(&found, cancelled)).await? == Commit::Done {
            let replay_arn = ctx.scope().replay(&req.replay_name);
            return Ok(CancelReplayOutput { replay_arn, state: ReplayState::Cancelling });
        }
    }
}
