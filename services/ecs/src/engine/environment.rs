//! The variables of a container.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-environment-variables.html>

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use service::{CallError, Caller, Ctx};
use workload::{Assumption, credentials};

use super::{Launch, Workshop};

/// Who a role must trust to be a task's.
const PRINCIPAL: &str = "ecs-tasks.amazonaws.com";
/// By which processes of a task are known.
pub(super) const TASK_ARN: &str = "FREEHOLD_TASK_ARN";

/// What the house gives, then what the definition says, which wins. `endpoint` is where the container finds the house.
/// Where a role can't be assumed or a secret can't be had, the text says why.
pub(super) async fn of(
    launch: &Launch,
    workshop: &Workshop,
    endpoint: Option<String>,
) -> Result<BTreeMap<String, String>, String> {
    let region = workshop.house.region();
    let given = [
        ("AWS_EXECUTION_ENV", format!("AWS_ECS_{}", launch.launch_type)),
        ("AWS_REGION", region.to_owned()),
        ("AWS_DEFAULT_REGION", region.to_owned()),
        (TASK_ARN, launch.task_arn.clone()),
    ];
    let mut variables: BTreeMap<String, String> = BTreeMap::new();
    let endpoint = endpoint.map(|url| ("AWS_ENDPOINT_URL", url));
    let role = match &launch.role {
        Some(role) => {
            let (house, bus) = (&workshop.house, &workshop.bus);
            let assumption = Assumption {
                role,
                principal: PRINCIPAL,
                session: &launch.task_id,
                source_arn: &launch.task_arn,
            };
            let assumed = credentials(&assumption, house, bus).await;
            assumed.map_err(|error| {
                tracing::warn!(
                    task = launch.task_arn,
                    error = &error as &dyn std::error::Error,
                    "no role to assume"
                );
                format!(
                    "ECS was unable to assume the role '{role}' that was provided for this task. Please verify that \
                     the role being passed has the proper trust relationship and permissions and that your IAM user \
                     has permissions to pass this role."
                )
            })?
        }
        // A task without a role has no credentials, as on AWS.
        None => Vec::new(),
    };
    let all = given.into_iter().chain(endpoint).chain(role);
    variables.extend(all.map(|(name, value)| (name.to_owned(), value)));
    for (name, value_from) in &launch.container.secrets {
        let value = secret(launch, workshop, value_from).await.map_err(|error| {
            format!("ResourceInitializationError: unable to pull secrets or registry auth: {value_from}: {error}")
        })?;
        variables.insert(name.clone(), value);
    }
    variables.extend(launch.container.environment.clone());
    Ok(variables)
}

/// Who asks for secrets: the task's execution role. Without one it is nobody that a policy could allow it to; where
/// nobody decides that, the house asks itself.
fn reader(launch: &Launch, workshop: &Workshop) -> Result<Ctx, CallError> {
    let ctx = Ctx::root(Arc::clone(&workshop.house)).with_account(launch.account.as_str());
    match &launch.execution_role {
        Some(role) => {
            let asking = ctx.follow_up(Caller { arn: PRINCIPAL.to_owned() });
            let asking = asking.with_source_arn(launch.task_arn.as_str());
            Ok(workshop.bus.assume(&asking, role)?.with_account(launch.account.as_str()))
        }
        None if workshop.bus.is_guarded() => {
            let why = "the task definition has no execution role".to_owned();
            Err(CallError::Unanswered(why))
        }
        None => Ok(ctx),
    }
}

/// A secret of Secrets Manager (`…:secret:name:key:stage:id`), or a parameter of Systems Manager by name or ARN.
async fn secret(
    launch: &Launch,
    workshop: &Workshop,
    value_from: &str,
) -> Result<String, CallError> {
    let ctx = reader(launch, workshop)?;
    let parts: Vec<&str> = value_from.split(':').collect();
    let (service, operation, body) = match parts.get(2) {
        Some(&"secretsmanager") => {
            let id = parts[..parts.len().min(7)].join(":");
            workshop.bus.check_action(&ctx, "secretsmanager:GetSecretValue", &id)?;
            ("secretsmanager", "GetSecretValue", json!({"SecretId": id}))
        }
        _ => {
            let name = value_from.split_once(":parameter").map_or(value_from, |(_, name)| name);
            let (partition, region) = (ctx.partition(), ctx.region());
            let path = name.trim_start_matches('/');
            let arn = match value_from.starts_with("arn:") {
                true => value_from.to_owned(),
                false => format!("arn:{partition}:ssm:{region}:{}:parameter/{path}", ctx.account()),
            };
            // AWS's agent asks for many at once: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
            workshop.bus.check_action(&ctx, "ssm:GetParameters", &arn)?;
            ("ssm", "GetParameter", json!({"Name": name, "WithDecryption": true}))
        }
    };
    let reply = workshop.bus.call(ctx, service, operation, body.to_string().into()).await?;
    let unreadable = || CallError::Unanswered("the answer holds no text".to_owned());
    let reply: Value = serde_json::from_slice(&reply).map_err(|_| unreadable())?;
    let text =
        [&reply["SecretString"], &reply["Parameter"]["Value"]].into_iter().find_map(Value::as_str);
    let text = text.ok_or_else(unreadable)?;
    let Some(key) = parts.get(7).filter(|key| !key.is_empty() && service == "secretsmanager")
    else {
        return Ok(text.to_owned());
    };
    let inside: Value = serde_json::from_str(text).map_err(|_| unreadable())?;
    inside[*key].as_str().map(str::to_owned).ok_or_else(unreadable)
}
