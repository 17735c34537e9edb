use serde_json::json;

use crate::house::{Rooms, table};

#[tokio::test]
async fn accounts_share_no_tables() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let other = || rooms.ctx().with_account("111111111111");

    let created = rooms.ask_as(other(), "CreateTable", table("Orders")).await.expect("is made");
    assert_eq!(
        created["TableDescription"]["TableArn"],
        "arn:aws:dynamodb:us-east-1:111111111111:table/Orders"
    );
    rooms.put("Orders", "1").await;
    let scan = rooms.ask_as(other(), "Scan", json!({"TableName": "Orders"})).await;
    assert_eq!(scan.expect("is read")["Count"], 0);
    assert!(rooms.path().join("111111111111/us-east-1.sqlite").is_file());
}
