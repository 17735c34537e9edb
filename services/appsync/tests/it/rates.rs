//! AWS's rates, where they are enforced.

use appsync::Rates;
use serde_json::{Value, json};
use service::Rate;

use crate::house::Room;

const SCHEMA: &str = "type Query { hello: String }";
const ONCE: Rate = Rate { bucket: 1, refill_per_second: 1 };

#[tokio::test]
async fn who_asks_too_often_is_told_so_and_may_ask_again() {
    let room = Room::rated(Rates { requests: ONCE, ..Rates::default() }).await;
    let (id, key) = room.api(SCHEMA, Value::Null).await;
    room.field(&id, "Query.hello", "\"hi\"").await;
    let answered = (200, json!({"data": {"hello": "hi"}}));
    assert_eq!(room.ask(&id, &key, "{hello}").await, answered);
    let error = json!({"errorType": "ThrottlingException", "message": "Rate exceeded"});
    assert_eq!(room.ask(&id, &key, "{hello}").await, (429, json!({"errors": [error]})));
    room.advance(std::time::Duration::from_secs(1));
    assert_eq!(room.ask(&id, &key, "{hello}").await, answered);
}

#[tokio::test]
async fn without_rates_nobody_waits() {
    let room = Room::open().await;
    let (id, key) = room.api(SCHEMA, Value::Null).await;
    for _ in 0..20 {
        assert_eq!(room.ask(&id, &key, "{hello}").await.0, 200);
    }
}
