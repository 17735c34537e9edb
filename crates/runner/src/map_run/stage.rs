//! What a map run does besides running its children: it reads its items before, and exports its results after.
//!
//! Such work goes on beside the mailbox and comes back as a message. After a crash it is done again from the beginning.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use asl::{Failure, error_name};
use futures_util::FutureExt as _;

use super::objects::Stop;
use super::plan::Plan;
use super::{MapRunMessage, reader, writer};
use crate::facts::Facts;
use crate::tables::{MapRunRow, StageRow};
use crate::{Error, Runner};

/// What a stage has come to.
pub(crate) enum Done {
    /// How many items each child has.
    Read(Vec<u32>),
    Written,
}

impl Runner {
    /// Does the work of a map run's stage.
    pub(super) fn work_on_stage(&self, arn: &Arc<str>, parent: &Arc<Facts>, row: &MapRunRow) {
        let Some(stage) = row.stage else { return };
        let (runner, arn, parent, row) =
            (self.clone(), Arc::clone(arn), Arc::clone(parent), row.clone());
        self.0.tasks.spawn(async move {
            let work = AssertUnwindSafe(runner.stage_done(stage, &arn, &parent, &row));
            let done = work.catch_unwind().await.unwrap_or_else(|_| {
                let error = match stage {
                    StageRow::Reading => error_name::ITEM_READER_FAILED,
                    StageRow::Writing(_) => error_name::RESULT_WRITER_FAILED,
                };
                Err(Stop::Failed(Failure::new(error, "Internal error: the server's log has more.")))
            });
            let done = match done {
                Ok(done) => Ok(done),
                Err(Stop::Failed(failure)) => Err(failure),
                // The next server begins again, or nobody waits for it any more.
                Err(Stop::Broken(Error::Interrupted)) => return,
                Err(Stop::Broken(error)) => {
                    tracing::error!(map_run = %arn, %error, "failed to work for a map run");
                    return;
                }
            };
            runner.send_map_run(&arn, MapRunMessage::StageDone(row.redrive_count, stage, done));
        });
    }

    async fn stage_done(
        &self,
        stage: StageRow,
        arn: &Arc<str>,
        parent: &Facts,
        row: &MapRunRow,
    ) -> Result<Done, Stop> {
        let plan = Plan::load(&self.0, arn).await?;
        match (stage, plan) {
            (StageRow::Reading, Plan { reading: Some(reading), .. }) => {
                reader::read(self, parent, arn, row, reading).await.map(Done::Read)
            }
            (StageRow::Writing(_), Plan { writing: Some(arguments), .. }) => {
                writer::write(self, parent, arn, row, arguments).await.map(|()| Done::Written)
            }
            _ => Err(Stop::Broken(Error::corrupt("map run's plan", "it is missing"))),
        }
    }
}
