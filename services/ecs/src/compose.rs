//! From a task definition, and what a request says otherwise, to a task.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::errors::Error;
use crate::model::{Condition, Container, Dependency, LogStream, Status};
use crate::wire::Document;
use crate::wire::ecs::{
    ContainerDefinition, ContainerOverride, DependsOnCondition, KeyValuePair, LogConfiguration,
    TaskDefinitionParts, TaskOverride,
};

/// How long a container may take to stop that doesn't say.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>
pub(crate) const STOP_TIMEOUT_SECONDS: u64 = 30;

/// What a task takes from its definition and its overrides.
#[derive(Clone, Debug)]
pub(crate) struct Composition {
    pub(crate) containers: Vec<Container>,
    pub(crate) role: Option<String>,
    pub(crate) execution_role: Option<String>,
    pub(crate) cpu: Option<String>,
    pub(crate) memory: Option<String>,
    /// The overrides as they are shown.
    pub(crate) shown: String,
}

/// The containers of a task with that id.
pub(crate) fn compose(
    parts: &TaskDefinitionParts,
    given: Option<&Document>,
    task_id: &str,
) -> Result<Composition, Error> {
    let none = || TaskOverride {
        container_overrides: None,
        cpu: None,
        memory: None,
        task_role_arn: None,
        execution_role_arn: None,
    };
    let overrides = given.map_or_else(|| Ok(none()), Document::read)?;
    let of_containers = overrides.container_overrides.unwrap_or_default();
    let names = parts.container_definitions.iter().filter_map(|it| it.name.as_deref());
    let names: Vec<&str> = names.collect();
    for container in &of_containers {
        let name = container.name.as_deref().unwrap_or_default();
        if !names.contains(&name) {
            return Err(Error::invalid(format!(
                "Override for container named {name} is not a container in the TaskDefinition."
            )));
        }
    }
    let mut containers = Vec::new();
    for definition in &parts.container_definitions {
        let of_this = of_containers.iter().find(|it| it.name == definition.name);
        containers.push(container(definition, of_this, task_id)?);
    }
    let sum = |of: fn(&Container) -> Option<i32>| {
        let sum: i64 = containers.iter().filter_map(of).map(i64::from).sum();
        (0 < sum).then(|| sum.to_string())
    };
    Ok(Composition {
        role: overrides.task_role_arn.or(parts.task_role_arn.clone()),
        execution_role: overrides.execution_role_arn.or(parts.execution_role_arn.clone()),
        cpu: overrides.cpu.or(parts.cpu.clone()).or_else(|| sum(|it| it.cpu)),
        memory: overrides.memory.or(parts.memory.clone()).or_else(|| sum(|it| it.memory)),
        shown: shown(given, &names).to_string(),
        containers,
    })
}

fn container(
    definition: &ContainerDefinition,
    given: Option<&ContainerOverride>,
    task_id: &str,
) -> Result<Container, Error> {
    if definition.environment_files.as_ref().is_some_and(|files| !files.is_empty()) {
        return Err(Error::Unsupported("Environment files"));
    }
    let name = definition.name.clone().unwrap_or_default();
    let mut environment = variables(definition.environment.as_deref());
    environment.extend(variables(given.and_then(|it| it.environment.as_deref())));
    let secrets = definition.secrets.iter().flatten();
    let stop_timeout = at_least(0, definition.stop_timeout, "stopTimeout", &name)?;
    let cpu = given.and_then(|it| it.cpu).or(definition.cpu);
    let memory = given.and_then(|it| it.memory).or(definition.memory);
    let reservation = given.and_then(|it| it.memory_reservation).or(definition.memory_reservation);
    Ok(Container {
        image: definition.image.clone().unwrap_or_default(),
        entry_point: definition.entry_point.clone().unwrap_or_default(),
        command: given
            .and_then(|it| it.command.clone())
            .or_else(|| definition.command.clone())
            .unwrap_or_default(),
        environment,
        secrets: secrets.map(|it| (it.name.clone(), it.value_from.clone())).collect(),
        working_directory: definition.working_directory.clone(),
        user: definition.user.clone(),
        is_essential: definition.essential.unwrap_or(true),
        depends_on: dependencies(definition)?,
        cpu: at_least(0, cpu, "cpu", &name)?,
        memory: at_least(1, memory, "memory", &name)?,
        memory_reservation: at_least(1, reservation, "memoryReservation", &name)?,
        stop_timeout_seconds: stop_timeout
            .map_or(STOP_TIMEOUT_SECONDS, |seconds| u64::from(seconds.unsigned_abs())),
        log: definition.log_configuration.as_ref().and_then(|log| {
            let mut log = log_stream(log)?;
            log.stream = match log.stream.as_str() {
                "" => task_id.to_owned(),
                prefix => format!("{prefix}/{name}/{task_id}"),
            };
            Some(log)
        }),
        runtime_id: None,
        status: Status::Pending,
        exit_code: None,
        reason: None,
        name,
    })
}

/// A setting of a container, refused if it is less than any can have. The sentence is AWS's for memory; the others
/// are by analogy.
pub(crate) fn at_least(
    least: i32,
    value: Option<i32>,
    setting: &str,
    container: &str,
) -> Result<Option<i32>, Error> {
    if value.is_some_and(|value| value < least) {
        return Err(Error::Batch(format!(
            "Invalid '{setting}' setting for container '{container}'."
        )));
    }
    Ok(value)
}

fn dependencies(definition: &ContainerDefinition) -> Result<Vec<Dependency>, Error> {
    let of = |it: &crate::wire::ecs::ContainerDependency| {
        let condition = match it.condition {
            DependsOnCondition::Start => Condition::Start,
            DependsOnCondition::Complete => Condition::Complete,
            DependsOnCondition::Success => Condition::Success,
            DependsOnCondition::Healthy => {
                return Err(Error::Unsupported("Health checks of containers"));
            }
        };
        Ok(Dependency { container: it.container_name.clone(), condition })
    };
    definition.depends_on.iter().flatten().map(of).collect()
}

/// Where the `awslogs` driver writes, with the prefix of the stream's name; other drivers have nowhere to write here.
pub(crate) fn log_stream(log: &LogConfiguration) -> Option<LogStream> {
    let option = |name: &str| log.options.as_ref().and_then(|options| options.get(name).cloned());
    (log.log_driver == "awslogs").then(|| LogStream {
        group: option("awslogs-group").unwrap_or_default(),
        stream: option("awslogs-stream-prefix").unwrap_or_default(),
        creates_group: option("awslogs-create-group").is_some_and(|text| text == "true"),
    })
}

/// Pairs as variables; what has no name is none.
pub(crate) fn variables(pairs: Option<&[KeyValuePair]>) -> BTreeMap<String, String> {
    let pair =
        |pair: &KeyValuePair| Some((pair.name.clone()?, pair.value.clone().unwrap_or_default()));
    pairs.unwrap_or_default().iter().filter_map(pair).collect()
}

/// Overrides as DescribeTasks has them: every container is named, whether something is said of it or not.
fn shown(given: Option<&Document>, names: &[&str]) -> Value {
    let mut shown = given.map_or_else(|| json!({}), |given| given.0.clone());
    let said = shown["containerOverrides"].as_array().cloned().unwrap_or_default();
    let of = |name: &&str| {
        let said = said.iter().find(|it| it["name"] == **name);
        said.cloned().unwrap_or_else(|| json!({"name": name}))
    };
    shown["containerOverrides"] = names.iter().map(of).collect();
    if shown["inferenceAcceleratorOverrides"].is_null() {
        shown["inferenceAcceleratorOverrides"] = json!([]);
    }
    shown
}
