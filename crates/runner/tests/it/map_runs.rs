//! Distributed Map.

use std::time::Duration;

use asl::Failure;
use json::Value;
use runner::{
    ActivityTask, ListExecutions, MapRunDescription, MapRunError, MapRunStatus, MapRunUpdate,
    Redrive, Status, TaskEnd,
};

use crate::world::{World, activity_arn, pass, said};

const SECOND: Duration = Duration::from_secs(1);

fn definition(fields: &str, execution_type: &str, state: &str) -> String {
    format!(
        r#"{{"StartAt":"M","States":{{"M":{{"Type":"Map","Label":"L",{fields}
            "ItemProcessor":{{"ProcessorConfig":{{"Mode":"DISTRIBUTED","ExecutionType":"{execution_type}"}},
                "StartAt":"S","States":{{"S":{state}}}}},"End":true}}}}}}"#
    )
}

const PASS: &str = r#"{"Type":"Pass","End":true}"#;
const WAIT: &str = r#"{"Type":"Wait","Seconds":10,"End":true}"#;

async fn map_run(world: &World, execution: &str) -> MapRunDescription {
    let page = world.runner.list_map_runs(execution, None, 10).await.unwrap();
    let [listed] = &page.items[..] else { panic!("{:?}", page.items) };
    let described = world.runner.describe_map_run(&listed.map_run_arn).await.unwrap();
    assert_eq!(&*described.execution_arn, execution);
    described
}

async fn children(
    world: &World,
    map_run: &MapRunDescription,
    status: Status,
) -> Vec<runner::Description> {
    let query =
        ListExecutions { of: map_run.map_run_arn.clone(), status: Some(status), redriven: None };
    world.runner.list(&query, None, 1000).await.unwrap().items
}

