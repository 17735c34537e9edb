use std::sync::Arc;

use serde_json::{Value, json};
use service::{Bus, CallError, Caller, Ctx, House};

const STS: &str = "sts";

/// How a program comes to its role.
#[derive(Clone, Copy, Debug)]
pub struct Assumption<'a> {
    /// The role's ARN.
    pub role: &'a str,
    /// Who runs the program, and must be trusted by the role: `lambda.amazonaws.com`.
    pub principal: &'a str,
    /// The name of the session.
    pub session: &'a str,
    /// For what it is run: a function, a task. The role's trust may be bound to it, or to its account.
    pub source_arn: &'a str,
}

impl Assumption<'_> {
    fn ctx(&self, house: &Arc<House>) -> Ctx {
        let caller = Caller { arn: self.principal.to_owned() };
        Ctx::new(Arc::clone(house), caller, house.uuid()).with_source_arn(self.source_arn)
    }
}

/// The variables that SDKs take credentials from: those of a role.
///
/// In a house without the room of tokens any credentials do, and the ones given say so; but where somebody decides who
/// may do what, they would be the root's, so there are none. What fails is that the role can't be assumed.
pub async fn credentials(
    assumption: &Assumption<'_>,
    house: &Arc<House>,
    bus: &Bus,
) -> Result<Vec<(&'static str, String)>, CallError> {
    let variables = |id: &str, secret: &str, token: &str| {
        let token = (!token.is_empty()).then(|| ("AWS_SESSION_TOKEN", token.to_owned()));
        let keys =
            [("AWS_ACCESS_KEY_ID", id.to_owned()), ("AWS_SECRET_ACCESS_KEY", secret.to_owned())];
        keys.into_iter().chain(token).collect()
    };
    if !bus.reaches(STS) {
        return match bus.is_guarded() {
            true => Err(CallError::NoRoom(STS.to_owned())),
            false => Ok(variables("freehold", "freehold", "")),
        };
    }
    let Assumption { role, session, .. } = assumption;
    let body = json!({"RoleArn": role, "RoleSessionName": session}).to_string();
    let reply = bus.call(assumption.ctx(house), STS, "AssumeRole", body.into()).await?;
    let unreadable = |error: serde_json::Error| CallError::Unanswered(error.to_string());
    let reply: Value = serde_json::from_slice(&reply).map_err(unreadable)?;
    let text = |name: &str| reply["Credentials"][name].as_str().unwrap_or_default();
    Ok(variables(text("AccessKeyId"), text("SecretAccessKey"), text("SessionToken")))
}
