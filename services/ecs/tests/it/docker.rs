//! Containers of Docker: against a server of its API that runs nothing, and against Docker itself where it is.

use std::path::Path;

use ecs::EngineOptions;
use serde_json::json;

use crate::docker_api::DockerApi;
use crate::house::{LOOKS_MAX, Rooms, pause, text};

const DOCKER: &str = "/var/run/docker.sock";

async fn rooms(api: &DockerApi, network: &str) -> Rooms {
    let engine = EngineOptions::Docker { socket: api.socket(), network: network.to_owned() };
    Rooms::with(engine).await
}

/// The id of the only container, once there is one that was started.
async fn container(api: &DockerApi) -> String {
    for _ in 0..LOOKS_MAX {
        let all = api.containers();
        if let Some((id, _)) = all.iter().find(|(_, it)| 0 < it.starts) {
            assert_eq!(all.len(), 1, "{all:?}");
            return id.clone();
        }
        pause().await;
    }
    panic!("nothing was started: {:?}", api.containers());
}

async fn register(rooms: &Rooms, image: &str) {
    let container = json!({
        "name": "main", "image": image, "entryPoint": ["/bin/sh", "-c"], "command": ["exit 3"],
        "memory": 64, "environment": [{"name": "WHO", "value": "me"}],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {"awslogs-group": "g", "awslogs-stream-prefix": "p", "awslogs-create-group": "true"},
        },
    });
    rooms
        .call(
            "RegisterTaskDefinition",
            json!({"family": "web", "containerDefinitions": [container]}),
        )
        .await;
}

#[tokio::test]
async fn a_container_is_made_run_and_removed() {
    let api = DockerApi::open(&[]);
    let rooms = rooms(&api, "bridge").await;
    register(&rooms, "busybox").await;
    let arn = rooms.run("web").await;
    let id = container(&api).await;
    let made = api.containers()[&id].clone();
    assert_eq!(api.pulled(), ["busybox"]);
    assert_eq!(made.name, format!("freehold-{}-main", arn.rsplit('/').next().expect("an id")));
    assert_eq!(made.body["Labels"]["freehold.task"], json!(arn));
    assert_eq!(
        (&made.body["Entrypoint"], &made.body["Cmd"]),
        (&json!(["/bin/sh", "-c"]), &json!(["exit 3"]))
    );
    assert_eq!(made.body["HostConfig"]["Memory"], 64 << 20);
    assert_eq!(made.body["HostConfig"]["ExtraHosts"], json!(["host.docker.internal:host-gateway"]));
    let variables = made.body["Env"].as_array().expect("a list");
    assert!(variables.contains(&json!("WHO=me")));
    assert!(variables.contains(&json!("AWS_ENDPOINT_URL=http://host.docker.internal:4566")));
    let task = rooms.until(&arn, "RUNNING").await;
    assert_eq!(task["containers"][0]["runtimeId"], json!(id));
    api.end(&id, 3);
    let task = rooms.until(&arn, "STOPPED").await;
    assert_eq!(task["containers"][0]["exitCode"], 3);
    assert_eq!(task["stopCode"], "EssentialContainerExited");
    while api.removed() == 0 {
        pause().await;
    }
    assert_eq!(rooms.logged(), ["hello from a container"]);
}

#[tokio::test]
async fn a_container_is_stopped() {
    let api = DockerApi::open(&["busybox"]);
    let rooms = rooms(&api, "host").await;
    register(&rooms, "busybox").await;
    let arn = rooms.run("web").await;
    let id = container(&api).await;
    assert_eq!(api.containers()[&id].body["HostConfig"]["NetworkMode"], "host");
    rooms.until(&arn, "RUNNING").await;
    rooms.call("StopTask", json!({"task": arn})).await;
    let task = rooms.until(&arn, "STOPPED").await;
    assert_eq!(task["containers"][0]["exitCode"], 143);
    assert_eq!(task["stopCode"], "UserInitiated");
    assert!(api.pulled().is_empty(), "it was there");
}

#[tokio::test]
async fn a_container_outlives_the_house_and_is_followed_on() {
    let api = DockerApi::open(&["busybox"]);
    let rooms = rooms(&api, "host").await;
    register(&rooms, "busybox").await;
    let arn = rooms.run("web").await;
    let id = container(&api).await;
    rooms.until(&arn, "RUNNING").await;
    let rooms = rooms.restart().await;
    assert_eq!(rooms.task(&arn).await["lastStatus"], "RUNNING");
    api.end(&id, 0);
    let task = rooms.until(&arn, "STOPPED").await;
    assert_eq!(task["containers"][0]["exitCode"], 0);
    assert_eq!(task["stopCode"], "EssentialContainerExited");
}

#[tokio::test]
async fn a_container_that_has_ended_while_the_house_was_down_is_not_run_again() {
    let api = DockerApi::open(&["busybox"]);
    let rooms = rooms(&api, "host").await;
    register(&rooms, "busybox").await;
    let arn = rooms.run("web").await;
    let id = container(&api).await;
    rooms.until(&arn, "RUNNING").await;
    rooms.stop_working();
    api.end(&id, 9);
    let starts = api.containers()[&id].starts;
    let rooms = rooms.restart().await;
    let task = rooms.until(&arn, "STOPPED").await;
    assert_eq!((starts, &task["containers"][0]["exitCode"]), (1, &json!(9)));
}

#[tokio::test]
async fn an_image_that_cannot_be_pulled_stops_its_task() {
    let api = DockerApi::open(&[]);
    let rooms = rooms(&api, "host").await;
    register(&rooms, "private").await;
    let task = rooms.until(&rooms.run("web").await, "STOPPED").await;
    assert_eq!(task["stopCode"], "TaskFailedToStart");
    let reason = text(&task["stoppedReason"]);
    assert!(reason.starts_with("CannotPullContainerError: "), "{reason}");
    assert!(reason.contains("pull access denied for private"), "{reason}");
}

#[tokio::test]
async fn an_engine_that_is_not_there_stops_its_task() {
    let engine = EngineOptions::Docker { socket: "/no/such/socket".into(), network: "host".into() };
    let rooms = Rooms::with(engine).await;
    register(&rooms, "busybox").await;
    let task = rooms.until(&rooms.run("web").await, "STOPPED").await;
    assert!(text(&task["stoppedReason"]).starts_with("CannotCreateContainerError: "), "{task}");
}

#[tokio::test]
async fn docker_itself_runs_a_container() {
    if !Path::new(DOCKER).exists() {
        eprintln!("skipped: there is no Docker at {DOCKER}");
        return;
    }
    let engine = EngineOptions::Docker { socket: DOCKER.into(), network: "bridge".into() };
    let rooms = Rooms::with(engine).await;
    register(&rooms, "busybox").await;
    let task = rooms.until(&rooms.run("web").await, "STOPPED").await;
    assert_eq!(task["containers"][0]["exitCode"], 3, "{task}");
}
