//! The roles that a request gives to a service to act as.

use json::{Kind, Value};

/// The members that hold such roles, by room and operation, and whom they are given to.
/// They may stand anywhere in the request: in a list of targets, in an override.
fn members(room: &str, operation: &str) -> (&'static [&'static str], &'static str) {
    match (room, operation) {
        ("states", "CreateStateMachine" | "UpdateStateMachine" | "TestState") => {
            (&["roleArn"], "states.amazonaws.com")
        }
        ("lambda", "CreateFunction" | "UpdateFunctionConfiguration") => {
            (&["Role"], "lambda.amazonaws.com")
        }
        ("events", "PutRule" | "PutTargets") => (&["RoleArn"], "events.amazonaws.com"),
        ("scheduler", "CreateSchedule" | "UpdateSchedule") => {
            (&["RoleArn"], "scheduler.amazonaws.com")
        }
        ("ecs", "RegisterTaskDefinition" | "RunTask" | "StartTask") => {
            (&["taskRoleArn", "executionRoleArn"], "ecs-tasks.amazonaws.com")
        }
        // Batch has its jobs run by ECS.
        ("batch", "RegisterJobDefinition" | "SubmitJob") => {
            (&["jobRoleArn", "taskRoleArn", "executionRoleArn"], "ecs-tasks.amazonaws.com")
        }
        ("batch", "CreateComputeEnvironment" | "UpdateComputeEnvironment") => {
            (&["serviceRole"], "batch.amazonaws.com")
        }
        ("logs", "PutSubscriptionFilter") => (&["roleArn"], "logs.amazonaws.com"),
        ("appsync", _) => (
            &["serviceRoleArn", "cloudWatchLogsRoleArn", "mergedApiExecutionRoleArn"],
            "appsync.amazonaws.com",
        ),
        _ => (&[], ""),
    }
}

/// The roles, each with the service that gets it.
pub(super) fn roles(room: &str, operation: &str, body: &Value) -> Vec<(String, &'static str)> {
    let (members, service) = members(room, operation);
    let mut found = Vec::new();
    if !members.is_empty() {
        collect(body, members, &mut found);
    }
    found.sort();
    found.dedup();
    found.into_iter().map(|role| (role, service)).collect()
}

/// A body is at most [`json::DEPTH_MAX`] deep.
fn collect(value: &Value, members: &[&str], found: &mut Vec<String>) {
    match value.kind() {
        Kind::Array => value.items().for_each(|item| collect(&item, members, found)),
        Kind::Object => {
            for (name, inside) in value.entries() {
                match inside.as_str() {
                    Some("") => {}
                    Some(role) if members.contains(&name) => found.push(role.to_owned()),
                    _ => collect(&inside, members, found),
                }
            }
        }
        _ => {}
    }
}
