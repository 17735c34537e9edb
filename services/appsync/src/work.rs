//! Schemas in the making: a definition is a row until it has become the API's schema, or was found wanting.

use std::sync::Arc;
use std::time::Duration;

use store::Error;

use crate::Room;
use crate::merge;
use crate::model::SchemaState;
use crate::schema;
use crate::tables;
use crate::wire::SchemaStatus;

/// When to try again what the store didn't let us do.
const PAUSE: Duration = Duration::from_secs(1);

/// Creates the schemas that wait, those from before a restart too, and then each that comes.
pub(crate) async fn work(room: Arc<Room>) {
    loop {
        match create_schemas(&room).await {
            Ok(()) => room.schema_creations.notified().await,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "create a schema");
                #[expect(
                    clippy::disallowed_methods,
                    reason = "definitions are rows; this is when to look again"
                )]
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn create_schemas(room: &Arc<Room>) -> Result<(), Error> {
    for (api_id, definition) in room.tables().schema_creations().await? {
        create_schema(room, &api_id, definition).await?;
    }
    Ok(())
}

async fn create_schema(room: &Arc<Room>, api_id: &str, definition: String) -> Result<(), Error> {
    let outcome = schema::check(&definition);
    loop {
        let turn = room.changes.lock().await;
        let Some(found) = room.tables().api(api_id).await? else {
            return Ok(());
        };
        let mut api = found.value.clone();
        api.schema = Some(match &outcome {
            Ok(details) => {
                SchemaState { status: SchemaStatus::Success, details: Some(details.clone()) }
            }
            Err(details) => {
                SchemaState { status: SchemaStatus::Failed, details: Some(details.clone()) }
            }
        });
        let mut batch = tables::change(&found, api);
        tables::delete_schema_creation(&mut batch, api_id);
        if outcome.is_ok() {
            tables::put_schema(&mut batch, api_id, definition.clone());
        }
        let committed = room.store.commit(batch).await;
        drop(turn);
        match committed {
            Ok(()) if outcome.is_ok() => {
                return merge::merge_into_all(room, api_id, room.house.now()).await;
            }
            Ok(()) => return Ok(()),
            Err(Error::PreconditionFailed { .. }) => {}
            Err(error) => return Err(error),
        }
    }
}
