//! `bedrock:invokeModel`: the operation of Bedrock's runtime, its bodies JSON, or objects of S3.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/connect-bedrock.html>. How a result refers to a body that was
//! written to S3 is unsure: the page says that a reference takes its place, and shows none.

use asl::Failure;
use asl::resources::{Action, Integration, Pattern, lookup};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use json::{Object, Value};

use super::ask::{Answer, Refusal, Voice, ask};
use super::casing::{Instants, from_wire};
use super::{Errand, Sent};
use crate::Runner;

pub(super) async fn invoke_model(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    pattern: Pattern,
) -> Sent {
    match invoked(runner, errand, integration).await {
        Ok(result) => Sent::answered(pattern, result),
        Err(failure) => Sent::refused(pattern, failure),
    }
}

async fn invoked(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
) -> Result<Value, Failure> {
    let parameters = &errand.dispatch.parameters;
    let input = Place::of(integration, parameters, "Input")?;
    let output = Place::of(integration, parameters, "Output")?;
    let request = match input {
        Some(place) => parameters.with("Body", place.read(runner, errand, integration).await?),
        None => parameters.clone(),
    };
    let action = named("bedrockruntime", "invokeModel");
    let answer = match asked(runner, errand, integration, action, &request).await? {
        Ok(answer) => answer,
        Err(refusal) => return Err(Voice::Optimized(integration).failure(&refusal)),
    };
    let shape = action.output().expect("InvokeModel answers something");
    let shown = from_wire(&answer.value, shape, Instants::Millis);
    let body = shown.get("Body").unwrap_or_default();
    let body = match output {
        Some(place) => place.write(runner, errand, integration, &shown).await?,
        None => body.as_str().and_then(|body| Value::parse(body).ok()).unwrap_or(body),
    };
    let mut result: Object = shown.to_object().unwrap_or_default();
    result.insert("Body", body);
    Ok(result.into())
}

/// An object of S3, as a parameter names it: `{"S3Uri": "s3://BUCKET/KEY"}`.
struct Place {
    uri: String,
    bucket: String,
    key: String,
}

impl Place {
    fn of(
        integration: Integration,
        parameters: &Value,
        name: &str,
    ) -> Result<Option<Self>, Failure> {
        let Some(place) = parameters.get(name).filter(|place| !place.is_null()) else {
            return Ok(None);
        };
        let uri = place.get("S3Uri").and_then(|uri| uri.as_str().map(str::to_owned));
        let parts = uri.as_deref().and_then(|uri| uri.strip_prefix("s3://")?.split_once('/'));
        let parts = parts.filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty());
        let Some((bucket, key)) = parts else {
            let cause = format!("The S3Uri of the field '{name}' isn't s3://BUCKET/KEY: {place}.");
            return Err(Failure::new(integration.error_name("ValidationException"), cause));
        };
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        Ok(Some(Place { uri: uri.unwrap_or_default(), bucket, key }))
    }

    fn request(&self) -> Value {
        Value::object([("Bucket", self.bucket.as_str()), ("Key", self.key.as_str())])
    }

    async fn read(
        &self,
        runner: &Runner,
        errand: &Errand,
        integration: Integration,
    ) -> Result<Value, Failure> {
        let answer = object(runner, errand, integration, "getObject", &self.request()).await?;
        let body = answer.value.get("Body").unwrap_or_default();
        let bytes = STANDARD.decode(body.as_str().unwrap_or_default());
        let bytes = bytes.map_err(|_| {
            Voice::Sdk(named("s3", "getObject").service())
                .client_failure("Unable to unmarshall response: the body isn't Base64.")
        })?;
        Ok(String::from_utf8_lossy(&bytes).into_owned().into())
    }

    /// Writes what the model has answered; gives what stands in its place in the result.
    async fn write(
        &self,
        runner: &Runner,
        errand: &Errand,
        integration: Integration,
        shown: &Value,
    ) -> Result<Value, Failure> {
        let mut request = self.request().with("Body", shown.get("Body").unwrap_or_default());
        if let Some(kind) = shown.get("ContentType") {
            request = request.with("ContentType", kind);
        }
        object(runner, errand, integration, "putObject", &request).await?;
        Ok(self.uri.as_str().into())
    }
}

/// Calls an operation of S3; what is refused is worded as its SDK words it.
async fn object(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    operation: &str,
    request: &Value,
) -> Result<Answer, Failure> {
    let action = named("s3", operation);
    let answer = asked(runner, errand, integration, action, request).await?;
    answer.map_err(|refusal| Voice::Sdk(action.service()).failure(&refusal))
}

async fn asked(
    runner: &Runner,
    errand: &Errand,
    integration: Integration,
    action: Action,
    request: &Value,
) -> Result<Result<Answer, Refusal>, Failure> {
    let ctx = errand.ctx(runner)?;
    Ok(ask(runner, ctx, Voice::Optimized(integration), action, request).await)
}

fn named(service: &str, operation: &str) -> Action {
    lookup(service, operation).expect("the services have the operations that stand in this file")
}
