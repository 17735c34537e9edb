use std::sync::Arc;

use serde_json::{Value, json};
use service::{Bus, Caller, Ctx, House};

const STS: &str = "sts";

/// The variables that SDKs take credentials from: those of a role, for a program that `principal` runs
/// (`lambda.amazonaws.com`, which the role must trust) in a session of that name.
///
/// In a house without the room of tokens any credentials do, and the ones given say so.
pub async fn credentials(
    role: &str,
    principal: &str,
    session: &str,
    house: &Arc<House>,
    bus: &Bus,
) -> Vec<(&'static str, String)> {
    let variables = |id: &str, secret: &str, token: &str| {
        let token = (!token.is_empty()).then(|| ("AWS_SESSION_TOKEN", token.to_owned()));
        let keys =
            [("AWS_ACCESS_KEY_ID", id.to_owned()), ("AWS_SECRET_ACCESS_KEY", secret.to_owned())];
        keys.into_iter().chain(token).collect()
    };
    if !bus.reaches(STS) {
        return variables("freehold", "freehold", "");
    }
    let body = json!({"RoleArn": role, "RoleSessionName": session}).to_string();
    let caller = Caller { arn: principal.to_owned() };
    let ctx = Ctx::new(Arc::clone(house), caller, house.uuid());
    match bus.call(ctx, STS, "AssumeRole", body.into()).await {
        Ok(reply) => {
            let reply: Value = serde_json::from_slice(&reply).unwrap_or_default();
            let text = |name: &str| reply["Credentials"][name].as_str().unwrap_or_default();
            variables(text("AccessKeyId"), text("SecretAccessKey"), text("SessionToken"))
        }
        Err(error) => {
            tracing::warn!(role, error = &error as &dyn std::error::Error, "no role to assume");
            variables("freehold", "freehold", "")
        }
    }
}
