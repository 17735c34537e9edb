use serde_json::json;

use crate::house::{Rooms, TABLE_ARN};

#[tokio::test]
async fn a_table_that_isnt_there_is_not_found() {
    let rooms = Rooms::open();
    let key = json!({"TableName": "Nothing", "Key": {"id": {"S": "1"}}});
    let item = json!({"TableName": "Nothing", "Item": {"id": {"S": "1"}}});
    for (operation, body) in
        [("GetItem", key), ("PutItem", item), ("Scan", json!({"TableName": "Nothing"}))]
    {
        assert_eq!(
            rooms.refusal(operation, body).await,
            ("ResourceNotFoundException".into(), "Requested resource not found".into()),
            "{operation}"
        );
    }
    assert_eq!(
        rooms.refusal("DescribeTable", json!({"TableName": "Nothing"})).await,
        (
            "ResourceNotFoundException".into(),
            "Requested resource not found: Table: Nothing not found".into()
        )
    );
}

#[tokio::test]
async fn members_that_are_missing_or_mistyped_are_named() {
    let rooms = Rooms::open();
    assert_eq!(
        rooms.refusal("PutItem", json!({"TableName": "Orders", "Item": {"id": {"S": 1}}})).await,
        ("SerializationException".into(), "NUMBER_VALUE cannot be converted to String".into())
    );
    assert_eq!(
        rooms.refusal("UpdateTimeToLive", json!({"TableName": "Orders"})).await,
        (
            "ValidationException".into(),
            "1 validation error detected: Value null at 'timeToLiveSpecification' failed to satisfy \
             constraint: Member must not be null"
                .into()
        )
    );
}

/// As DynamoDB was seen to do it: https://github.com/architect/dynalite/issues/99
#[tokio::test]
async fn parentheses_around_nothing_but_parentheses_are_refused() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let scan = |filter: &str| {
        json!({
            "TableName": "Orders", "FilterExpression": filter,
            "ExpressionAttributeValues": {":a": {"S": "a"}},
        })
    };
    for filter in ["((a = :a))", "(b = :a) AND ((a = :a))", "((a = :a OR b = :a))", "(((a = :a)))"]
    {
        let message = "Invalid FilterExpression: The expression has redundant parentheses;";
        let refusal = ("ValidationException".into(), message.into());
        assert_eq!(rooms.refusal("Scan", scan(filter)).await, refusal, "{filter}");
    }
    for filter in [
        "(a = :a)",
        "((a = :a) OR (b = :a))",
        "((a = :a AND b = :a) AND c = :a)",
        "(((a = :a) OR (b = :a)) AND (c = :a))",
        "a = :a OR (b = :a AND c = :a)",
        "(NOT (NOT (a = :a)))",
    ] {
        rooms.call("Scan", scan(filter)).await;
    }
}

#[tokio::test]
async fn nothing_is_between_bounds_that_have_no_order() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let says = "Incorrect operand type for operator or function; operator or function: BETWEEN, operand type";
    let one = json!({"N": "1"});
    for (low, high, kind) in
        [(json!({"NULL": true}), one.clone(), "NULL"), (one, json!({"BOOL": true}), "BOOL")]
    {
        let values = json!({":low": low, ":high": high});
        let scan = json!({
            "TableName": "Orders", "FilterExpression": "NOT (price BETWEEN :low AND :high)",
            "ExpressionAttributeValues": values,
        });
        let refusal = format!("Invalid FilterExpression: {says}: {kind}");
        assert_eq!(rooms.refusal("Scan", scan).await, ("ValidationException".into(), refusal));
        let put = json!({
            "TableName": "Orders", "Item": {"id": {"S": "1"}},
            "ConditionExpression": "price BETWEEN :low AND :high", "ExpressionAttributeValues": values,
        });
        let refusal = format!("Invalid ConditionExpression: {says}: {kind}");
        let transaction = json!({"TransactItems": [{"Put": put}]});
        let given = rooms.refusal("TransactWriteItems", transaction).await;
        assert_eq!(given, ("ValidationException".into(), refusal.clone()));
        let refusal = format!("1 validation error detected: {refusal}");
        assert_eq!(rooms.refusal("PutItem", put).await, ("ValidationException".into(), refusal));
    }
}

#[tokio::test]
async fn a_transaction_takes_no_empty_values() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let put = json!({"Put": {
        "TableName": "Orders", "Item": {"id": {"S": "1"}},
        "ConditionExpression": "attribute_not_exists(id)", "ExpressionAttributeValues": {},
    }});
    assert_eq!(
        rooms.refusal("TransactWriteItems", json!({"TransactItems": [put]})).await,
        ("ValidationException".into(), "ExpressionAttributeValues must not be empty".into())
    );
}

#[tokio::test]
async fn names_and_values_are_refused_in_the_words_of_aws() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let empty_set = json!({
        "TableName": "Orders", "Key": {"id": {"S": "1"}}, "UpdateExpression": "ADD tags :none",
        "ExpressionAttributeValues": {":none": {"SS": []}},
    });
    let two_names = json!({
        "TableName": "Orders", "KeyConditionExpression": "(#id = x)",
        "ExpressionAttributeNames": {"#id": "id"},
    });
    let unused = json!({"RequestItems": {"Nothing": {
        "Keys": [{"id": {"S": "1"}}], "ProjectionExpression": "#id",
        "ExpressionAttributeNames": {"#id": "id", "#count": "count"},
    }}});
    for (operation, body, says) in [
        (
            "UpdateItem",
            empty_set,
            "1 validation error detected: One or more parameter values were invalid: An string set  may not be empty",
        ),
        (
            "Query",
            two_names,
            "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition",
        ),
        (
            "BatchGetItem",
            unused,
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#count}",
        ),
    ] {
        let refusal = ("ValidationException".into(), says.into());
        assert_eq!(rooms.refusal(operation, body).await, refusal, "{operation}");
    }
}

#[tokio::test]
async fn an_operation_that_isnt_there_is_unknown() {
    let rooms = Rooms::open();
    let (code, _) = rooms.refusal("CreateGlobalTable", json!({})).await;
    assert_eq!(code, "UnknownOperationException");
}

#[tokio::test]
async fn a_resource_of_another_account_is_denied() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let foreign = TABLE_ARN.replace("000000000000", "111111111111") + "Orders";
    let caller = rooms.caller("arn:aws:iam::000000000000:user/ana");
    let body = json!({"ResourceArn": foreign, "Tags": [{"Key": "a", "Value": "b"}]});
    let error = rooms.ask_as(caller, "TagResource", body).await.expect_err("is denied");
    assert_eq!(
        error.to_string(),
        format!(
            "AccessDeniedException: User: arn:aws:iam::000000000000:user/ana is not authorized to \
             perform: dynamodb:TagResource on resource: {foreign}"
        )
    );
}

#[tokio::test]
async fn a_file_that_cant_be_opened_is_our_trouble_and_a_later_request_tries_again() {
    let rooms = Rooms::open();
    let account = rooms.path().join("000000000000");
    std::fs::write(&account, "in the way").expect("writes");
    let error = rooms.ask("ListTables", json!({})).await.expect_err("there is no folder");
    assert!(error.is_server_fault(), "{error}");
    assert_eq!(error.message, None);
    std::fs::remove_file(account).expect("removes");
    assert_eq!(rooms.call("ListTables", json!({})).await, json!({"TableNames": []}));
}
