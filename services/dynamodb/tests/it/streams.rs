use std::time::Duration;

use serde_json::{Value, json};

use crate::house::{Rooms, TABLE_ARN, table};

async fn stream(rooms: &Rooms) -> String {
    let mut request = table("Orders");
    request["StreamSpecification"] =
        json!({"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"});
    let created = rooms.call("CreateTable", request).await;
    created["TableDescription"]["LatestStreamArn"].as_str().expect("an ARN").to_owned()
}

async fn shard(rooms: &Rooms, arn: &str) -> Value {
    let described = rooms.call("DescribeStream", json!({"StreamArn": arn})).await;
    described["StreamDescription"]["Shards"][0]["ShardId"].clone()
}

async fn records(rooms: &Rooms, arn: &str) -> Vec<Value> {
    let shard = shard(rooms, arn).await;
    let from = json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
    let iterator = rooms.call("GetShardIterator", from).await["ShardIterator"].take();
    assert_eq!(rooms.stream_of(iterator.as_str().expect("a text")).await.as_deref(), Some(arn));
    let mut records = rooms.call("GetRecords", json!({"ShardIterator": iterator})).await;
    serde_json::from_value(records["Records"].take()).expect("a list")
}

#[tokio::test]
async fn a_stream_tells_what_has_happened() {
    let rooms = Rooms::open();
    let arn = stream(&rooms).await;
    assert!(arn.starts_with(&format!("{TABLE_ARN}Orders/stream/")), "{arn}");
    rooms.put("Orders", "1").await;
    rooms.call("DeleteItem", json!({"TableName": "Orders", "Key": {"id": {"S": "1"}}})).await;

    let records = records(&rooms, &arn).await;
    let names: Vec<_> = records.iter().map(|record| &record["eventName"]).collect();
    assert_eq!(names, ["INSERT", "REMOVE"]);
    assert_eq!(records[0]["awsRegion"], "us-east-1");
    assert_eq!(records[0]["dynamodb"]["NewImage"], json!({"id": {"S": "1"}}));
}

#[tokio::test]
async fn a_shard_has_an_id_that_sdks_accept() {
    let rooms = Rooms::open();
    let arn = stream(&rooms).await;
    let shard = shard(&rooms, &arn).await;
    let length = shard.as_str().expect("a text").len();
    assert!((28..=65).contains(&length), "{shard}");
    let after = json!({"StreamArn": arn, "ExclusiveStartShardId": shard});
    let described = rooms.call("DescribeStream", after).await;
    assert_eq!(described["StreamDescription"]["Shards"], json!([]));
}

#[tokio::test]
async fn streams_are_listed_with_arns_of_the_house() {
    let rooms = Rooms::open();
    let arn = stream(&rooms).await;
    let listed = rooms.call("ListStreams", json!({})).await;
    assert_eq!(listed["Streams"][0]["StreamArn"], arn);
}

#[tokio::test]
async fn what_isnt_there_isnt_found() {
    let rooms = Rooms::open();
    let arn = stream(&rooms).await;
    let from = json!({"StreamArn": arn, "ShardId": "shardId-00000000000000000009-00000009", "ShardIteratorType": "LATEST"});
    assert_eq!(rooms.refusal("GetShardIterator", from).await.0, "ResourceNotFoundException");
    let earlier = format!("{TABLE_ARN}Orders/stream/earlier");
    let foreign = arn.replace("000000000000", "111111111111");
    for arn in [earlier, foreign] {
        assert_eq!(
            rooms.refusal("DescribeStream", json!({"StreamArn": arn})).await,
            (
                "ResourceNotFoundException".into(),
                format!("Requested resource not found: Stream: {arn} not found")
            )
        );
    }
}

#[tokio::test]
async fn records_stay_for_a_day() {
    let rooms = Rooms::open();
    let arn = stream(&rooms).await;
    rooms.put("Orders", "1").await;
    rooms.clock.advance(Duration::from_hours(23));
    rooms.put("Orders", "2").await;
    rooms.clock.advance(Duration::from_hours(2));
    rooms.sweep().await;
    let records = records(&rooms, &arn).await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["dynamodb"]["Keys"], json!({"id": {"S": "2"}}));
}

#[tokio::test]
async fn a_shard_that_is_written_to_has_a_beginning_and_no_end() {
    let rooms = Rooms::open();
    let arn = stream(&rooms).await;
    for _ in 0..2 {
        let described = rooms.call("DescribeStream", json!({"StreamArn": arn})).await;
        let range = &described["StreamDescription"]["Shards"][0]["SequenceNumberRange"];
        let start = range["StartingSequenceNumber"].as_str().expect("a number");
        assert_eq!(range, &json!({"StartingSequenceNumber": start}));
        let from = json!({
            "StreamArn": arn, "ShardId": shard(&rooms, &arn).await,
            "ShardIteratorType": "AT_SEQUENCE_NUMBER", "SequenceNumber": start,
        });
        rooms.call("GetShardIterator", from).await;
        rooms.put("Orders", "1").await;
    }
}

#[tokio::test]
async fn a_new_table_of_an_old_name_has_a_stream_of_its_own() {
    let rooms = Rooms::open();
    stream(&rooms).await;
    rooms.put("Orders", "1").await;
    rooms.call("DeleteTable", json!({"TableName": "Orders"})).await;
    rooms.clock.advance(Duration::from_secs(1));
    let arn = stream(&rooms).await;
    rooms.put("Orders", "2").await;
    let records = records(&rooms, &arn).await;
    assert_eq!(records.len(), 1);
    assert_eq!(records[0]["dynamodb"]["Keys"], json!({"id": {"S": "2"}}));
}

#[tokio::test]
async fn a_stream_is_switched_on_once() {
    let rooms = Rooms::open();
    stream(&rooms).await;
    rooms.put("Orders", "1").await;
    let on = json!({
        "TableName": "Orders",
        "StreamSpecification": {"StreamEnabled": true, "StreamViewType": "KEYS_ONLY"},
    });
    assert_eq!(
        rooms.refusal("UpdateTable", on.clone()).await,
        (
            "ValidationException".into(),
            "Table already has an enabled stream: TableName: Orders".into()
        )
    );
    let off = json!({"TableName": "Orders", "StreamSpecification": {"StreamEnabled": false}});
    rooms.call("UpdateTable", off).await;
    let updated = rooms.call("UpdateTable", on).await;
    let arn = updated["TableDescription"]["LatestStreamArn"].as_str().expect("an ARN");
    assert!(records(&rooms, arn).await.is_empty());
}
