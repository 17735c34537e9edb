//! The end of retention: closed executions are forgotten, with everything that belongs to them.
//!
//! Lists are ordered by the date of the end, so what is too old stands first in each; no execution needs a timer for it.

use std::sync::Arc;
use std::time::Duration;

use store::{KeyRange, Scan};

use crate::execution::Status;
use crate::message::Message;
use crate::tables::key::{self, Pages};
use crate::{Error, Runner};

/// The pause between two sweeps.
const PAUSE: Duration = Duration::from_secs(60 * 60);

const CLOSED: [Status; 4] = [Status::Succeeded, Status::Failed, Status::TimedOut, Status::Aborted];

impl Runner {
    /// Forgets what is old enough, again and again, until the runner is closed.
    pub(crate) async fn sweep(&self) {
        while !self.0.tasks.is_closing() {
            if let Err(error) = self.sweep_once().await {
                tracing::error!(%error, "failed to forget old executions");
            }
            #[expect(
                clippy::disallowed_methods,
                reason = "the next sweep finds whatever is due then"
            )]
            let pause = tokio::time::sleep(PAUSE);
            tokio::select! {
                () = pause => {}
                () = self.0.tasks.closing() => {}
            }
        }
    }

    /// Looks into every list once.
    async fn sweep_once(&self) -> Result<(), Error> {
        let oldest = self.0.house.now().as_millis() - self.0.limits.retention.as_millis() as i64;
        let mut lists = key::lists().range();
        while let [row] = &self.0.store.scan(&Scan::range(lists.clone()).limit(1)).await?[..] {
            let owner = key::list_owner(&row.key)?;
            for status in CLOSED {
                self.forget_all(&owner, status, oldest).await?;
            }
            let Some(next) = key::lists_of(&owner).range().end else { break };
            lists = KeyRange { start: next, ..lists };
        }
        Ok(())
    }

    /// Forgets the executions of a list that have ended before then.
    async fn forget_all(&self, owner: &str, status: Status, before: i64) -> Result<(), Error> {
        let ended = key::listed(owner, status).range();
        let range = KeyRange::new(ended.start, key::listed(owner, status).i64(before));
        let mut pages = Pages::of(Scan::range(range));
        while let Some(rows) = pages.next(&*self.0.store).await? {
            let forgotten = rows.iter().map(async |row| {
                let arn = Arc::from(key::list_parts(&row.key)?.1);
                self.ask(&arn, Message::Forget).await
            });
            futures_util::future::try_join_all(forgotten).await?;
        }
        Ok(())
    }
}
