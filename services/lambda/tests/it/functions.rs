//! Functions: made, shown, listed, changed, kept.

use serde_json::{Value, json};

use crate::house::{Ground, Room, python, quick};

#[tokio::test]
async fn a_function_is_shown_as_it_was_made() {
    let room = Room::open().await;
    let created = room.python("f", "", json!({"Description": "d", "Timeout": 9})).await;
    assert_eq!(created["FunctionArn"], "arn:aws:lambda:us-east-1:000000000000:function:f");
    assert_eq!(
        (&created["State"], &created["LastUpdateStatus"]),
        (&json!("Active"), &json!("Successful"))
    );
    assert_eq!((&created["Timeout"], &created["MemorySize"]), (&json!(9), &json!(128)));
    assert_eq!(created["Version"], "$LATEST");
    assert!(created["LastModified"].as_str().unwrap().ends_with("+0000"));
    for name in ["f", "000000000000:function:f", "arn:aws:lambda:us-east-1:000000000000:function:f"]
    {
        let got = room.call("GetFunctionConfiguration", json!({"FunctionName": name})).await;
        assert_eq!(got, created, "{name}");
    }
    let qualified = json!({"FunctionName": "f", "Qualifier": "$LATEST"});
    let got = room.call("GetFunction", qualified).await["Configuration"].clone();
    assert_eq!(got["FunctionArn"], "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST");
    let again = room.refusal("CreateFunction", python("f", "")).await;
    assert_eq!(again, ("ResourceConflictException".into(), "Function already exist: f".into()));
}

#[tokio::test]
async fn functions_are_listed_by_name_in_pages() {
    let room = Room::open().await;
    for name in ["c", "a", "b"] {
        room.python(name, "", json!({})).await;
    }
    let names = |page: &Value| -> Vec<String> {
        let functions = page["Functions"].as_array().unwrap().iter();
        functions.map(|function| function["FunctionName"].as_str().unwrap().to_owned()).collect()
    };
    let first = room.call("ListFunctions", json!({"MaxItems": 2})).await;
    assert_eq!(names(&first), ["a", "b"]);
    let rest = room.call("ListFunctions", json!({"Marker": first["NextMarker"]})).await;
    assert_eq!(names(&rest), ["c"]);
    let forged = room.refusal("ListFunctions", json!({"Marker": "forged"})).await;
    assert_eq!(forged.0, "InvalidParameterValueException");
}

#[tokio::test]
async fn a_function_outlives_the_house() {
    let ground = Ground::new();
    let created = {
        let room = Room::open_on(&ground, quick()).await;
        room.python("f", "def handler(event, context):\n    return 1\n", json!({})).await
    };
    let room = Room::open_on(&ground, quick()).await;
    assert_eq!(room.call("GetFunctionConfiguration", json!({"FunctionName": "f"})).await, created);
    assert_eq!(room.result("f", json!({})).await, 1);
}

#[tokio::test]
async fn concurrency_is_reserved_within_what_the_account_has() {
    let room = Room::open().await;
    room.python("f", "", json!({})).await;
    let put = |most: i32| json!({"FunctionName": "f", "ReservedConcurrentExecutions": most});
    room.call("PutFunctionConcurrency", put(900)).await;
    assert_eq!(
        room.refusal("PutFunctionConcurrency", put(901)).await.0,
        "InvalidParameterValueException"
    );
    let name = json!({"FunctionName": "f"});
    let got = room.call("GetFunctionConcurrency", name.clone()).await;
    assert_eq!(got["ReservedConcurrentExecutions"], 900);
    let account = room.call("GetAccountSettings", json!({})).await;
    assert_eq!(account["AccountLimit"]["UnreservedConcurrentExecutions"], 100);
    assert_eq!(account["AccountUsage"]["FunctionCount"], 1);
    room.call("DeleteFunctionConcurrency", name.clone()).await;
    assert_eq!(room.call("GetFunctionConcurrency", name).await, json!({}));
}

#[tokio::test]
async fn an_update_on_another_revision_is_refused() {
    let room = Room::open().await;
    let created = room.python("f", "", json!({})).await;
    let update =
        |revision: &Value| json!({"FunctionName": "f", "Timeout": 7, "RevisionId": revision});
    room.call("UpdateFunctionConfiguration", update(&created["RevisionId"])).await;
    let late = room.refusal("UpdateFunctionConfiguration", update(&created["RevisionId"])).await;
    assert_eq!(late.0, "PreconditionFailedException");
}
