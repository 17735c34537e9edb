//! What the room does by itself: it sweeps away what retention policies have outlived.
//!
//! Requests don't see those events any more, so the sweep is about space alone and needs no row that says when it is due.

use std::sync::Arc;
use std::time::Duration;

use base::Timestamp;
use store::{Batch, Store};

use crate::Room;
use crate::errors::Error;
use crate::identifier::Scope;
use crate::tables::{StreamName, Tables};

/// When to look again; a new policy rings the bell before.
const INTERVAL: Duration = Duration::from_hours(1);
/// Events that go in one batch.
const EVENTS_AT_ONCE: usize = 1_000;

/// Sweeps now and then.
pub(crate) async fn sweep(room: Arc<Room>) {
    loop {
        if let Err(error) = sweep_all(&room).await {
            tracing::error!(error = &error as &dyn std::error::Error, "sweep expired log events");
        }
        #[expect(clippy::disallowed_methods, reason = "this is when to look again")]
        let over = tokio::time::sleep(INTERVAL);
        tokio::select! {
            () = over => {}
            () = room.retention_changed.notified() => {}
        }
    }
}

async fn sweep_all(room: &Room) -> Result<(), Error> {
    let store: &dyn Store = &*room.store;
    let now: Timestamp = room.house.now();
    for (scope, name, group) in Tables(store).all_groups().await? {
        let horizon = group.horizon(now);
        if i64::MIN < horizon {
            sweep_group(store, &scope, &name, horizon).await?;
        }
    }
    Ok(())
}

async fn sweep_group(
    store: &dyn Store,
    scope: &Scope,
    group: &str,
    horizon: i64,
) -> Result<(), Error> {
    let mut after = None;
    loop {
        let within = (i64::MIN, horizon);
        let orders =
            Tables(store).order(scope, group, within, after.as_ref(), EVENTS_AT_ONCE).await?;
        let Some(last) = orders.last() else { return Ok(()) };
        let mut batch = Batch::new();
        for order in &orders {
            StreamName { scope, group, name: &order.stream }.remove(&mut batch, order.place);
        }
        store.commit(batch).await?;
        after = Some(last.clone());
    }
}
