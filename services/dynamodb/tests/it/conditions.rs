use service::Service as _;

use crate::house::{Rooms, TABLE_ARN};

async fn known(rooms: &Rooms, table: &str) -> Vec<(&'static str, Vec<String>)> {
    let body = format!(r#"{{"TableName": "{table}", "Key": {{"id": {{"S": "ann"}}}}}}"#);
    let (ctx, arn) = (rooms.ctx(), format!("{TABLE_ARN}{table}"));
    rooms.dynamodb.conditions(&ctx, "GetItem", body.as_bytes(), &arn).await
}

#[tokio::test]
async fn policies_know_whose_items_a_request_is_about() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let known = known(&rooms, "Orders").await;
    assert!(known.contains(&("dynamodb:LeadingKeys", vec!["ann".to_owned()])), "{known:?}");
}

#[tokio::test]
async fn items_of_a_table_that_can_not_be_described_are_nobodys() {
    let known = known(&Rooms::open(), "Orders").await;
    assert_eq!(known, [("dynamodb:LeadingKeys", vec![String::new()])]);
}

#[tokio::test]
async fn items_of_statements_are_nobodys() {
    let rooms = Rooms::open();
    rooms.table("Orders").await;
    let body = br#"{"Statement": "SELECT * FROM Orders WHERE id = 'ann'"}"#;
    let (ctx, arn) = (rooms.ctx(), format!("{TABLE_ARN}Orders"));
    let known = rooms.dynamodb.conditions(&ctx, "ExecuteStatement", body, &arn).await;
    assert_eq!(known, [("dynamodb:LeadingKeys", vec![String::new()])]);
}
