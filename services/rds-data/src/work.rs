//! What goes on by itself: transactions that were left alone are rolled back, connections that nobody uses are closed.

use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;

use crate::Room;

/// How late it may be noticed.
const PAUSE: Duration = Duration::from_secs(5);

/// Works until it is dropped. What it does is bounded by time alone, and lost with the process anyway.
pub(crate) async fn work(room: Arc<Room>) {
    let mut pause = tokio::time::interval(PAUSE);
    loop {
        pause.tick().await;
        let now = room.house.now();
        room.transactions.sweep(now, &room.limits);
        let idle = i64::try_from(room.limits.connection_idle.as_millis()).unwrap_or(i64::MAX);
        room.sessions.close_idle(Timestamp::from_millis(now.as_millis().saturating_sub(idle)));
    }
}
