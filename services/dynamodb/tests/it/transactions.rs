use std::time::Duration;

use serde_json::{Value, json};

use crate::house::Rooms;

fn add(token: &str, by: &str) -> Value {
    json!({
        "ClientRequestToken": token,
        "TransactItems": [{"Update": {
            "TableName": "Orders", "Key": {"id": {"S": "1"}}, "UpdateExpression": "ADD n :by",
            "ExpressionAttributeValues": {":by": {"N": by}},
        }}],
    })
}

async fn n(rooms: &Rooms) -> Value {
    let get = json!({"TableName": "Orders", "Key": {"id": {"S": "1"}}});
    rooms.call("GetItem", get).await["Item"]["n"]["N"].take()
}

#[tokio::test]
async fn a_token_that_comes_again_does_nothing_again_even_after_a_restart() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    rooms.call("TransactWriteItems", add("token", "1")).await;
    rooms.call("TransactWriteItems", add("token", "1")).await;
    rooms.again().call("TransactWriteItems", add("token", "1")).await;
    assert_eq!(n(&rooms).await, "1");
}

#[tokio::test]
async fn a_token_is_of_one_request() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    rooms.call("TransactWriteItems", add("token", "1")).await;
    let (code, _) = rooms.refusal("TransactWriteItems", add("token", "2")).await;
    assert_eq!(code, "IdempotentParameterMismatchException");
    let (code, message) = rooms.refusal("TransactWriteItems", add(&"x".repeat(37), "1")).await;
    assert_eq!(code, "ValidationException");
    assert!(message.contains("Member must have length less than or equal to 36"), "{message}");
}

#[tokio::test]
async fn a_token_is_known_for_ten_minutes() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    rooms.call("TransactWriteItems", add("token", "1")).await;
    rooms.clock.advance(Duration::from_secs(599));
    rooms.call("TransactWriteItems", add("token", "1")).await;
    assert_eq!(n(&rooms).await, "1");
    rooms.clock.advance(Duration::from_secs(2));
    rooms.call("TransactWriteItems", add("token", "1")).await;
    assert_eq!(n(&rooms).await, "2");
}

#[tokio::test]
async fn a_transaction_of_which_a_condition_fails_does_nothing_and_says_which() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let transaction = json!({"TransactItems": [
        {"Put": {"TableName": "Orders", "Item": {"id": {"S": "1"}}}},
        {"ConditionCheck": {
            "TableName": "Orders", "Key": {"id": {"S": "2"}}, "ConditionExpression": "attribute_exists(id)",
        }},
    ]});
    let error = rooms.ask("TransactWriteItems", transaction).await.expect_err("is canceled");
    assert_eq!(error.code, "TransactionCanceledException");
    assert_eq!(
        error.message.as_deref(),
        Some(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [None, \
             ConditionalCheckFailed]"
        )
    );
    assert_eq!(error.fields[0].0, "CancellationReasons");
    assert_eq!(error.fields[0].1[1]["Code"], "ConditionalCheckFailed");
    assert!(rooms.ids("Orders").await.is_empty());
}

#[tokio::test]
async fn statements_have_tokens_too() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let insert = json!({
        "ClientRequestToken": "token",
        "TransactStatements": [{"Statement": "INSERT INTO \"Orders\" VALUE {'id': '1'}"}],
    });
    rooms.call("ExecuteTransaction", insert.clone()).await;
    rooms.call("ExecuteTransaction", insert).await;
    assert_eq!(rooms.ids("Orders").await, ["1"]);
}