#[tokio::test(start_paused = true)]
async fn children_do_the_work_and_their_outputs_are_in_order() {
    for kind in ["STANDARD", "EXPRESS"] {
        let world = World::new().await;
        world.define("m", &definition("", kind, PASS));
        let arn = world.start("m", "e", "[3,1,2]").await;
        assert_eq!(world.result(&arn).await, "SUCCEEDED [3,1,2]");
        assert_eq!(
            world.history(&arn).await,
            "1<-0 ExecutionStarted\n2<-0 MapStateEntered\n3<-2 MapStateStarted\n4<-3 MapRunStarted\n\
             5<-4 MapRunSucceeded\n6<-5 MapStateSucceeded\n7<-5 MapStateExited\n8<-7 ExecutionSucceeded"
        );
        let run = map_run(&world, &arn).await;
        assert_eq!(run.status, MapRunStatus::Succeeded);
        assert_eq!((run.item_counts.total, run.item_counts.succeeded), (3, 3));
        assert_eq!(run.execution_counts.results_written, 3);
        let children = children(&world, &run, Status::Succeeded).await;
        assert_eq!(children.len(), 3);
        let child = &children[0];
        assert!(child.state_machine_arn.ends_with(":stateMachine:m/L"), "{child:?}");
        assert_eq!(child.map_run_arn, Some(run.map_run_arn.clone()));
        assert_eq!(child.item_count, Some(1));
        let rows = world.rows();
        assert!(rows.iter().all(|key| !key.starts_with("notice") && !key.starts_with("map_open")));
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_to_do_is_done_at_once() {
    let world = World::new().await;
    world.define("m", &definition("", "STANDARD", PASS));
    let arn = world.start("m", "e", "[]").await;
    assert_eq!(world.result(&arn).await, "SUCCEEDED []");
}

#[tokio::test(start_paused = true)]
async fn no_more_children_run_than_may() {
    let world = World::new().await;
    world.define("m", &definition(r#""MaxConcurrency":2,"#, "STANDARD", WAIT));
    let arn = world.start("m", "e", "[1,2,3,4,5]").await;
    pass(Duration::from_secs(1)).await;
    let run = map_run(&world, &arn).await;
    assert_eq!((run.execution_counts.running, run.execution_counts.pending), (2, 3));
    let update = MapRunUpdate { max_concurrency: Some(4), ..MapRunUpdate::default() };
    world.runner.update_map_run(&run.map_run_arn, update).await.unwrap();
    pass(Duration::from_secs(1)).await;
    let run = map_run(&world, &arn).await;
    assert_eq!(run.settings.max_concurrency, 4);
    assert_eq!((run.execution_counts.running, run.execution_counts.pending), (4, 1));
    let described = world.ended(&arn).await;
    assert_eq!(said(&described), "SUCCEEDED [1,2,3,4,5]");
    assert_eq!(described.stop_date.unwrap().since(described.start_date).as_secs(), 20);
    let late = world.runner.update_map_run(&run.map_run_arn, update).await;
    assert!(matches!(late, Err(MapRunError::Completed)), "{late:?}");
}

const FAIL_OR_WAIT: &str = r#"{"Type":"Choice","Choices":[{"Variable":"$","NumericEquals":0,"Next":"F"}],
    "Default":"W"},"F":{"Type":"Fail","Error":"E"},"W":{"Type":"Wait","Seconds":10,"End":true}"#;

#[tokio::test(start_paused = true)]
async fn the_first_failure_stops_the_others() {
    for kind in ["STANDARD", "EXPRESS"] {
        let world = World::new().await;
        let definition = definition(r#""MaxConcurrency":3,"#, kind, FAIL_OR_WAIT);
        world.define("m", &definition);
        let arn = world.start("m", "e", "[1,0,2,3,4]").await;
        assert_eq!(
            world.result(&arn).await,
            "FAILED States.ExceedToleratedFailureThreshold: The specified tolerated failure threshold was exceeded"
        );
        pass(Duration::from_secs(1)).await;
        let run = map_run(&world, &arn).await;
        assert_eq!(run.status, MapRunStatus::Failed);
        let counts = run.execution_counts;
        assert_eq!((counts.failed, counts.aborted, counts.pending), (1, 2, 2));
        assert_eq!(children(&world, &run, Status::Aborted).await.len(), 2, "{kind}");
        assert_eq!(children(&world, &run, Status::Running).await.len(), 0, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn failures_are_tolerated_up_to_a_count_or_a_percentage() {
    for (fields, succeeds) in [
        (r#""ToleratedFailureCount":1,"#, false),
        (r#""ToleratedFailureCount":2,"#, true),
        (r#""ToleratedFailurePercentage":49,"#, false),
        (r#""ToleratedFailurePercentage":50,"#, true),
        (r#""ToleratedFailureCount":3,"ToleratedFailurePercentage":49,"#, false),
    ] {
        let world = World::new().await;
        world.define("m", &definition(fields, "STANDARD", FAIL_OR_WAIT));
        let arn = world.start("m", "e", "[0,1,0,2]").await;
        let status = world.ended(&arn).await.status;
        let expected = if succeeds { Status::Succeeded } else { Status::Failed };
        assert_eq!(status, expected, "{fields}");
    }
}

#[tokio::test(start_paused = true)]
async fn stopping_the_execution_stops_its_children() {
    let world = World::new().await;
    world.define("m", &definition(r#""MaxConcurrency":2,"#, "STANDARD", WAIT));
    let arn = world.start("m", "e", "[1,2,3]").await;
    pass(Duration::from_secs(1)).await;
    world.runner.stop(&arn, Failure::default()).await.unwrap();
    pass(Duration::from_secs(1)).await;
    let run = map_run(&world, &arn).await;
    assert_eq!(run.status, MapRunStatus::Aborted);
    assert_eq!(children(&world, &run, Status::Aborted).await.len(), 2);
    let rows = world.rows();
    assert!(rows.iter().all(|key| !key.starts_with("notice") && !key.starts_with("map_open")));
}

#[tokio::test(start_paused = true)]
async fn children_that_never_wait_are_stopped() {
    let world = World::new().await;
    let busy = r#"{"Type":"Choice","Choices":[{"Variable":"$.none","IsPresent":true,"Next":"E"}],"Default":"S"},
        "E":{"Type":"Succeed"}"#;
    world.define("m", &definition("", "EXPRESS", busy));
    let arn = world.start("m", "e", "[{},{}]").await;
    // Time doesn't pass by itself while somebody is busy.
    let later = async || {
        tokio::time::advance(SECOND).await;
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    };
    later().await;
    let run = map_run(&world, &arn).await;
    assert_eq!(children(&world, &run, Status::Running).await.len(), 2);
    world.runner.stop(&arn, Failure::default()).await.unwrap();
    later().await;
    assert_eq!(children(&world, &run, Status::Aborted).await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_redrive_goes_on_with_what_has_not_succeeded() {
    for kind in ["STANDARD", "EXPRESS"] {
        let world = World::new().await;
        let timed = r#"{"Type":"Wait","SecondsPath":"$","End":true}"#;
        world.define("m", &definition(r#""MaxConcurrency":2,"#, kind, timed));
        let arn = world.start("m", "e", "[1,20,20]").await;
        pass(Duration::from_secs(5)).await;
        world.runner.stop(&arn, Failure::default()).await.unwrap();
        pass(Duration::from_secs(1)).await;
        let stopped = map_run(&world, &arn).await;
        assert_eq!(stopped.execution_counts.succeeded, 1);
        world.runner.redrive(&arn, None).await.unwrap();
        assert_eq!(world.result(&arn).await, "SUCCEEDED [1,20,20]", "{kind}");
        let redriven = map_run(&world, &arn).await;
        assert_eq!(redriven.status, MapRunStatus::Succeeded);
        assert_eq!(redriven.redrive_count, 1);
        assert_eq!(redriven.execution_counts.succeeded, 3);
        let history = world.history(&arn).await;
        assert!(history.contains("MapRunRedriven"), "{history}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_redrive_after_too_many_failures_goes_on_with_every_child_that_has_not_succeeded() {
    let world = World::new().await;
    let task = r#"{"Type":"Task","Resource":"arn:aws:states:us-east-1:000000000000:activity:a","End":true}"#;
    world.define("m", &definition(r#""MaxConcurrency":2,"#, "STANDARD", task));
    let arn = world.start("m", "e", "[1,2,3,4]").await;
    let take = async || {
        let task = world.runner.activity_task(&activity_arn("a"), None, SECOND).await;
        task.unwrap().expect("there is one")
    };
    let end = async |token: &str, end| world.runner.end_task(token, end).await.unwrap();
    let succeed = async |task: ActivityTask| {
        end(&task.token, TaskEnd::Succeeded(Value::parse(&task.input).unwrap())).await;
    };
    succeed(take().await).await;
    end(&take().await.token, TaskEnd::Failed(Failure::new("E", "C"))).await;
    let why = "States.ExceedToleratedFailureThreshold: The specified tolerated failure threshold was exceeded";
    assert_eq!(world.result(&arn).await, format!("FAILED {why}"));
    pass(SECOND).await;
    let failed = map_run(&world, &arn).await;
    let counts = failed.execution_counts;
    assert_eq!(failed.status, MapRunStatus::Failed);
    assert_eq!((counts.succeeded, counts.failed, counts.aborted, counts.pending), (1, 1, 1, 1));
    let of_child = children(&world, &failed, Status::Failed).await.remove(0);
    assert_eq!(of_child.redrive, Redrive::RedrivableByMapRun);

    let update = MapRunUpdate { max_concurrency: Some(1), ..MapRunUpdate::default() };
    world.runner.redrive(&arn, None).await.unwrap();
    world.runner.update_map_run(&failed.map_run_arn, update).await.unwrap();
    pass(SECOND).await;
    for _ in 0..3 {
        succeed(take().await).await;
    }
    assert_eq!(world.result(&arn).await, "SUCCEEDED [1,2,3,4]");
    let redriven = map_run(&world, &arn).await;
    assert_eq!((redriven.status, redriven.redrive_count), (MapRunStatus::Succeeded, 1));
    assert_eq!(redriven.execution_counts.succeeded, 4);
    let of_child = world.describe(&of_child.execution_arn).await;
    assert_eq!((of_child.status, of_child.redrive_count), (Status::Succeeded, 1));
}

#[tokio::test(start_paused = true)]
async fn children_wait_for_their_redrive() {
    for kind in ["STANDARD", "EXPRESS"] {
        let world = World::new().await;
        let timed = r#"{"Type":"Wait","SecondsPath":"$","End":true}"#;
        world.define("m", &definition(r#""MaxConcurrency":3,"#, kind, timed));
        let arn = world.start("m", "e", "[10,20,30]").await;
        pass(5 * SECOND).await;
        let run = map_run(&world, &arn).await;
        let one = MapRunUpdate { max_concurrency: Some(1), ..MapRunUpdate::default() };
        world.runner.update_map_run(&run.map_run_arn, one).await.unwrap();
        world.runner.stop(&arn, Failure::default()).await.unwrap();
        pass(SECOND).await;
        world.runner.redrive(&arn, None).await.unwrap();
        pass(SECOND).await;
        let run = map_run(&world, &arn).await;
        let counts = run.execution_counts;
        assert_eq!(run.status, MapRunStatus::Running);
        assert_eq!((counts.running, counts.pending_redrive, counts.pending), (1, 2, 0), "{kind}");
        assert_eq!(children(&world, &run, Status::Running).await.len(), 1, "{kind}");
        assert_eq!(children(&world, &run, Status::PendingRedrive).await.len(), 2, "{kind}");
        // An Express execution isn't redriven: another one takes its place.
        let replaced = usize::from(kind == "EXPRESS");
        assert_eq!(children(&world, &run, Status::Aborted).await.len(), replaced, "{kind}");
        assert_eq!(world.result(&arn).await, "SUCCEEDED [10,20,30]", "{kind}");
        let run = map_run(&world, &arn).await;
        assert_eq!(run.execution_counts.succeeded, 3, "{kind}");
        assert_eq!(children(&world, &run, Status::PendingRedrive).await.len(), 0, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_redrive_right_after_the_failure_redrives_the_children_that_were_just_stopped() {
    for kind in ["STANDARD", "EXPRESS"] {
        let world = World::new().await;
        let timed = r#"{"Type":"Wait","SecondsPath":"$","End":true}"#;
        world.define("m", &definition("", kind, timed));
        let arn = world.start("m", "e", "[10,20,30]").await;
        pass(5 * SECOND).await;
        world.runner.stop(&arn, Failure::default()).await.unwrap();
        world.runner.redrive(&arn, None).await.unwrap();
        assert_eq!(world.result(&arn).await, "SUCCEEDED [10,20,30]", "{kind}");
        let rows = world.rows();
        assert!(rows.iter().all(|key| !key.starts_with("notice") && !key.starts_with("map_open")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_and_a_redrive_that_come_together_lose_no_child() {
    for kind in ["STANDARD", "EXPRESS"] {
        let world = World::new().await;
        let timed = r#"{"Type":"Wait","SecondsPath":"$","End":true}"#;
        world.define("m", &definition("", kind, timed));
        let arn = world.start("m", "e", "[10,20,30]").await;
        pass(5 * SECOND).await;
        for _ in 0..3 {
            // Side by side, so that the map run hears of both at once.
            let (stopped, redriven) = tokio::join!(
                world.runner.stop(&arn, Failure::default()),
                world.runner.redrive(&arn, None)
            );
            stopped.unwrap();
            redriven.unwrap();
        }
        assert_eq!(world.result(&arn).await, "SUCCEEDED [10,20,30]", "{kind}");
        let run = map_run(&world, &arn).await;
        assert_eq!((run.redrive_count, run.execution_counts.succeeded), (3, 3), "{kind}");
        let rows = world.rows();
        assert!(rows.iter().all(|key| !key.starts_with("notice") && !key.starts_with("map_open")));
    }
}

#[tokio::test(start_paused = true)]
async fn map_runs_nest() {
    let world = World::new().await;
    let inner = r#"{"Type":"Map","Label":"Inner","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED",
        "ExecutionType":"STANDARD"},"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true}"#;
    world.define("m", &definition("", "STANDARD", inner));
    let arn = world.start("m", "e", "[[1,2],[3]]").await;
    assert_eq!(world.result(&arn).await, "SUCCEEDED [[1,2],[3]]");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_children_all_run() {
    let world = World::new().await;
    world.define("m", &definition("", "EXPRESS", PASS));
    let input: Vec<String> = (0..1_000).map(|index| index.to_string()).collect();
    let input = format!("[{}]", input.join(","));
    let arn = world.start("m", "e", &input).await;
    assert_eq!(world.result(&arn).await, format!("SUCCEEDED {input}"));
}
