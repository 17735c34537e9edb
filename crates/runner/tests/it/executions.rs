//! Starting, ending, stopping and redriving.

use asl::Failure;
use bytes::Bytes;
use runner::{ExecutionError, Redrive, Start, StartError, Status};
use store::{Batch, Store as _};

use crate::world::{World, said};

const CHAIN: &str = r#"{"StartAt":"A","States":{
    "A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Result":{"b":1},"Next":"C"},"C":{"Type":"Succeed"}}}"#;
const WAIT: &str = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}"#;
const FAIL: &str = r#"{"StartAt":"F","States":{"F":{"Type":"Fail","Error":"E","Cause":"C"}}}"#;

#[tokio::test(start_paused = true)]
async fn a_chain_of_pure_states_costs_one_commit() {
    let world = World::new().await;
    world.define("m", CHAIN);
    let before = world.store.commits();
    let arn = world.start("m", "e", "{}").await;
    assert_eq!(world.store.commits() - before, 1);
    assert_eq!(said(&world.describe(&arn).await), r#"SUCCEEDED {"b":1}"#);
    assert_eq!(
        world.history(&arn).await,
        "1<-0 ExecutionStarted\n2<-0 PassStateEntered\n3<-2 PassStateExited\n4<-3 PassStateEntered\n\
         5<-4 PassStateExited\n6<-5 SucceedStateEntered\n7<-6 SucceedStateExited\n8<-7 ExecutionSucceeded"
    );
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_computes_long_comes_to_the_same() {
    let world = World::new().await;
    let count = "$f := function($n) { $n > 0 ? $f($n - 1) : 'done' }; $f(5000)";
    world.define(
        "m",
        &format!(
            r#"{{"QueryLanguage":"JSONata","StartAt":"A","States":{{
                "A":{{"Type":"Pass","Assign":{{"a":1}},"Next":"B"}},
                "B":{{"Type":"Pass","Output":"{{% ({count}) & $a %}}","End":true}}}}}}"#
        ),
    );
    let before = world.store.commits();
    // The second begins where the first has gone.
    for name in ["first", "second"] {
        let arn = world.start("m", name, "{}").await;
        assert_eq!(said(&world.describe(&arn).await), r#"SUCCEEDED "done1""#);
        assert_eq!(
            world.history(&arn).await,
            "1<-0 ExecutionStarted\n2<-0 PassStateEntered\n3<-2 PassStateExited\n\
             4<-3 PassStateEntered\n5<-4 PassStateExited\n6<-5 ExecutionSucceeded"
        );
    }
    assert_eq!(world.store.commits() - before, 2, "each is one turn");
}

#[tokio::test(start_paused = true)]
async fn a_start_and_a_change_of_its_machine_do_not_miss_each_other() {
    let world = World::new().await;
    world.define("m", CHAIN);
    let row = |value: &'static str| (Bytes::from("machine"), Bytes::from(value));
    let start = |value: &'static str| {
        let start = Start { machine_row: Some(row(value)), ..world.start_of("m", "e", "{}") };
        world.runner.start(start)
    };
    let (key, value) = row("changed");
    let mut batch = Batch::new();
    batch.put(key, value);
    world.store.commit(batch).wait().unwrap();
    let refused = start("as it was").await;
    assert!(matches!(refused, Err(StartError::MachineChanged)), "{refused:?}");
    assert!(world.rows().iter().all(|key| !key.contains("execution:m:e")), "nothing is written");
    start("changed").await.unwrap();
    let again = start("as it was").await;
    assert!(matches!(again, Err(StartError::AlreadyExists)), "{again:?}");
}

#[tokio::test(start_paused = true)]
async fn the_input_is_kept_as_it_was_given() {
    let world = World::new().await;
    world.define("m", CHAIN);
    let arn = world.start("m", "e", "{ \"a\" : 1.0 }").await;
    assert_eq!(&*world.describe(&arn).await.input, "{ \"a\" : 1.0 }");
}

#[tokio::test(start_paused = true)]
async fn a_name_gives_the_running_execution_of_the_same_input() {
    let world = World::new().await;
    world.define("m", WAIT);
    let first = world.try_start("m", "e", "{}").await.unwrap();
    let again = world.try_start("m", "e", "{}").await.unwrap();
    assert_eq!(first, again);
    let other = world.try_start("m", "e", "[]").await;
    assert!(matches!(other, Err(StartError::AlreadyExists)), "{other:?}");
    world.runner.stop(&first.execution_arn, Failure::default()).await.unwrap();
    let closed = world.try_start("m", "e", "{}").await;
    assert!(matches!(closed, Err(StartError::AlreadyExists)), "{closed:?}");
}

