use serde_json::json;
use std::time::Duration;

use crate::house::Rooms;

#[tokio::test]
async fn an_attempt_that_asks_again_is_answered_again_and_nothing_is_done_twice() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let add = json!({
        "TableName": "Orders", "Key": {"id": {"S": "1"}}, "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}}, "ReturnValues": "UPDATED_NEW",
    });
    let first = rooms.attempt("execution-1/5/0", "UpdateItem", add.clone()).await;
    let again = rooms.again().attempt("execution-1/5/0", "UpdateItem", add.clone()).await;
    assert_eq!(again, first);
    let other = rooms.attempt("execution-1/5/1", "UpdateItem", add).await;
    assert_eq!(other["Attributes"]["n"]["N"], "2");
}

#[tokio::test]
async fn an_attempt_that_was_refused_may_succeed_later() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let update = json!({
        "TableName": "Orders", "Key": {"id": {"S": "1"}}, "UpdateExpression": "SET a = :a",
        "ConditionExpression": "attribute_exists(id)", "ExpressionAttributeValues": {":a": {"S": "x"}},
    });
    let ctx = || rooms.ctx().with_attempt("attempt");
    rooms.ask_as(ctx(), "UpdateItem", update.clone()).await.expect_err("there is no item");
    rooms.put("Orders", "1").await;
    rooms.ask_as(ctx(), "UpdateItem", update).await.expect("the item is there");
}

#[tokio::test]
async fn a_table_is_made_once_an_attempt() {
    let rooms = Rooms::open();
    let request = crate::house::table("Orders");
    let first = rooms.attempt("attempt", "CreateTable", request.clone()).await;
    let again = rooms.again().attempt("attempt", "CreateTable", request).await;
    assert_eq!(again, first);
}

#[tokio::test]
async fn a_batch_with_a_statement_that_fails_is_kept_for_its_attempt() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    rooms.put("Orders", "1").await;
    let insert =
        |id: &str| json!({"Statement": format!("INSERT INTO \"Orders\" VALUE {{'id': '{id}'}}")});
    let batch = json!({"Statements": [insert("2"), insert("1")]});
    let first = rooms.attempt("attempt", "BatchExecuteStatement", batch.clone()).await;
    assert_eq!(first["Responses"][0]["Error"], json!(null), "the insert of 2 works");
    let again = rooms.attempt("attempt", "BatchExecuteStatement", batch).await;
    assert_eq!(again, first);
}

#[tokio::test]
async fn attempts_are_kept_for_a_day_however_long_the_house_was_away() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let put = json!({
        "TableName": "Orders", "Item": {"id": {"S": "1"}},
        "ConditionExpression": "attribute_not_exists(id)",
    });
    rooms.attempt("attempt", "PutItem", put.clone()).await;
    rooms.clock.advance(Duration::from_hours(30 * 24));

    let later = rooms.again();
    later.put("Orders", "2").await;
    later.sweep().await;
    later.attempt("attempt", "PutItem", put.clone()).await;

    rooms.clock.advance(Duration::from_hours(2));
    later.sweep().await;
    let ctx = later.ctx().with_attempt("attempt");
    later.ask_as(ctx, "PutItem", put).await.expect_err("the attempt is forgotten, the item isn't");
}
