//! What no operation gets to see.

use serde_json::json;

use crate::house::Room;

#[tokio::test]
async fn knows_all_operations_and_no_others() {
    let room = Room::open().await;
    assert_eq!(room.refusal("DeleteExecution", json!({})).await.0, "UnknownOperationException");
}

#[tokio::test]
async fn counts_what_breaks_the_model() {
    let room = Room::open().await;
    assert_eq!(
        room.refusal("ListStateMachines", json!({"maxResults": 1001})).await,
        (
            "ValidationException".into(),
            "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: \
             Member must have value less than or equal to 1000"
                .into()
        )
    );
    assert_eq!(
        room.refusal("ListExecutions", json!({"statusFilter": "DONE"})).await.1,
        "1 validation error detected: Value 'DONE' at 'statusFilter' failed to satisfy constraint: \
         Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]"
    );
    assert_eq!(
        room.refusal("StartExecution", json!({"stateMachineArn": 5})).await,
        ("SerializationException".into(), "NUMBER_VALUE can not be converted to a String".into())
    );
}
