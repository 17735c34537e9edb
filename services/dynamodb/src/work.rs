//! What goes on by itself: items whose time is over are deleted, and what is kept for a time only is forgotten.

use std::sync::Arc;
use std::time::Duration;

use crate::Room;

/// AWS deletes an expired item "within a few days"; we look more often.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html>
const PAUSE: Duration = Duration::from_secs(60);
/// A sweep reads every table that has a time to live, and others wait for it: it may take this part of the time.
const PART_OF_TIME: u32 = 50;

pub(crate) async fn sweep_for_ever(room: Arc<Room>) {
    loop {
        let started_at = room.clock.now();
        room.sweep().await;
        let took = room.clock.now().since(started_at);
        pause(PAUSE.max(took * PART_OF_TIME)).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "when to look again; nothing is forgotten with it")]
async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}
