use serde_json::{Value, json};

use crate::house::{NOW, Room};

async fn room_with(streams: &[&str]) -> Room {
    let room = Room::open();
    room.call("CreateLogGroup", json!({"logGroupName": "g"})).await;
    for stream in streams {
        let stream = json!({"logGroupName": "g", "logStreamName": stream});
        room.call("CreateLogStream", stream).await;
    }
    room
}

async fn put(room: &Room, stream: &str, events: &[(i64, &str)]) -> Value {
    let events: Vec<_> = events
        .iter()
        .map(|(after, message)| json!({"timestamp": NOW + after, "message": message}))
        .collect();
    let body = json!({"logGroupName": "g", "logStreamName": stream, "logEvents": events});
    room.call("PutLogEvents", body).await
}

fn messages(reply: &Value) -> Vec<&str> {
    let events = reply["events"].as_array().expect("there are events");
    events.iter().map(|event| event["message"].as_str().expect("a text")).collect()
}

#[tokio::test]
async fn events_are_read_by_stream_in_both_directions() {
    let room = room_with(&["s"]).await;
    put(&room, "s", &[(0, "a"), (1, "b"), (1, "c"), (2, "d")]).await;
    let stream = |more: Value| {
        let mut body = json!({"logGroupName": "g", "logStreamName": "s", "limit": 2});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let newest = room.call("GetLogEvents", stream(json!({}))).await;
    assert_eq!(messages(&newest), ["c", "d"]);
    let older = json!({"nextToken": newest["nextBackwardToken"]});
    assert_eq!(messages(&room.call("GetLogEvents", stream(older)).await), ["a", "b"]);

    let oldest = room.call("GetLogEvents", stream(json!({"startFromHead": true}))).await;
    assert_eq!(messages(&oldest), ["a", "b"]);
    let next = json!({"nextToken": oldest["nextForwardToken"]});
    let next = room.call("GetLogEvents", stream(next)).await;
    assert_eq!(messages(&next), ["c", "d"]);
    let token = json!({"nextToken": next["nextForwardToken"]});
    let end = room.call("GetLogEvents", stream(token.clone())).await;
    assert_eq!((messages(&end), &end["nextForwardToken"]), (vec![], &next["nextForwardToken"]));
    put(&room, "s", &[(3, "e")]).await;
    assert_eq!(messages(&room.call("GetLogEvents", stream(token)).await), ["e"], "a tail goes on");
    let bad = room.refusal("GetLogEvents", stream(json!({"nextToken": "f/1/s"}))).await;
    assert_eq!(bad.1, "The specified nextToken is invalid.");
}

#[tokio::test]
async fn a_time_range_begins_with_its_start_and_ends_before_its_end() {
    let room = room_with(&["s"]).await;
    put(&room, "s", &[(0, "a"), (1, "b"), (2, "c")]).await;
    let body = json!({"logGroupName": "g", "logStreamName": "s", "startTime": NOW + 1, "endTime": NOW + 2});
    assert_eq!(messages(&room.call("GetLogEvents", body).await), ["b"]);
}

#[tokio::test]
async fn a_search_reads_all_streams_in_the_order_of_time() {
    let room = room_with(&["x", "y"]).await;
    put(&room, "x", &[(0, "ERROR 1"), (4, "ERROR 5")]).await;
    put(&room, "y", &[(1, "INFO 2"), (2, "ERROR 3")]).await;
    let search = |more: Value| {
        let mut body = json!({"logGroupName": "g"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let found = room.call("FilterLogEvents", search(json!({"filterPattern": "ERROR"}))).await;
    assert_eq!(messages(&found), ["ERROR 1", "ERROR 3", "ERROR 5"]);
    let first = json!({"filterPattern": "ERROR", "limit": 2});
    let first = room.call("FilterLogEvents", search(first)).await;
    assert_eq!(messages(&first), ["ERROR 1", "ERROR 3"]);
    let rest = json!({"filterPattern": "ERROR", "nextToken": first["nextToken"]});
    assert_eq!(messages(&room.call("FilterLogEvents", search(rest)).await), ["ERROR 5"]);
    let of_one = json!({"logStreamNames": ["y"]});
    assert_eq!(
        messages(&room.call("FilterLogEvents", search(of_one)).await),
        ["INFO 2", "ERROR 3"]
    );
    let until = json!({"endTime": NOW + 1, "logStreamNamePrefix": "x"});
    assert_eq!(messages(&room.call("FilterLogEvents", search(until)).await), ["ERROR 1"]);
    let bad = room.refusal("FilterLogEvents", search(json!({"filterPattern": "{ $.a"}))).await;
    assert_eq!(bad, ("InvalidParameterException".into(), "Invalid filter pattern".into()));
}

#[tokio::test]
async fn a_batch_is_refused_out_of_order_and_beyond_a_day() {
    let room = room_with(&["s"]).await;
    let refused = |events: Value| {
        let body = json!({"logGroupName": "g", "logStreamName": "s", "logEvents": events});
        room.refusal("PutLogEvents", body)
    };
    let event = |after: i64| json!({"timestamp": NOW + after, "message": "m"});
    let (code, sentence) = refused(json!([event(1), event(0)])).await;
    assert_eq!(code, "InvalidParameterException");
    assert!(sentence.contains("chronological order"));
    let (_, sentence) = refused(json!([event(0), event(86_400_001)])).await;
    assert!(sentence.contains("24 hours"));
    let large = json!({"timestamp": NOW, "message": "x".repeat(1_048_576)});
    let (_, sentence) = refused(json!([large])).await;
    assert_eq!(sentence, "Log event too large: 1048602 bytes exceeds limit of 1048576");
    let (code, _) = refused(json!([])).await;
    assert_eq!(code, "InvalidParameterException");
}

#[tokio::test]
async fn events_too_old_or_too_new_are_left_out_and_told() {
    let room = room_with(&["s"]).await;
    let old = put(&room, "s", &[(-15 * 86_400_000, "old"), (-14 * 86_400_000, "kept")]).await;
    assert_eq!(old["rejectedLogEventsInfo"], json!({"tooOldLogEventEndIndex": 1}));
    let new = put(&room, "s", &[(0, "kept"), (7_200_001, "new")]).await;
    assert_eq!(new["rejectedLogEventsInfo"], json!({"tooNewLogEventStartIndex": 1}));
    let body = json!({"logGroupName": "g", "logStreamName": "s"});
    assert_eq!(messages(&room.call("GetLogEvents", body).await), ["kept", "kept"]);
}

#[tokio::test]
async fn what_retention_has_outlived_is_hidden_then_swept() {
    let room = room_with(&["s"]).await;
    put(&room, "s", &[(0, "a")]).await;
    room.pass(2);
    put(&room, "s", &[(2 * 86_400_000, "b")]).await;
    let rows = room.rows();
    room.call("PutRetentionPolicy", json!({"logGroupName": "g", "retentionInDays": 1})).await;
    let stream = json!({"logGroupName": "g", "logStreamName": "s"});
    assert_eq!(messages(&room.call("GetLogEvents", stream).await), ["b"]);
    assert_eq!(messages(&room.call("FilterLogEvents", json!({"logGroupName": "g"})).await), ["b"]);
    assert_eq!(room.rows(), rows);
    room.sweep().await;
    assert_eq!(room.rows(), rows - 2, "the event and its place");
    let bad = json!({"logGroupName": "g", "retentionInDays": 2});
    assert_eq!(room.refusal("PutRetentionPolicy", bad).await.0, "InvalidParameterException");
}

#[tokio::test]
async fn streams_are_described_by_name_or_by_last_event_and_deleted() {
    let room = room_with(&["a", "b"]).await;
    put(&room, "b", &[(0, "x")]).await;
    put(&room, "a", &[(1, "x")]).await;
    let names = |reply: &Value| -> Vec<String> {
        let streams = reply["logStreams"].as_array().unwrap().iter();
        streams.map(|stream| stream["logStreamName"].as_str().unwrap().to_owned()).collect()
    };
    let by_name = room.call("DescribeLogStreams", json!({"logGroupName": "g"})).await;
    assert_eq!(names(&by_name), ["a", "b"]);
    assert_eq!(by_name["logStreams"][0]["lastEventTimestamp"], NOW + 1);
    let by_time = json!({"logGroupName": "g", "orderBy": "LastEventTime", "limit": 1});
    let first = room.call("DescribeLogStreams", by_time.clone()).await;
    assert_eq!(names(&first), ["b"]);
    let mut rest = by_time;
    rest["nextToken"] = first["nextToken"].clone();
    assert_eq!(names(&room.call("DescribeLogStreams", rest).await), ["a"]);
    let stream = json!({"logGroupName": "g", "logStreamName": "a"});
    let again = room.refusal("CreateLogStream", stream.clone()).await;
    assert_eq!(again.1, "The specified log stream already exists");
    room.call("DeleteLogStream", stream.clone()).await;
    let gone = room.refusal("GetLogEvents", stream).await;
    assert_eq!(gone.1, "The specified log stream does not exist.");
    let left = room.call("FilterLogEvents", json!({"logGroupName": "g"})).await;
    assert_eq!(left["events"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_group_is_not_identified_by_an_arn_with_an_asterisk() {
    let room = Room::open();
    room.call("CreateLogGroup", json!({"logGroupName": "g"})).await;
    room.call("CreateLogStream", json!({"logGroupName": "g", "logStreamName": "s"})).await;
    let arn = "arn:aws:logs:us-east-1:000000000000:log-group:g";
    room.call("GetLogEvents", json!({"logGroupIdentifier": arn, "logStreamName": "s"})).await;
    let starred = json!({"logGroupIdentifier": format!("{arn}:*"), "logStreamName": "s"});
    let refused = room.refusal("GetLogEvents", starred).await;
    // AWS's sentence, which moto's tests were verified with.
    assert_eq!(
        refused.1,
        "1 validation error detected: Value at 'logGroupIdentifier' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w#+=/:,.@-]*"
    );
}
