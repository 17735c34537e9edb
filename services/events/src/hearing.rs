//! What happens in the other rooms of the house (see [`service::Feed`]): it comes to the default bus of its account.

use json::Value;
use store::Batch;

use crate::Room;
use crate::errors::Error;
use crate::event::Acceptance;
use crate::identifier::{BusName, DEFAULT_BUS, Scope};
use crate::tables::Tables;

/// Events that are taken together.
const EVENTS_AT_ONCE: usize = 100;

/// Lets the house know whether anybody listens; to be asked once, when the work begins.
pub(crate) async fn begin(room: &Room) -> Result<(), Error> {
    if !Tables(&*room.store).listens().await? {
        room.house.feed().listen_no_more();
    }
    Ok(())
}

/// Takes what has happened: in one batch the events go, and what has to be delivered for them is there.
pub(crate) async fn take(room: &Room) -> Result<(), Error> {
    let feed = room.house.feed();
    loop {
        let happened = feed.read(&*room.store, EVENTS_AT_ONCE).await?;
        if happened.is_empty() {
            return Ok(());
        }
        let mut acceptance = Acceptance {
            tables: Tables(&*room.store),
            patterns: &room.patterns,
            now: room.house.now(),
            entropy: room.house.entropy(),
            batch: Batch::new(),
        };
        for row in happened {
            acceptance.batch.delete(row.key);
            match read(room, &row.event) {
                Some((bus, event)) => acceptance.take(&bus, &event, 0).await?,
                None => tracing::error!("an event of the house can't be read"),
            }
        }
        room.store.commit(acceptance.batch).await?;
    }
}

/// The event, and the bus that it belongs to.
fn read(room: &Room, event: &[u8]) -> Option<(BusName, Value)> {
    let event = Value::parse(std::str::from_utf8(event).ok()?).ok()?;
    let text = |name: &str| event.get(name)?.as_str().map(str::to_owned);
    let (region, account) = (text("region")?, text("account")?);
    let scope = Scope::new(room.house.partition(), &region, &account);
    Some((BusName { scope, name: DEFAULT_BUS.to_owned() }, event))
}
