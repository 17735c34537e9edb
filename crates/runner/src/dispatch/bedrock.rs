//! `bedrock:invokeModel`: the operation of Bedrock's runtime, its bodies JSON.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-bedrock.html>

use asl::Failure;
use asl::resources::{Integration, Pattern, lookup};
use json::{Object, Value};

use super::ask::{Voice, ask};
use super::casing::{Instants, from_wire};
use super::{Errand, Sent};
use crate::Runner;

pub(super) async fn invoke_model(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    pattern: Pattern,
) -> Sent {
    let parameters = &errand.dispatch.parameters;
    if ["Input", "Output"].iter().any(|name| parameters.get(name).is_some_and(|it| !it.is_null())) {
        let cause = "Freehold doesn't read or write the bodies of models in S3 yet: give Body, and leave out Output.";
        let error = integration.error_name("ValidationException");
        return Sent::refused(pattern, Failure::new(error, cause));
    }
    let action =
        lookup("bedrockruntime", "invokeModel").expect("Bedrock's runtime has InvokeModel");
    let voice = Voice::Optimized(integration);
    let ctx = match errand.ctx(runner) {
        Ok(ctx) => ctx,
        Err(failure) => return Sent::refused(pattern, failure),
    };
    match ask(runner, ctx, Voice::Sdk(action.service()), action, parameters).await {
        Ok(answer) => {
            let shape = action.output().expect("InvokeModel answers something");
            let shown = from_wire(&answer.value, shape, Instants::Millis);
            let mut result: Object = shown.to_object().unwrap_or_default();
            let body = shown.get("Body").unwrap_or_default();
            let parsed = body.as_str().and_then(|body| Value::parse(body).ok());
            result.insert("Body", parsed.unwrap_or(body));
            Sent::answered(pattern, result.into())
        }
        Err(refusal) => Sent::refused(pattern, voice.failure(&refusal)),
    }
}
