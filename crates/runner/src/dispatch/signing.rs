//! Requests to APIs that ask who calls: signed with temporary credentials of the task's role.
//!
//! Step Functions gets them from STS; here it is the `sts` room, or the endpoint that stands for it: with that of AWS,
//! the credentials are good for AWS's own APIs.

use asl::resources::Integration;
use asl::{Failure, error_name};
use aws::sigv4::{self, Credentials};
use bytes::Bytes;
use http::Request;
use json::Value;
use service::{CallError, Caller};

use super::{Errand, caller};
use crate::Runner;
use crate::facts::Facts;

/// Who assumes the role of a state machine.
const STEP_FUNCTIONS: &str = "states.amazonaws.com";

/// Signs a request to API Gateway.
pub(super) async fn sign(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    request: &mut Request<Bytes>,
) -> Result<(), Failure> {
    let role_arn = errand.dispatch.role_arn.as_deref();
    let credentials = credentials(runner, &errand.facts, role_arn, integration).await?;
    let host = request.uri().host().unwrap_or_default().to_owned();
    let region = region(&host).unwrap_or(runner.0.house.region());
    let now = runner.0.house.now();
    sigv4::sign(request, &credentials, region, "execute-api", now)
        .map_err(|error| client_failure(integration, format!("Unable to sign request: {error}")))
}

/// `us-east-1` of `abc.execute-api.us-east-1.amazonaws.com`.
fn region(host: &str) -> Option<&str> {
    host.split_once(".execute-api.")?.1.split('.').next()
}

/// Those of the role that the task names, which the execution's own assumes, or of the execution's own.
pub(super) async fn credentials(
    runner: &Runner,
    facts: &Facts,
    role_arn: Option<&str>,
    integration: Integration,
) -> Result<Credentials, Failure> {
    let own = &facts.machine.facts.role_arn;
    let named = role_arn.filter(|role| *role != &**own);
    let asking = if named.is_some() { own.to_string() } else { STEP_FUNCTIONS.to_owned() };
    let ctx = caller(runner, facts, role_arn)?
        .follow_up(Caller { arn: asking })
        .with_source_arn(&*facts.machine.facts.arn);
    let request = Value::object([
        ("RoleArn", Value::from(named.unwrap_or(own))),
        ("RoleSessionName", runner.0.house.uuid().into()),
    ]);
    let body = Bytes::from(request.to_string());
    let answer = runner.0.bus.call(ctx, "sts", "AssumeRole", body).await;
    let answer = answer.map_err(|error| match error {
        CallError::Refused(refusal) => {
            Failure::new(error_name::PERMISSIONS, refusal.message.unwrap_or_default())
        }
        other => client_failure(integration, other.to_string()),
    })?;
    read(&answer).ok_or_else(|| {
        client_failure(integration, "STS answered AssumeRole without credentials.".to_owned())
    })
}

fn read(answer: &[u8]) -> Option<Credentials> {
    let answer = Value::parse(std::str::from_utf8(answer).ok()?).ok()?;
    let credentials = answer.get("Credentials")?;
    let text = |name: &str| credentials.get(name)?.as_str().map(str::to_owned);
    Some(Credentials {
        access_key_id: text("AccessKeyId")?,
        secret_access_key: text("SecretAccessKey")?,
        session_token: text("SessionToken"),
    })
}

fn client_failure(integration: Integration, cause: String) -> Failure {
    Failure::new(format!("{}.SdkClientException", integration.error_prefix()), cause)
}
