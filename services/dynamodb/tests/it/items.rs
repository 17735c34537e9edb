use serde_json::json;

use crate::house::Rooms;

#[tokio::test]
async fn an_item_is_put_updated_read_and_deleted() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    rooms.put("Orders", "1").await;
    let key = json!({"id": {"S": "1"}});
    let updated = rooms
        .call(
            "UpdateItem",
            json!({
                "TableName": "Orders", "Key": key, "ReturnValues": "ALL_NEW",
                "UpdateExpression": "SET #s = :s, parts = list_append(if_not_exists(parts, :none), :line) ADD n :one",
                "ExpressionAttributeNames": {"#s": "status"},
                "ExpressionAttributeValues": {
                    ":s": {"S": "PAID"}, ":none": {"L": []}, ":line": {"L": [{"S": "tea"}]}, ":one": {"N": "1"},
                },
            }),
        )
        .await;
    let item = json!({
        "id": {"S": "1"}, "status": {"S": "PAID"}, "parts": {"L": [{"S": "tea"}]}, "n": {"N": "1"},
    });
    assert_eq!(updated["Attributes"], item);
    let get = json!({"TableName": "Orders", "Key": key, "ConsistentRead": true});
    assert_eq!(rooms.call("GetItem", get.clone()).await, json!({"Item": item}));
    rooms.call("DeleteItem", json!({"TableName": "Orders", "Key": key})).await;
    assert_eq!(rooms.call("GetItem", get).await, json!({}));
}

#[tokio::test]
async fn a_condition_that_fails_gives_the_item_if_asked() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    rooms.put("Orders", "1").await;
    let error = rooms
        .ask(
            "PutItem",
            json!({
                "TableName": "Orders", "Item": {"id": {"S": "1"}},
                "ConditionExpression": "attribute_not_exists(id)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }),
        )
        .await
        .expect_err("the item is there");
    assert_eq!(
        String::from_utf8_lossy(&error.to_json()),
        r#"{"__type":"ConditionalCheckFailedException","message":"The conditional request failed","Item":{"id":{"S":"1"}}}"#
    );
}

#[tokio::test]
async fn requests_that_come_together_are_all_answered() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let add = json!({
        "TableName": "Orders", "Key": {"id": {"S": "1"}}, "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}}, "ReturnValues": "UPDATED_NEW",
    });
    let refused = json!({
        "TableName": "Orders", "Key": {"id": {"S": "1"}},
        "ConditionExpression": "attribute_exists(nothing)",
    });
    let mut seen: Vec<i32> = Vec::new();
    let adds =
        futures_util::future::join_all((0..50).map(|_| rooms.ask("UpdateItem", add.clone())));
    let deletes =
        futures_util::future::join_all((0..50).map(|_| rooms.ask("DeleteItem", refused.clone())));
    let (adds, deletes) = tokio::join!(adds, deletes);
    for added in adds {
        let added = added.expect("the update works");
        seen.push(added["Attributes"]["n"]["N"].as_str().expect("a number").parse().expect("one"));
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=50).collect::<Vec<_>>());
    assert!(deletes.iter().all(Result::is_err));
}

#[tokio::test]
async fn statements_of_a_batch_succeed_and_fail_each_by_itself() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    rooms.put("Orders", "1").await;
    let insert =
        |id: &str| json!({"Statement": format!("INSERT INTO \"Orders\" VALUE {{'id': '{id}'}}")});
    let reply = rooms
        .call(
            "BatchExecuteStatement",
            json!({"Statements": [insert("2"), insert("1"), insert("3")]}),
        )
        .await;
    assert_eq!(reply["Responses"][1]["Error"]["Code"], "DuplicateItem");
    assert_eq!(rooms.ids("Orders").await, ["1", "2", "3"]);
}

#[tokio::test]
async fn an_update_that_makes_an_item_has_no_old_one_to_give() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let update = json!({
        "TableName": "Orders", "Key": {"id": {"S": "1"}}, "UpdateExpression": "SET a = :a",
        "ExpressionAttributeValues": {":a": {"S": "x"}}, "ReturnValues": "ALL_OLD",
    });
    assert_eq!(rooms.call("UpdateItem", update.clone()).await, json!({}));
    let old = json!({"id": {"S": "1"}, "a": {"S": "x"}});
    assert_eq!(rooms.call("UpdateItem", update).await, json!({"Attributes": old}));
}