#[tokio::test(start_paused = true)]
async fn many_starts_of_one_name_give_one_execution() {
    let world = World::new().await;
    world.define("m", WAIT);
    let starts = (0..20).map(|_| world.try_start("m", "e", "{}"));
    let started = futures_util::future::join_all(starts).await;
    let dates: Vec<_> = started.into_iter().map(|started| started.unwrap().start_date).collect();
    assert!(dates.windows(2).all(|pair| pair[0] == pair[1]));
}

#[tokio::test(start_paused = true)]
async fn a_stopped_execution_keeps_error_and_cause() {
    let world = World::new().await;
    world.define("m", WAIT);
    let arn = world.start("m", "e", "{}").await;
    let stopped = world.runner.stop(&arn, Failure::new("Why", "because")).await.unwrap();
    let described = world.describe(&arn).await;
    assert_eq!(said(&described), "ABORTED Why: because");
    assert_eq!(described.stop_date, Some(stopped));
    let again = world.runner.stop(&arn, Failure::default()).await.unwrap();
    assert_eq!(again, stopped, "a closed execution keeps its stop date");
    assert_eq!(
        world.history(&arn).await,
        "1<-0 ExecutionStarted\n2<-0 WaitStateEntered\n3<-0 ExecutionAborted"
    );
}

#[tokio::test(start_paused = true)]
async fn what_does_not_exist_is_said_so() {
    let world = World::new().await;
    let arn = "arn:aws:states:us-east-1:000000000000:execution:m:none";
    let stopped = world.runner.stop(arn, Failure::default()).await;
    assert!(matches!(stopped, Err(ExecutionError::DoesNotExist)), "{stopped:?}");
    let described = world.runner.describe(arn).await.map(|described| described.name);
    assert!(matches!(described, Err(ExecutionError::DoesNotExist)), "{described:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_execution_is_redriven_from_where_it_failed() {
    let world = World::new().await;
    world.define("m", FAIL);
    let arn = world.start("m", "e", "{}").await;
    let failed = world.describe(&arn).await;
    assert_eq!((failed.status, failed.redrive), (Status::Failed, Redrive::Redrivable));
    let date = world.runner.redrive(&arn, Some("token")).await.unwrap();
    assert_eq!(world.runner.redrive(&arn, Some("token")).await.unwrap(), date);
    let described = world.describe(&arn).await;
    assert_eq!((described.redrive_count, described.redrive_date), (1, Some(date)));
    assert_eq!(said(&described), "FAILED E: C", "it fails again at once");
    assert_eq!(
        world.history(&arn).await,
        "1<-0 ExecutionStarted\n2<-0 FailStateEntered\n3<-2 ExecutionFailed\n\
         4<-3 ExecutionRedriven\n5<-4 ExecutionFailed"
    );
}

#[tokio::test(start_paused = true)]
async fn a_succeeded_execution_is_not_redriven() {
    let world = World::new().await;
    world.define("m", CHAIN);
    let arn = world.start("m", "e", "{}").await;
    let redriven = world.runner.redrive(&arn, None).await;
    let Err(ExecutionError::NotRedrivable(why)) = redriven else { panic!("{redriven:?}") };
    assert_eq!(why, "Execution is SUCCEEDED and cannot be redriven");
}

#[tokio::test(start_paused = true)]
async fn a_loop_without_end_can_be_stopped() {
    let world = World::new().await;
    world.define("m", r#"{"StartAt":"A","States":{
        "A":{"Type":"Pass","Next":"B"},
        "B":{"Type":"Choice","Choices":[{"Variable":"$.x","IsPresent":true,"Next":"C"}],"Default":"A"},
        "C":{"Type":"Succeed"}}}"#);
    let arn = world.start("m", "e", "{}").await;
    world.runner.stop(&arn, Failure::default()).await.unwrap();
    assert_eq!(world.describe(&arn).await.status, Status::Aborted);
    let arn = world.start("m", "f", "{}").await;
    let described = world.ended(&arn).await;
    assert_eq!(said(&described).split(':').next(), Some("FAILED States.Runtime"));
}
