//! Connections that nobody speaks over.

use std::time::Duration;

use appsync::Limits;
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Empty};
use serde_json::{Value, json};
use service::{Service as _, Stopping, Upgrade};
use tokio::io::{AsyncReadExt as _, DuplexStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::house::Room;

/// A connection to the API, and the room's end of it.
async fn connect(room: &Room, id: &str, key: &str) -> (DuplexStream, JoinHandle<()>) {
    let request = Request::get(format!("/appsync-api/{id}/graphql/realtime"))
        .header("upgrade", "websocket")
        .header("connection", "upgrade")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-protocol", "graphql-ws")
        .header("x-api-key", key)
        .body(Empty::<Bytes>::new().map_err(|never| match never {}).boxed_unsync())
        .unwrap();
    let public = room.appsync.public_http().unwrap();
    let mut reply = public.answer(room.ctx(), request).await;
    let Upgrade(upgrade) = reply.extensions_mut().remove().unwrap();
    let (client, server) = tokio::io::duplex(1024);
    let (house, stopped) = watch::channel(false);
    let serving = upgrade.take_over(Box::new(server), Stopping::new(stopped));
    let served = tokio::spawn(async move {
        serving.await;
        drop(house);
    });
    (client, served)
}

#[tokio::test]
async fn who_may_not_come_in_and_says_nothing_keeps_no_place() {
    let limits = Limits {
        keep_alive: Duration::from_millis(20),
        farewell: Duration::from_millis(20),
        ..Limits::default()
    };
    let room = Room::within(limits).await;
    let (id, key) = room.api("type Query { hello: String }", Value::Null).await;
    let (_client, refused) = connect(&room, &id, "da2-wrong").await;
    refused.await.unwrap();
    let (mut client, welcome) = connect(&room, &id, &key).await;
    let mut heard = [0; 15];
    client.read_exact(&mut heard).await.unwrap();
    assert_eq!(&heard, b"\x81\x0d{\"type\":\"ka\"}");
    assert!(!welcome.is_finished());
}

#[tokio::test]
async fn a_connection_ends_with_its_api() {
    let limits = Limits { farewell: Duration::from_millis(20), ..Limits::default() };
    let room = Room::within(limits).await;
    let (id, key) = room.api("type Query { hello: String }", Value::Null).await;
    let (other, other_key) = room.api("type Query { hello: String }", Value::Null).await;
    let (mut client, served) = connect(&room, &id, &key).await;
    let (_client, stays) = connect(&room, &other, &other_key).await;
    room.call("DeleteGraphqlApi", json!({"apiId": id})).await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), served).await.unwrap().unwrap();
    let mut heard = [0; 4];
    client.read_exact(&mut heard).await.unwrap();
    assert_eq!(heard, [0x88, 2, 0x03, 0xe9], "a close that says going away");
    assert!(!stays.is_finished());
}
