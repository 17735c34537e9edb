//! Schemas come about after the reply, through a crash too.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use store::{Memory, Store};

use crate::house::Room;

const SCHEMA: &str = "type Query { hello: String }";

#[tokio::test]
async fn a_definition_that_a_crash_interrupts_becomes_a_schema_afterwards() {
    let store: Arc<dyn Store> = Arc::new(Memory::new());
    let room = Room::over(Arc::clone(&store)).await;
    let asked = json!({"name": "api", "authenticationType": "API_KEY"});
    let api = room.call("CreateGraphqlApi", asked).await.unwrap();
    let id = api["graphqlApi"]["apiId"].as_str().unwrap();
    let asked = json!({"apiId": id, "definition": STANDARD.encode(SCHEMA)});
    room.call("StartSchemaCreation", asked.clone()).await.unwrap();
    let busy = room.call("StartSchemaCreation", asked).await;
    assert_eq!(busy, Err("ConcurrentModificationException".to_owned()));
    drop(room);
    let room = Room::over(store).await;
    assert_eq!(room.created(id).await["status"], "SUCCESS");
}

#[tokio::test]
async fn a_schema_that_fails_leaves_the_old_one() {
    let room = Room::open().await;
    let (id, key) = room.api(SCHEMA, json!({})).await;
    let failed = room.create_schema(&id, "type Query { hello: Nothing }").await;
    assert_eq!(failed["status"], "FAILED");
    assert!(failed["details"].as_str().unwrap().contains("Nothing"), "{failed}");
    assert_eq!(room.ask(&id, &key, "{hello}").await.1, json!({"data": {"hello": null}}));
}

#[tokio::test]
async fn what_belongs_to_an_api_goes_with_it() {
    let room = Room::open().await;
    let (id, key) = room.api(SCHEMA, json!({})).await;
    room.call("DeleteGraphqlApi", json!({"apiId": id})).await.unwrap();
    assert_eq!(room.ask(&id, &key, "{hello}").await.0, 404);
    let gone = room.call("GetDataSource", json!({"apiId": id, "name": "none"})).await;
    assert_eq!(gone, Err("NotFoundException".to_owned()));
}
