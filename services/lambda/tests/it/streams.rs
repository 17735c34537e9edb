//! Readers of the streams of tables.

use serde_json::{Value, json};

use crate::house::{Ground, Room, lines, number, quick, until, with};

const STREAM: &str =
    "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000";
const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:dead";

fn record(number: u64) -> Value {
    json!({
        "eventID": number.to_string(), "eventName": "INSERT", "eventSource": "aws:dynamodb",
        "dynamodb": {
            "SequenceNumber": number.to_string(), "ApproximateCreationDateTime": 1.0e9,
            "NewImage": {"n": {"N": number.to_string()}},
        },
    })
}

/// A stream of one shard with the records of these numbers. An iterator is the number after which it stands.
fn fill(room: &Room, numbers: &'static [u64]) {
    room.stream.replies(move |operation, body| match operation {
        "DescribeStream" => {
            json!({"StreamDescription": {"StreamArn": STREAM, "Shards": [{"ShardId": "shard"}]}})
        }
        "GetShardIterator" => {
            let after = body["SequenceNumber"].as_str().unwrap_or("0");
            json!({"ShardIterator": after})
        }
        "GetRecords" => {
            let after: u64 = number(&body["ShardIterator"]);
            let limit = number(&body["Limit"]) as usize;
            let found: Vec<u64> =
                numbers.iter().copied().filter(|number| after < *number).take(limit).collect();
            let next = found.last().copied().unwrap_or(after);
            let records: Vec<Value> = found.into_iter().map(record).collect();
            json!({"Records": records, "NextShardIterator": next.to_string()})
        }
        other => panic!("{other}"),
    });
}

/// A function that writes the numbers of each batch as a line and then does what `then` says with `numbers`.
async fn function(room: &Room, file: &std::path::Path, then: &str) {
    let code = format!(
        "def handler(event, context):\n    numbers = [int(r['dynamodb']['SequenceNumber']) for r in event['Records']]\n    \
         open({file:?}, 'a').write(' '.join(map(str, numbers)) + '\\n')\n    {then}\n"
    );
    room.python("f", &code, json!({})).await;
}

async fn map(room: &Room, more: Value) -> Value {
    let body = json!({
        "FunctionName": "f", "EventSourceArn": STREAM, "StartingPosition": "TRIM_HORIZON",
    });
    room.call("CreateEventSourceMapping", with(body, more)).await
}

#[tokio::test]
async fn records_reach_the_function_in_order_and_once() {
    let (ground, folder) = (Ground::new(), tempfile::tempdir().unwrap());
    let file = folder.path().join("batches");
    let room = Room::open_on(&ground, quick()).await;
    fill(&room, &[1, 2, 3, 4, 5]);
    function(&room, &file, "return").await;
    let created = map(&room, json!({"BatchSize": 2})).await;
    assert_eq!(created["StartingPosition"], "TRIM_HORIZON");
    assert_eq!(created["MaximumRetryAttempts"], -1);
    until(|| (lines(&file) == ["1 2", "3 4", "5"]).then_some(())).await;
    drop(room);

    let room = Room::open_on(&ground, quick()).await;
    fill(&room, &[1, 2, 3, 4, 5, 6]);
    until(|| (lines(&file).len() == 4).then_some(())).await;
    assert_eq!(lines(&file)[3], "6", "what was read before the restart isn't read again");
}

#[tokio::test]
async fn what_was_there_before_is_no_news_for_a_mapping_that_begins_at_the_end() {
    let room = Room::open().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("batches");
    fill(&room, &[1, 2]);
    function(&room, &file, "return").await;
    map(&room, json!({"StartingPosition": "LATEST"})).await;
    fill(&room, &[1, 2, 3]);
    until(|| (lines(&file) == ["3"]).then_some(())).await;
}

#[tokio::test]
async fn records_that_fail_are_tried_again_and_given_up_with_a_word() {
    let room = Room::open().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("batches");
    fill(&room, &[1, 2, 3, 4]);
    function(&room, &file, "if 3 in numbers: raise ValueError('three')").await;
    let more = json!({
        "MaximumRetryAttempts": 1, "BisectBatchOnFunctionError": true,
        "DestinationConfig": {"OnFailure": {"Destination": QUEUE}},
    });
    map(&room, more).await;
    let told = until(|| room.queue.asked("SendMessage").pop()).await;
    until(|| lines(&file).contains(&"4".to_owned()).then_some(())).await;
    assert_eq!(lines(&file), ["1 2 3 4", "1 2", "3 4", "3", "3", "4"]);
    let record: Value = serde_json::from_str(told["MessageBody"].as_str().unwrap()).unwrap();
    assert_eq!(record["requestContext"]["condition"], "RetryAttemptsExhausted");
    assert_eq!(record["requestContext"]["approximateInvokeCount"], 2);
    assert_eq!(record["responseContext"]["functionError"], "Unhandled");
    let info = &record["DDBStreamBatchInfo"];
    assert_eq!((&info["startSequenceNumber"], &info["batchSize"]), (&json!("3"), &json!(1)));
}

#[tokio::test]
async fn a_reported_record_begins_the_next_try() {
    let room = Room::open().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("batches");
    fill(&room, &[1, 2, 3]);
    let then = "return {'batchItemFailures': [{'itemIdentifier': '2'}] if numbers[0] == 1 else []}";
    function(&room, &file, then).await;
    map(&room, json!({"FunctionResponseTypes": ["ReportBatchItemFailures"]})).await;
    until(|| (lines(&file) == ["1 2 3", "2 3"]).then_some(())).await;
}

#[tokio::test]
async fn records_that_are_too_old_or_unwanted_are_passed_over() {
    let room = Room::open().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("batches");
    fill(&room, &[1, 2, 3]);
    function(&room, &file, "return").await;
    let pattern = r#"{"dynamodb":{"NewImage":{"n":{"N":["2"]}}}}"#;
    let wanted = json!({"FilterCriteria": {"Filters": [{"Pattern": pattern}]}});
    let first = map(&room, wanted).await;
    until(|| (lines(&file) == ["2"]).then_some(())).await;
    room.call("DeleteEventSourceMapping", json!({"UUID": first["UUID"]})).await;

    let more = json!({
        "MaximumRecordAgeInSeconds": 60,
        "DestinationConfig": {"OnFailure": {"Destination": QUEUE}},
    });
    map(&room, more).await;
    let told = until(|| room.queue.asked("SendMessage").pop()).await;
    assert!(told["MessageBody"].as_str().unwrap().contains("RecordAgeExceeded"), "{told}");
    assert_eq!(lines(&file), ["2"]);
}

#[tokio::test]
async fn a_stream_is_read_from_a_place_that_the_mapping_names() {
    let room = Room::open().await;
    fill(&room, &[]);
    room.python("f", "", json!({})).await;
    for more in [
        json!({"StartingPosition": null}),
        json!({"StartingPosition": "AT_TIMESTAMP"}),
        json!({"MaximumRecordAgeInSeconds": 5}),
        json!({"TumblingWindowInSeconds": 5}),
        json!({"DestinationConfig": {"OnFailure": {"Destination": STREAM}}}),
    ] {
        let body = json!({
            "FunctionName": "f", "EventSourceArn": STREAM, "StartingPosition": "LATEST",
        });
        let refused = room.refusal("CreateEventSourceMapping", with(body, more.clone())).await;
        assert_eq!(refused.0, "InvalidParameterValueException", "{more}");
    }
}
