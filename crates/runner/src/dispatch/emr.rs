//! `elasticmapreduce:<action>`: Step Functions' own names and forms for operations of Amazon EMR.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr.html>

use asl::Failure;
use asl::resources::{Action, Integration, Pattern};
use json::{Object, Value};

use super::ask::Answer;
use super::{Errand, Sent, optimized};
use crate::Runner;

pub(super) async fn call(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    pattern: Pattern,
) -> Sent {
    match called(runner, errand, integration, pattern).await {
        Ok((result, answer)) => {
            optimized::sent(runner, errand, integration, pattern, result, &answer)
        }
        Err(sent) => *sent,
    }
}

async fn called(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    pattern: Pattern,
) -> Result<(Value, Answer), Box<Sent>> {
    let parameters = &errand.dispatch.parameters;
    let (operation, request) = match integration.action() {
        "createCluster" => ("runJobFlow", parameters.clone()),
        "terminateCluster" => ("terminateJobFlows", clusters(parameters, &[]).into()),
        "setClusterTerminationProtection" => {
            ("setTerminationProtection", clusters(parameters, &["TerminationProtected"]).into())
        }
        "addStep" => {
            let mut request = optimized::renamed(
                parameters,
                &[("ClusterId", "JobFlowId"), ("ExecutionRoleArn", "ExecutionRoleArn")],
            );
            request.insert("Steps", Value::array(parameters.get("Step")));
            ("addJobFlowSteps", request.into())
        }
        "cancelStep" => {
            let mut request = optimized::renamed(parameters, &[("ClusterId", "ClusterId")]);
            request.insert("StepIds", Value::array(parameters.get("StepId")));
            ("cancelSteps", request.into())
        }
        "modifyInstanceFleetByName" => {
            let fleet = by_name(runner, errand, integration, pattern, &FLEET).await?;
            ("modifyInstanceFleet", fleet)
        }
        _ => {
            let group = by_name(runner, errand, integration, pattern, &GROUP).await?;
            ("modifyInstanceGroups", group)
        }
    };
    let action = operation_named(integration, operation);
    let answer = optimized::asked(runner, errand, integration, action, &request, pattern).await?;
    let result = optimized::shown(integration, action, &answer.value);
    let result = match integration.action() {
        "createCluster" => with_cluster(&result),
        "addStep" => only(&result, "StepIds", "StepId"),
        "cancelStep" => {
            let infos = result.get("CancelStepsInfoList").unwrap_or_default();
            infos.at(0).unwrap_or_else(Value::empty_object)
        }
        _ => result,
    };
    Ok((result, answer))
}

fn operation_named(integration: Integration, name: &str) -> Action {
    integration.sdk_action(name).expect("EMR has the operations that stand in this file")
}

/// One cluster, where the API takes many.
fn clusters(parameters: &Value, others: &[&'static str]) -> Object {
    let others: Vec<_> = others.iter().map(|name| (*name, *name)).collect();
    let mut request = optimized::renamed(parameters, &others);
    request.insert("JobFlowIds", Value::array(parameters.get("ClusterId")));
    request
}

fn with_cluster(result: &Value) -> Value {
    Value::object(
        optimized::renamed(result, &[("ClusterArn", "ClusterArn"), ("JobFlowId", "ClusterId")])
            .iter()
            .map(|(name, value)| (std::sync::Arc::clone(name), value.clone())),
    )
}

fn only(result: &Value, list: &str, name: &'static str) -> Value {
    let first = result.get(list).and_then(|list| list.at(0));
    Value::object(first.map(|first| (name, first)))
}

/// Things of a cluster that the task names and the API numbers.
struct Numbered {
    list: &'static str,
    listed: &'static str,
    name: &'static str,
    changed: &'static str,
    id: &'static str,
    in_list: bool,
}

const FLEET: Numbered = Numbered {
    list: "listInstanceFleets",
    listed: "InstanceFleets",
    name: "InstanceFleetName",
    changed: "InstanceFleet",
    id: "InstanceFleetId",
    in_list: false,
};
const GROUP: Numbered = Numbered {
    list: "listInstanceGroups",
    listed: "InstanceGroups",
    name: "InstanceGroupName",
    changed: "InstanceGroup",
    id: "InstanceGroupId",
    in_list: true,
};

async fn by_name(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    pattern: Pattern,
    kind: &Numbered,
) -> Result<Value, Box<Sent>> {
    let parameters = &errand.dispatch.parameters;
    let cluster = optimized::renamed(parameters, &[("ClusterId", "ClusterId")]);
    let action = operation_named(integration, kind.list);
    let request = Value::from(cluster.clone());
    let answer = optimized::asked(runner, errand, integration, action, &request, pattern).await?;
    let listed = optimized::shown(integration, action, &answer.value);
    let listed = listed.get(kind.listed).unwrap_or_default();
    let name = parameters.get(kind.name).unwrap_or_default();
    let found = listed.items().find(|item| item.get("Name").as_ref() == Some(&name));
    let Some(id) = found.and_then(|found| found.get("Id")) else {
        let cause = format!("The cluster has no {} named {name}.", kind.changed);
        let error = integration.error_name("InvalidRequestException");
        return Err(Box::new(Sent::refused(pattern, Failure::new(error, cause))));
    };
    let changed = parameters.get(kind.changed).unwrap_or_else(Value::empty_object);
    let changed = changed.with(kind.id, id);
    let mut request = cluster;
    match kind.in_list {
        true => request.insert(kind.listed, Value::array([changed])),
        false => request.insert(kind.changed, changed),
    };
    Ok(request.into())
}
