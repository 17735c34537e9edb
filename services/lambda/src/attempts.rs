//! At most once for the attempt of a task: what was done for it is kept, and answered again.

use std::sync::Arc;
use std::time::Duration;

use store::Batch;

use crate::Room;
use crate::errors::Error;
use crate::model::Attempt;
use crate::tables::{self, Tables};
use crate::visit::Commit;
use crate::wire::InvokeOutput;

/// How long a reply is kept. Who asks again after a crash does so at once when the house is up.
const KEPT: Duration = Duration::from_hours(24);
/// How often old replies are swept; not before all who want to have asked again.
const SWEEP: Duration = Duration::from_hours(1);

impl Room {
    /// Notes that an attempt is being made, durably before it is made. If it was noted before, what is known of it:
    /// the reply, or nothing if it was interrupted.
    pub(crate) async fn begin_attempt(
        &self,
        attempt: &str,
    ) -> Result<Option<Option<InvokeOutput>>, Error> {
        let batch = tables::first_attempt(attempt, self.house.now().as_millis());
        if self.commit(batch).await? == Commit::Done {
            return Ok(None);
        }
        let kept = self.tables().attempt(attempt).await?;
        let reply = kept.and_then(|kept| kept.reply);
        let corrupt = |_| store::Error::Corrupt("the reply of an attempt");
        let reply = reply.map(|text| aws::decode(text.as_bytes()).map_err(corrupt)).transpose()?;
        Ok(Some(reply))
    }

    /// Keeps the reply of an attempt.
    pub(crate) async fn end_attempt(
        &self,
        attempt: &str,
        reply: &InvokeOutput,
    ) -> Result<(), Error> {
        let reply = String::from_utf8_lossy(&aws::encode(reply)?).into_owned();
        let kept = Attempt { at: self.house.now().as_millis(), reply: Some(reply) };
        let mut batch = Batch::new();
        tables::put_attempt(&mut batch, attempt, &kept);
        self.commit(batch).await?;
        Ok(())
    }

    /// Forgets an attempt that came to nothing.
    pub(crate) async fn forget_attempt(&self, attempt: &str) -> Result<(), Error> {
        let mut batch = Batch::new();
        tables::delete_attempt(&mut batch, attempt);
        self.commit(batch).await?;
        Ok(())
    }

    async fn sweep_attempts(&self) -> Result<(), Error> {
        let kept_from = self.house.now().as_millis() - KEPT.as_millis() as i64;
        let old = Tables(&*self.store).attempts_before(kept_from).await?;
        let mut batch = Batch::new();
        for key in old {
            batch.delete(key);
        }
        if !batch.is_empty() {
            self.commit(batch).await?;
        }
        Ok(())
    }
}

/// Sweeps old replies, again and again.
pub(crate) async fn work(room: Arc<Room>) {
    loop {
        #[expect(
            clippy::disallowed_methods,
            reason = "old rows harm nobody: this is when to look for them"
        )]
        tokio::time::sleep(SWEEP).await;
        if let Err(error) = room.sweep_attempts().await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "failed to sweep old attempts"
            );
        }
    }
}
