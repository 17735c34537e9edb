//! What is kept of ECS, as its operations show it.

use aws::EpochSeconds;
use base::Timestamp;
use serde_json::{Value, json};

use crate::arn::Scope;
use crate::model::{Cluster, Definition, Status, Tags, Task};
use crate::wire::{Document, ecs};

pub(crate) fn tags(tags: &Tags) -> Vec<ecs::Tag> {
    let tag = |(key, value): (&String, &String)| ecs::Tag {
        key: Some(key.clone()),
        value: Some(value.clone()),
    };
    tags.iter().map(tag).collect()
}

/// Tags as requests give them.
pub(crate) fn tags_of(given: Option<Vec<ecs::Tag>>) -> Tags {
    let tag = |tag: ecs::Tag| Some((tag.key?, tag.value.unwrap_or_default()));
    given.unwrap_or_default().into_iter().filter_map(tag).collect()
}

pub(crate) fn cluster(
    scope: &Scope,
    name: &str,
    cluster: &Cluster,
    tasks: &[Task],
) -> ecs::Cluster {
    let count = |statuses: &[Status]| {
        tasks.iter().filter(|task| statuses.contains(&task.status)).count() as i32
    };
    let setting = |(name, value): (&String, &String)| ecs::KeyValuePair {
        name: Some(name.clone()),
        value: Some(value.clone()),
    };
    ecs::Cluster {
        cluster_arn: scope.cluster(name),
        cluster_name: name.to_owned(),
        status: if cluster.is_inactive { "INACTIVE" } else { "ACTIVE" }.to_owned(),
        registered_container_instances_count: 0,
        running_tasks_count: count(&[Status::Running, Status::Stopping]),
        pending_tasks_count: count(&[Status::Provisioning, Status::Pending]),
        active_services_count: 0,
        statistics: Vec::new(),
        tags: tags(&cluster.tags),
        settings: cluster.settings.iter().map(setting).collect(),
        capacity_providers: cluster.capacity_providers.clone(),
        default_capacity_provider_strategy: Vec::new(),
    }
}

/// What was registered, with what AWS adds to it.
pub(crate) fn task_definition(
    scope: &Scope,
    family: &str,
    revision: u64,
    definition: &Definition,
) -> Result<Document, store::Error> {
    let mut shown = Document::of_row(&definition.text)?.0;
    let seconds = |millis: i64| Timestamp::from_millis(millis).as_epoch_seconds();
    let status = if definition.deregistered_at.is_some() { "INACTIVE" } else { "ACTIVE" };
    shown["taskDefinitionArn"] = json!(scope.task_definition(family, revision));
    shown["revision"] = json!(revision);
    shown["status"] = json!(status);
    shown["registeredAt"] = json!(seconds(definition.registered_at));
    shown["registeredBy"] = json!(definition.registered_by);
    if let Some(at) = definition.deregistered_at {
        shown["deregisteredAt"] = json!(seconds(at));
    }
    let asked = shown["requiresCompatibilities"].as_array().cloned().unwrap_or_default();
    let others = asked.into_iter().filter(|it| it != "EC2");
    shown["compatibilities"] = std::iter::once(json!("EC2")).chain(others).collect();
    for list in ["volumes", "placementConstraints", "requiresAttributes"] {
        if shown[list].is_null() {
            shown[list] = json!([]);
        }
    }
    for container in shown["containerDefinitions"].as_array_mut().into_iter().flatten() {
        complete(container);
    }
    Ok(Document(shown))
}

/// What every container definition has, whether it was said or not.
fn complete(container: &mut Value) {
    let defaults = [("cpu", json!(0)), ("essential", json!(true))];
    let lists = ["portMappings", "environment", "mountPoints", "volumesFrom", "systemControls"];
    let lists = lists.map(|list| (list, json!([])));
    for (name, value) in defaults.into_iter().chain(lists) {
        if container[name].is_null() {
            container[name] = value;
        }
    }
}

/// A task; its tags where they are asked for.
pub(crate) fn task(task: &Task, with_tags: bool) -> ecs::Task {
    let key = task.key();
    let instant = |millis: i64| EpochSeconds(Timestamp::from_millis(millis));
    let desired = match task.stop.is_some() || task.status == Status::Stopped {
        true => "STOPPED",
        false => "RUNNING",
    };
    let overrides = task.overrides.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let pulled = (Status::Pending < task.status)
        .then(|| instant(task.started_at.unwrap_or(task.created_at)));
    ecs::Task {
        attachments: Vec::new(),
        attributes: vec![Document(
            json!({"name": "ecs.cpu-architecture", "value": std::env::consts::ARCH}),
        )],
        availability_zone: format!("{}a", key.scope.region()),
        cluster_arn: key.scope.cluster(&task.cluster),
        containers: containers(task),
        cpu: task.cpu.clone().unwrap_or_else(|| "0".to_owned()),
        created_at: instant(task.created_at),
        desired_status: desired.to_owned(),
        enable_execute_command: task.enable_execute_command,
        execution_stopped_at: task.started_at.and(task.stopped_at).map(instant),
        group: task.group.clone(),
        health_status: "UNKNOWN".to_owned(),
        last_status: task.status.as_str().to_owned(),
        launch_type: task.launch_type.clone(),
        memory: task.memory.clone().unwrap_or_else(|| "0".to_owned()),
        overrides: Document(overrides.unwrap_or_else(|| json!({"containerOverrides": []}))),
        platform_version: task.platform_version.clone(),
        pull_started_at: pulled,
        pull_stopped_at: pulled,
        started_at: task.started_at.map(instant),
        started_by: task.started_by.clone(),
        stop_code: task.stop.as_ref().map(|stop| stop.code.as_str().to_owned()),
        stopped_at: task.stopped_at.map(instant),
        stopped_reason: task.stop.as_ref().map(|stop| stop.reason.clone()),
        stopping_at: task.stopping_at.map(instant),
        tags: if with_tags { tags(&task.tags) } else { Vec::new() },
        task_arn: key.arn(),
        task_definition_arn: task.definition_arn.clone(),
        version: i64::try_from(task.version).unwrap_or(i64::MAX),
    }
}

fn containers(task: &Task) -> Vec<ecs::Container> {
    let key = task.key();
    let container = |it: &crate::model::Container| ecs::Container {
        container_arn: key.scope.container(&task.cluster, &task.id, &it.name),
        task_arn: key.arn(),
        name: it.name.clone(),
        image: it.image.clone(),
        runtime_id: it.runtime_id.clone(),
        last_status: it.status.as_str().to_owned(),
        exit_code: it.exit_code,
        reason: it.reason.clone(),
        network_bindings: Vec::new(),
        network_interfaces: Vec::new(),
        health_status: "UNKNOWN".to_owned(),
        cpu: it.cpu.unwrap_or_default().to_string(),
        memory: it.memory.map(|memory| memory.to_string()),
        memory_reservation: it.memory_reservation.map(|memory| memory.to_string()),
    };
    task.containers.iter().map(container).collect()
}
