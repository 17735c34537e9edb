//! What takes too long, and what is left alone for too long.

use std::time::Duration;

use rds_data::Limits;
use serde_json::{Value, json};

use crate::database::Database;
use crate::house::{Room, refusal};

/// Statements have a moment.
fn hasty() -> Limits {
    Limits { statement: Duration::from_millis(300), ..Limits::default() }
}

async fn begin(room: &Room) -> String {
    let begun = room.call("BeginTransaction", json!({})).await.expect("begins");
    begun["transactionId"].as_str().expect("an id").to_owned()
}

async fn within(room: &Room, transaction: &str, sql: &str) -> Result<Value, aws::Error> {
    room.call("ExecuteStatement", json!({ "sql": sql, "transactionId": transaction })).await
}

/// Asks until the first value of the first record is that.
async fn wait_for(room: &Room, sql: &str, value: i64) {
    loop {
        // On a busy machine this may take longer than statements have here.
        let answer = room.execute(sql).await.unwrap_or_default();
        if answer["records"][0][0]["longValue"] == value {
            return;
        }
    }
}

#[tokio::test]
async fn a_statement_is_canceled_when_its_time_is_up() {
    let Some(database) = Database::start() else { return };
    let room = Room::new(&database.url, hasty());
    let refused = refusal(room.execute("SELECT pg_sleep(60)").await);
    let expected = (400, "StatementTimeoutException".to_owned(), "Request timed out".to_owned());
    assert_eq!(refused, expected);
    let sleeping = "SELECT count(*) FROM pg_stat_activity \
                    WHERE state = 'active' AND query = 'SELECT pg_sleep(60)'";
    wait_for(&room, sleeping, 0).await;
}

#[tokio::test]
async fn a_statement_goes_on_if_it_is_told_to() {
    let Some(database) = Database::start() else { return };
    let room = Room::new(&database.url, hasty());
    room.execute("CREATE TABLE done (id int)").await.expect("creates");
    let sql = "INSERT INTO done SELECT 1 FROM pg_sleep(0.6)";
    let asked = json!({ "sql": sql, "continueAfterTimeout": true });
    let refused = refusal(room.call("ExecuteStatement", asked).await);
    assert_eq!(refused.1, "StatementTimeoutException");
    wait_for(&room, "SELECT count(*) FROM done", 1).await;
}

#[tokio::test]
async fn a_statement_out_of_time_fails_its_transaction() {
    let Some(database) = Database::start() else { return };
    let room = Room::new(&database.url, hasty());
    let transaction = begin(&room).await;
    let refused = refusal(within(&room, &transaction, "SELECT pg_sleep(60)").await);
    assert_eq!(refused.1, "StatementTimeoutException");
    let (_, code, sentence) = refusal(within(&room, &transaction, "SELECT 1").await);
    assert_eq!(code, "DatabaseErrorException");
    assert!(sentence.ends_with("SQLState: 25P02"), "{sentence}");
    let ended = json!({ "transactionId": transaction });
    let ended = room.call("RollbackTransaction", ended).await.expect("ends");
    assert_eq!(ended["transactionStatus"], "Rollback Complete");
}

#[tokio::test]
async fn a_transaction_that_is_left_alone_is_rolled_back() {
    let Some(database) = Database::start() else { return };
    let room = Room::new(&database.url, Limits::default());
    room.execute("CREATE TABLE notes (id int)").await.expect("creates");
    let (used, left) = (begin(&room).await, begin(&room).await);
    within(&room, &left, "INSERT INTO notes VALUES (1)").await.expect("inserts");
    for _ in 0..3 {
        room.advance(Duration::from_secs(100));
        within(&room, &used, "SELECT 1").await.expect("is there");
    }
    let refused = refusal(within(&room, &left, "SELECT 1").await);
    let sentence = format!("Transaction {left} is not found");
    assert_eq!(refused, (404, "TransactionNotFoundException".to_owned(), sentence));
    let ended = json!({ "transactionId": used });
    room.call("CommitTransaction", ended).await.expect("is there");
    wait_for(&room, "SELECT count(*) FROM notes", 0).await;
}

#[tokio::test]
async fn nobody_has_to_ask_for_a_transaction_to_be_rolled_back() {
    let Some(database) = Database::start() else { return };
    let room = Room::new(&database.url, Limits::default());
    let open = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'";
    begin(&room).await;
    wait_for(&room, open, 1).await;
    room.advance(Duration::from_secs(180));
    tokio::spawn(room.work());
    wait_for(&room, open, 0).await;
}

#[tokio::test]
async fn who_waits_for_a_connection_too_long_may_ask_again() {
    let Some(database) = Database::start() else { return };
    let connect = Duration::from_millis(300);
    let room =
        Room::new(&database.url, Limits { connections_max: 1, connect, ..Limits::default() });
    let transaction = begin(&room).await;
    let (status, code, _) = refusal(room.execute("SELECT 1").await);
    assert_eq!((status, code.as_str()), (504, "DatabaseUnavailableException"));
    within(&room, &transaction, "SELECT 1").await.expect("has its own");
    let ended = json!({ "transactionId": transaction });
    room.call("CommitTransaction", ended).await.expect("ends");
    room.execute("SELECT 1").await.expect("has its turn");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("listens");
    let port = listener.local_addr().expect("has an address").port();
    let url = format!("postgresql://ann@127.0.0.1:{port}/shop");
    let connect = Duration::from_millis(200);
    let room = Room::new(&url, Limits { connect, ..Limits::default() });
    let (status, code, _) = refusal(room.execute("SELECT 1").await);
    assert_eq!((status, code.as_str()), (504, "DatabaseUnavailableException"));
}
