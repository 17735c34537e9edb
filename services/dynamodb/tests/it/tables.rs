use serde_json::{Value, json};

use crate::house::{Rooms, TABLE_ARN, table};

#[tokio::test]
async fn a_table_has_an_arn_of_the_house() {
    let rooms = Rooms::open();
    let created = rooms.call("CreateTable", table("Orders")).await;
    let described = rooms.call("DescribeTable", json!({"TableName": "Orders"})).await;

    assert_eq!(created["TableDescription"]["TableArn"], format!("{TABLE_ARN}Orders"));
    assert_eq!(created["TableDescription"]["TableStatus"], "CREATING");
    assert_eq!(described["Table"]["TableArn"], format!("{TABLE_ARN}Orders"));
    assert_eq!(described["Table"]["TableStatus"], "ACTIVE");
}

#[tokio::test]
async fn an_index_has_an_arn_of_the_house() {
    let rooms = Rooms::open();
    let mut request = table("Orders");
    request["GlobalSecondaryIndexes"] = json!([{
        "IndexName": "by-id",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }]);
    let created = rooms.call("CreateTable", request).await;
    assert_eq!(
        created["TableDescription"]["GlobalSecondaryIndexes"][0]["IndexArn"],
        format!("{TABLE_ARN}Orders/index/by-id")
    );
}

#[tokio::test]
async fn a_key_has_an_arn_of_the_house() {
    let rooms = Rooms::open();
    let mut request = table("Orders");
    request["SSESpecification"] =
        json!({"Enabled": true, "SSEType": "KMS", "KMSMasterKeyId": "my-key"});
    let created = rooms.call("CreateTable", request).await;
    assert_eq!(
        created["TableDescription"]["SSEDescription"]["KMSMasterKeyArn"],
        "arn:aws:kms:us-east-1:000000000000:key/my-key"
    );
}

#[tokio::test]
async fn a_table_that_goes_back_to_capacity_says_so() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let update = json!({
        "TableName": "Orders", "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    });
    let updated = rooms.call("UpdateTable", update).await;
    let summary = &updated["TableDescription"]["BillingModeSummary"];
    assert_eq!(summary["BillingMode"], "PROVISIONED");
}

#[tokio::test]
async fn an_index_has_the_capacity_that_it_was_given_last() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let throughput = |units: u32| json!({"ReadCapacityUnits": units, "WriteCapacityUnits": units});
    let update = |action: &str, index: Value| json!({"TableName": "Orders", "GlobalSecondaryIndexUpdates": [{action: index}]});
    let mut create = update(
        "Create",
        json!({
            "IndexName": "by-customer", "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"}, "ProvisionedThroughput": throughput(2),
        }),
    );
    create["AttributeDefinitions"] = json!([{"AttributeName": "customer", "AttributeType": "S"}]);
    create["BillingMode"] = json!("PROVISIONED");
    create["ProvisionedThroughput"] = throughput(1);
    let shown = |reply: &Value| {
        let capacity = &reply["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"];
        (capacity["ReadCapacityUnits"].clone(), capacity["WriteCapacityUnits"].clone())
    };
    let created = rooms.call("UpdateTable", create).await;
    assert_eq!(shown(&created["TableDescription"]), (json!(2), json!(2)));
    let describe = || rooms.call("DescribeTable", json!({"TableName": "Orders"}));
    assert_eq!(shown(&describe().await["Table"]), (json!(2), json!(2)));
    let more = json!({"IndexName": "by-customer", "ProvisionedThroughput": throughput(5)});
    rooms.call("UpdateTable", update("Update", more)).await;
    assert_eq!(shown(&describe().await["Table"]), (json!(5), json!(5)));
    let on_demand = json!({"TableName": "Orders", "BillingMode": "PAY_PER_REQUEST"});
    rooms.call("UpdateTable", on_demand).await;
    assert_eq!(shown(&describe().await["Table"]), (json!(0), json!(0)));
}

#[tokio::test]
async fn a_table_that_is_deleted_is_gone() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    rooms.call("DeleteTable", json!({"TableName": "Orders"})).await;
    assert_eq!(rooms.call("ListTables", json!({})).await, json!({"TableNames": []}));
}

#[tokio::test]
async fn a_table_is_made_once() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    assert_eq!(
        rooms.refusal("CreateTable", table("Orders")).await,
        ("ResourceInUseException".into(), "Table already exists: Orders".into())
    );
    // What the refused request left in memory isn't mistaken for the table.
    rooms.call("DeleteTable", json!({"TableName": "Orders"})).await;
    rooms.table("Orders").await;
}

#[tokio::test]
async fn tags_are_kept_by_arn() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let arn = format!("{TABLE_ARN}Orders");
    let tags = json!([{"Key": "team", "Value": "shop"}]);
    rooms.call("TagResource", json!({"ResourceArn": arn, "Tags": tags})).await;
    let listed = rooms.call("ListTagsOfResource", json!({"ResourceArn": arn})).await;
    assert_eq!(listed["Tags"], tags);
}

#[tokio::test]
async fn a_table_may_be_given_by_its_arn() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let arn = format!("{TABLE_ARN}Orders");
    let item = json!({"id": {"S": "arn:aws:dynamodb:dynoxide:000000000000:x"}});
    rooms.call("PutItem", json!({"TableName": arn, "Item": item})).await;
    let put = json!({"PutRequest": {"Item": {"id": {"S": "b"}}}});
    let mut tables = serde_json::Map::new();
    tables.insert(arn.clone(), json!([put]));
    rooms.call("BatchWriteItem", json!({"RequestItems": tables})).await;
    let put = json!({"Put": {"TableName": arn, "Item": {"id": {"S": "c"}}}});
    rooms.call("TransactWriteItems", json!({"TransactItems": [put]})).await;
    assert_eq!(
        rooms.ids("Orders").await,
        ["arn:aws:dynamodb:dynoxide:000000000000:x", "b", "c"],
        "and an item that holds an ARN stays as it is"
    );
}

#[tokio::test]
async fn a_batch_is_answered_with_the_names_it_was_asked_with() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    rooms.put("Orders", "1").await;
    let arn = format!("{TABLE_ARN}Orders");
    let keys = json!({"Keys": [{"id": {"S": "1"}}]});
    let reply = rooms.call("BatchGetItem", json!({"RequestItems": {&arn: keys}})).await;
    assert_eq!(reply["Responses"], json!({arn: [{"id": {"S": "1"}}]}));
}

#[tokio::test]
async fn point_in_time_recovery_is_off() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let request = json!({"TableName": "Orders"});
    let described = rooms.call("DescribeContinuousBackups", request).await;
    assert_eq!(
        described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"],
        json!({"PointInTimeRecoveryStatus": "DISABLED"})
    );
    assert_eq!(
        rooms.refusal("DescribeContinuousBackups", json!({"TableName": "Other"})).await,
        ("TableNotFoundException".into(), "Table not found: Other".into())
    );
}

#[tokio::test]
async fn tables_whose_names_sqlite_cant_tell_apart_are_refused() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    for name in ["orders", "_tables", "SQLITE_x"] {
        let (code, message) = rooms.refusal("CreateTable", table(name)).await;
        assert_eq!(code, "ValidationException", "{name}");
        assert!(
            message.starts_with(&format!("The table {name} can't be kept beside")),
            "{message}"
        );
    }
    rooms.put("Orders", "1").await;
}
