//! Lists and histories, page by page.

use asl::Failure;
use runner::{Cursor, HistoryQuery, ListExecutions, Status};
use std::time::Duration;

use crate::world::{World, machine_arn, pass};

const CHAIN: &str = r#"{"StartAt":"A","States":{
    "A":{"Type":"Pass","Next":"W"},"W":{"Type":"Wait","Seconds":1,"Next":"B"},
    "B":{"Type":"Pass","Next":"C"},"C":{"Type":"Succeed"}}}"#;
const WAIT: &str = r#"{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}"#;

async fn names(world: &World, status: Option<Status>, limit: usize) -> String {
    let query = ListExecutions { of: machine_arn("m").into(), status, redriven: None };
    let (mut names, mut after): (Vec<String>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let page = world.runner.list(&query, after.as_ref(), limit).await.unwrap();
        assert!(page.items.len() <= limit);
        names.extend(page.items.iter().map(|item| item.name.to_string()));
        match page.next {
            Some(next) => after = Some(next),
            None => return names.join(" "),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn lists_are_newest_first_however_they_are_paged() {
    let world = World::new().await;
    world.define("m", WAIT);
    world.define("other", WAIT);
    let mut arns = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        arns.push(world.start("m", name, "{}").await);
        world.start("other", name, "{}").await;
        pass(Duration::from_secs(1)).await;
    }
    for limit in 1..=6 {
        assert_eq!(names(&world, None, limit).await, "e d c b a", "{limit} on a page");
    }
    world.runner.stop(&arns[1], Failure::default()).await.unwrap();
    pass(Duration::from_secs(1)).await;
    world.runner.stop(&arns[0], Failure::default()).await.unwrap();
    for limit in 1..=6 {
        assert_eq!(names(&world, None, limit).await, "a b e d c", "closed ones by their end");
        assert_eq!(names(&world, Some(Status::Running), limit).await, "e d c");
        assert_eq!(names(&world, Some(Status::Aborted), limit).await, "a b");
    }
    assert_eq!(names(&world, Some(Status::Failed), 10).await, "");
}

#[tokio::test(start_paused = true)]
async fn redriven_executions_are_told_apart() {
    let world = World::new().await;
    world.define("m", WAIT);
    for name in ["a", "b", "c"] {
        let arn = world.start("m", name, "{}").await;
        world.runner.stop(&arn, Failure::default()).await.unwrap();
        if name == "b" {
            world.runner.redrive(&arn, None).await.unwrap();
        }
    }
    for (redriven, expected) in [(Some(true), "b"), (Some(false), "c a"), (None, "c b a")] {
        let query = ListExecutions { of: machine_arn("m").into(), status: None, redriven };
        let page = world.runner.list(&query, None, 10).await.unwrap();
        let names: Vec<_> = page.items.iter().map(|item| &*item.name).collect();
        assert_eq!(names.join(" "), expected);
    }
}

async fn ids(world: &World, arn: &str, limit: usize, reverse: bool) -> Vec<u64> {
    let (mut ids, mut after) = (Vec::new(), None);
    loop {
        let query = HistoryQuery { after, limit, reverse, include_data: true };
        let page = world.runner.history(arn, query).await.unwrap();
        assert!(page.events.len() <= limit);
        ids.extend(page.events.iter().map(|event| event.id));
        match page.next {
            Some(next) => after = Some(next),
            None => return ids,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn histories_are_whole_however_they_are_paged() {
    let world = World::new().await;
    world.define("m", CHAIN);
    let arn = world.start("m", "e", "{}").await;
    world.ended(&arn).await;
    let forward: Vec<u64> = (1..=10).collect();
    let backward: Vec<u64> = forward.iter().rev().copied().collect();
    for limit in 1..=11 {
        assert_eq!(ids(&world, &arn, limit, false).await, forward, "{limit} on a page");
        assert_eq!(ids(&world, &arn, limit, true).await, backward, "{limit} on a page");
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_history_is_folded_from_its_last_snapshot() {
    let world = World::new().await;
    world.define("m", r#"{"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":1,
        "ItemProcessor":{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":1,"End":true}}},"End":true}}}"#);
    let input = format!("[{}0]", "0,".repeat(299));
    let arn = world.start("m", "e", &input).await;
    let described = world.ended(&arn).await;
    assert_eq!(described.output.as_deref(), Some(&*input));
    assert!(world.rows().iter().any(|key| key.starts_with("snapshot")));
    assert_eq!(ids(&world, &arn, 100, false).await, (1..=1206).collect::<Vec<u64>>());
}
