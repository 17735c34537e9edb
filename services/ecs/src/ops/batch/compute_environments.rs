use serde_json::{Value, json};
use store::Batch;

use super::check_name;
use crate::arn::{Scope, name_of};
use crate::errors::Error;
use crate::jobs::model::ComputeEnvironment;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::Document;
use crate::wire::batch::{
    ComputeEnvironmentOutput, ComputeEnvironmentParts, DeleteComputeEnvironmentInput,
    DescribeComputeEnvironmentsInput, DescribeComputeEnvironmentsOutput, Empty, State,
    UpdateComputeEnvironmentInput,
};

/// It is `VALID` at once: jobs run on the machine of the house, whatever it says.
///
/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateComputeEnvironment.html>
pub(crate) async fn create_compute_environment(
    ctx: &Visit<'_>,
    req: Document,
) -> Result<ComputeEnvironmentOutput, Error> {
    let parts: ComputeEnvironmentParts = req.read()?;
    let name = &parts.compute_environment_name;
    check_name("computeEnvironmentName", name)?;
    if parts.eks_configuration.is_some() {
        return Err(Error::batch("Compute environments on EKS are not available in this house."));
    }
    if !["MANAGED", "UNMANAGED"].contains(&parts.r#type.to_uppercase().as_str()) {
        return Err(Error::batch("type must be one of [MANAGED, UNMANAGED]"));
    }
    if parts.r#type.eq_ignore_ascii_case("MANAGED") && parts.compute_resources.is_none() {
        return Err(Error::batch(
            "computeResources must be provided for a MANAGED compute environment",
        ));
    }
    let mut given = req.0;
    if let Value::Object(members) = &mut given {
        members.remove("tags");
        members.remove("state");
    }
    let environment = ComputeEnvironment {
        text: given.to_string(),
        tags: parts.tags.unwrap_or_default(),
        is_disabled: parts.state == Some(State::Disabled),
        uuid: ctx.request.house().uuid(),
    };
    let mut batch = Batch::new();
    tables::add_environment(&mut batch, &ctx.scope(), name, &environment);
    match ctx.room().commit(batch).await? {
        Commit::Done => Ok(output(&ctx.scope(), name)),
        Commit::Raced => Err(Error::batch("Object already exists")),
    }
}

fn output(scope: &Scope, name: &str) -> ComputeEnvironmentOutput {
    ComputeEnvironmentOutput {
        compute_environment_name: name.to_owned(),
        compute_environment_arn: scope.batch("compute-environment", name),
    }
}

/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeComputeEnvironments.html>
pub(crate) async fn describe_compute_environments(
    ctx: &Visit<'_>,
    req: DescribeComputeEnvironmentsInput,
) -> Result<DescribeComputeEnvironmentsOutput, Error> {
    let wanted = req.compute_environments.unwrap_or_default();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|it| name_of(it) == name);
    let environments = ctx.tables().environments(&ctx.scope()).await?;
    let environments = environments.into_iter().filter(|(name, _)| is_wanted(name));
    let (environments, next_token) = ctx.page(
        "DescribeComputeEnvironments",
        environments,
        req.max_results,
        req.next_token.as_deref(),
        |(name, _)| name.clone(),
    )?;
    let shown = environments.iter().map(|(name, environment)| shown(ctx, name, environment));
    Ok(DescribeComputeEnvironmentsOutput {
        compute_environments: shown.collect::<Result<_, _>>()?,
        next_token,
    })
}

/// The cluster of the tasks of an environment's jobs.
pub(super) fn cluster(name: &str, environment: &ComputeEnvironment) -> String {
    format!("AWSBatch-{name}-{}", environment.uuid)
}

fn shown(
    ctx: &Visit<'_>,
    name: &str,
    environment: &ComputeEnvironment,
) -> Result<Document, store::Error> {
    let scope = ctx.scope();
    let mut shown = Document::of_row(&environment.text)?.0;
    shown["computeEnvironmentArn"] = json!(scope.batch("compute-environment", name));
    shown["ecsClusterArn"] = json!(scope.cluster(&cluster(name, environment)));
    shown["tags"] = json!(environment.tags);
    shown["state"] = json!(if environment.is_disabled { "DISABLED" } else { "ENABLED" });
    shown["status"] = json!("VALID");
    shown["statusReason"] = json!("ComputeEnvironment Healthy");
    shown["containerOrchestrationType"] = json!("ECS");
    shown["uuid"] = json!(environment.uuid);
    Ok(Document(shown))
}

/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateComputeEnvironment.html>
pub(crate) async fn update_compute_environment(
    ctx: &Visit<'_>,
    req: UpdateComputeEnvironmentInput,
) -> Result<ComputeEnvironmentOutput, Error> {
    let (scope, name) = (ctx.scope(), name_of(&req.compute_environment));
    loop {
        let found = ctx.tables().environment(&scope, name).await?;
        let found = found.ok_or_else(|| Error::batch(format!("Object does not exist: {name}")))?;
        let mut environment = found.value.clone();
        if let Some(state) = req.state {
            environment.is_disabled = state == State::Disabled;
        }
        let mut text = Document::of_row(&environment.text)?.0;
        if let Some(Document(Value::Object(changes))) = req.compute_resources.clone() {
            for (member, value) in changes {
                text["computeResources"][member] = value;
            }
        }
        if let Some(role) = &req.service_role {
            text["serviceRole"] = json!(role);
        }
        environment.text = text.to_string();
        let mut batch = Batch::new();
        found.replace(&mut batch, environment.clone());
        if ctx.room().commit(batch).await? == Commit::Done {
            return Ok(output(&scope, name));
        }
    }
}

/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteComputeEnvironment.html>
pub(crate) async fn delete_compute_environment(
    ctx: &Visit<'_>,
    req: DeleteComputeEnvironmentInput,
) -> Result<Empty, Error> {
    let (scope, name) = (ctx.scope(), name_of(&req.compute_environment));
    let arn = scope.batch("compute-environment", name);
    loop {
        let Some(found) = ctx.tables().environment(&scope, name).await? else {
            return Ok(Empty {});
        };
        if !found.value.is_disabled {
            return Err(Error::batch("Cannot delete, state needs to be set to DISABLED"));
        }
        let queues = ctx.tables().queues(&scope).await?;
        if queues.iter().any(|(_, queue)| queue.environments.contains(&arn)) {
            return Err(Error::batch("Cannot delete, found existing JobQueue relationship"));
        }
        let mut batch = Batch::new();
        found.remove(&mut batch);
        if ctx.room().commit(batch).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
