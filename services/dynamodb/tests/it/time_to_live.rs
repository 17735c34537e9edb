use std::time::Duration;

use base::Clock as _;
use serde_json::json;

use crate::house::{Rooms, table};

#[tokio::test]
async fn an_item_whose_time_is_over_goes_and_its_stream_tells_who_did_it() {
    let rooms = Rooms::open();
    let mut request = table("Sessions");
    request["StreamSpecification"] = json!({"StreamEnabled": true, "StreamViewType": "KEYS_ONLY"});
    rooms.call("CreateTable", request).await;
    let specification = json!({"AttributeName": "until", "Enabled": true});
    let body = json!({"TableName": "Sessions", "TimeToLiveSpecification": specification});
    rooms.call("UpdateTimeToLive", body).await;
    let now = rooms.clock.now().as_millis() / 1000;
    for (id, until) in [("short", now + 60), ("long", now + 6000)] {
        let item = json!({"id": {"S": id}, "until": {"N": until.to_string()}});
        rooms.call("PutItem", json!({"TableName": "Sessions", "Item": item})).await;
    }
    rooms.put("Sessions", "ever").await;

    rooms.clock.advance(Duration::from_secs(120));
    // As after a restart: nobody has asked for a table yet.
    let rooms = rooms.again();
    rooms.work_until(async || rooms.ids("Sessions").await.len() < 3).await;
    assert_eq!(rooms.ids("Sessions").await, ["ever", "long"]);
}
