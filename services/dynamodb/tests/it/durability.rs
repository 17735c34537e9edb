use rusqlite::Connection;
use serde_json::json;

use crate::house::Rooms;

#[tokio::test]
async fn what_is_acknowledged_is_in_the_file() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    rooms.put("Orders", "1").await;
    let path = rooms.path().join("000000000000/us-east-1.sqlite");
    let connection = Connection::open(path).expect("opens");
    let count: i64 = connection
        .query_row("SELECT count(*) FROM Orders", [], |row| row.get(0))
        .expect("another connection reads it");
    assert_eq!(count, 1);
}

#[tokio::test]
async fn a_group_that_gets_no_transaction_leaves_nothing_and_the_next_is_served() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let path = rooms.path().join("000000000000/us-east-1.sqlite");
    let blocker = Connection::open(path).expect("opens");
    blocker.execute_batch("BEGIN IMMEDIATE").expect("locks");
    let put = json!({"TableName": "Orders", "Item": {"id": {"S": "1"}}});
    let error = rooms.ask("PutItem", put.clone()).await.expect_err("the file is locked");
    assert_eq!(error.status, 500);
    blocker.execute_batch("ROLLBACK").expect("unlocks");
    assert!(rooms.ids("Orders").await.is_empty());
    rooms.call("PutItem", put).await;
    assert_eq!(rooms.ids("Orders").await, ["1"]);
}
