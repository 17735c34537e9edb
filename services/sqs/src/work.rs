//! What goes on by itself: messages expire, go to dead-letter queues, and are moved by tasks.
//!
//! Messages change queues only here, so that nothing of it stops half-way when a client goes away.

mod departure;

use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;

use crate::Room;
use crate::attempts;

/// The longest rest: a clock that was set is noticed after it.
const REST_MAX: Duration = Duration::from_secs(60);
/// The pause after the store has refused.
const PAUSE: Duration = Duration::from_secs(1);

/// Works until it is dropped.
pub(crate) async fn work(room: Arc<Room>) {
    let mut sweep_at = room.house.now().after(attempts::SWEEP);
    loop {
        let rest = match look(&room, &mut sweep_at).await {
            Ok(next) => next.map_or(REST_MAX, |next| next.since(room.house.now())),
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "work on the queues");
                PAUSE
            }
        };
        let bell = room.bell.notified();
        // Either the bell or the time: both are reasons to look again.
        let _ = tokio::time::timeout(rest.min(REST_MAX), bell).await;
    }
}

/// Does what is due in every queue. Gives when more will be.
async fn look(
    room: &Arc<Room>,
    sweep_at: &mut Timestamp,
) -> Result<Option<Timestamp>, store::Error> {
    let mut next = Some(*sweep_at);
    let mut sooner = |due: Option<Timestamp>| next = next.into_iter().chain(due).min();
    for queue in room.queues() {
        departure::bury(room, &queue).await?;
        sooner(departure::step(room, &queue).await?);
        sooner(queue.tidy(&*room.store, room.house.now()).await?);
    }
    let now = room.house.now();
    if *sweep_at <= now {
        attempts::sweep(room, now).await?;
        *sweep_at = now.after(attempts::SWEEP);
    }
    Ok(next)
}
