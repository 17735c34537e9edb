//! From what a request says to settings that a function can be run with.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use service::CallError;
use tokio::task::spawn_blocking;

use crate::environment::Family;
use crate::errors::Error;
use crate::model::{Code, Settings};
use crate::visit::Visit;
use crate::wire;

/// The bucket whose keys are folders of this machine.
const LOCAL_FOLDERS: &str = "freehold-local";
const S3: &str = "s3";

/// Variables that are AWS's own to set.
const RESERVED: [&str; 18] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

/// A runtime that this room has.
pub(crate) fn runtime(name: String) -> Result<String, Error> {
    match Family::of(&name) {
        Some(_) => Ok(name),
        None => Err(Error::invalid(format!(
            "Value {name} at 'runtime' failed to satisfy constraint: this house runs python3.*, nodejs*.x, provided, provided.al2 and provided.al2023"
        ))),
    }
}

/// The architecture that was asked for, or AWS's default.
pub(crate) fn architecture(given: Option<&[wire::Architecture]>) -> String {
    let asked = given.and_then(<[_]>::first);
    asked.map_or("x86_64", |it| it.as_str()).to_owned()
}

/// The variables of a request.
pub(crate) fn environment(
    ctx: &Visit<'_>,
    given: wire::Environment,
) -> Result<BTreeMap<String, String>, Error> {
    let variables = given.variables.unwrap_or_default();
    let reserved: Vec<&str> =
        variables.keys().map(String::as_str).filter(|name| RESERVED.contains(name)).collect();
    if !reserved.is_empty() {
        return Err(Error::invalid(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: {}",
            reserved.join(", ")
        )));
    }
    let is_name = |name: &str| {
        let mut letters = name.bytes();
        letters.next().is_some_and(|b| b.is_ascii_alphabetic())
            && 1 < name.len()
            && letters.all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    if let Some(name) = variables.keys().find(|name| !is_name(name)) {
        return Err(Error::Model(aws::Error::validation(format!(
            "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]: {name}"
        ))));
    }
    let bytes: usize = variables.iter().map(|(name, value)| name.len() + value.len()).sum();
    if ctx.limits().environment_bytes_max < bytes || variables.values().any(|it| it.contains('\0'))
    {
        return Err(Error::invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.",
        ));
    }
    Ok(variables)
}

/// How output is logged.
pub(crate) fn log_group(given: wire::LoggingConfig) -> Result<Option<String>, Error> {
    match given.log_format {
        Some(wire::LogFormat::Json) => {
            Err(Error::invalid("The log format JSON isn't available in this house: use Text"))
        }
        Some(wire::LogFormat::Text) | None => Ok(given.log_group),
    }
}

/// Where events go that were tried in vain; an empty text means nowhere.
pub(crate) fn dead_letter(given: wire::DeadLetterConfig) -> Result<Option<String>, Error> {
    let Some(arn) = given.target_arn.filter(|arn| !arn.is_empty()) else { return Ok(None) };
    let service = base::Arn::parse(&arn).map(|arn| arn.service);
    match service.as_deref() {
        Ok("sqs" | "sns") => Ok(Some(arn)),
        Ok(_) | Err(_) => Err(Error::invalid(format!(
            "The provided destination config DeadLetterConfig is not valid: {arn} is neither a queue nor a topic"
        ))),
    }
}

/// Puts a request's network into the settings. It is kept and shown; functions run in the network of the house.
pub(crate) fn set_vpc(settings: &mut Settings, given: wire::VpcConfig) {
    settings.subnet_ids = given.subnet_ids.unwrap_or_default();
    settings.security_group_ids = given.security_group_ids.unwrap_or_default();
}

/// Takes the code of a request into the room.
pub(crate) async fn code(ctx: &Visit<'_>, given: wire::FunctionCode) -> Result<Code, Error> {
    if given.image_uri.is_some() {
        return Err(Error::invalid(
            "Container images aren't available in this house: upload a zip file",
        ));
    }
    let zip = match (given.zip_file, given.s3_bucket, given.s3_key) {
        (Some(zip), None, None) => {
            let zip = STANDARD.decode(zip).map_err(|_| Error::InvalidZip)?;
            if ctx.limits().zip_bytes_max < zip.len() {
                return Err(Error::ZipTooLarge(ctx.limits().zip_bytes_max));
            }
            zip
        }
        (None, Some(bucket), Some(key)) if bucket == LOCAL_FOLDERS => return folder(ctx, key),
        (None, Some(bucket), Some(key)) => {
            object(ctx, &bucket, &key, given.s3_object_version.as_deref()).await?
        }
        _ => {
            return Err(Error::invalid("Please provide a source for function code."));
        }
    };
    let (folders, limits) = (ctx.room().folders.clone(), ctx.limits().clone());
    let kept = spawn_blocking(move || folders.keep(&zip, &limits)).await;
    kept.map_err(|_| Error::Closing)?
}

/// A folder of this machine, where the house allows it.
fn folder(ctx: &Visit<'_>, path: String) -> Result<Code, Error> {
    if !ctx.room().allows_local_folders {
        return Err(Error::invalid(format!(
            "Code in a folder (S3Bucket {LOCAL_FOLDERS}) is for `freehold dev` alone"
        )));
    }
    let given = std::path::Path::new(&path);
    if !given.is_absolute() || !given.is_dir() {
        return Err(Error::invalid(format!(
            "S3Key has to be the absolute path of a folder of this machine when S3Bucket is {LOCAL_FOLDERS}: {path}"
        )));
    }
    Ok(Code::Folder { path })
}

/// A zip file in a bucket.
async fn object(
    ctx: &Visit<'_>,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> Result<Vec<u8>, Error> {
    let refused = |why: String| {
        Error::invalid(format!("Error occurred while GetObject. S3 Error Code: {why}"))
    };
    let mut body = json!({"Bucket": bucket, "Key": key});
    if let Some(version) = version {
        body["VersionId"] = version.into();
    }
    let caller = ctx.request.caller().clone();
    let call = ctx.room().bus.call(
        ctx.request.follow_up(caller),
        S3,
        "GetObject",
        body.to_string().into(),
    );
    let reply = call.await.map_err(|error| {
        refused(match error {
            CallError::Refused(error) => {
                let message = error.message.as_deref().unwrap_or_default();
                format!("{}. S3 Error Message: {message}", error.code)
            }
            other => other.to_string(),
        })
    })?;
    let reply: Value =
        serde_json::from_slice(&reply).map_err(|error| refused(error.to_string()))?;
    let body = reply["Body"].as_str().unwrap_or_default();
    STANDARD.decode(body).map_err(|error| refused(error.to_string()))
}
