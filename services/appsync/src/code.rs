//! Code of resolvers, functions and channel namespaces: what is checked before it is kept.

use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::AppSyncRuntime;

/// The one version of APPSYNC_JS.
const VERSION: &str = "1.0.0";

/// Checks that code and runtime go together, and the code.
pub(crate) async fn check(
    ctx: &Visit<'_>,
    runtime: Option<&AppSyncRuntime>,
    code: Option<&str>,
) -> Result<(), Error> {
    match (runtime, code) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(Error::bad_request("Code is required when a runtime is specified.")),
        (None, Some(_)) => Err(Error::bad_request("A runtime is required when code is specified.")),
        (Some(runtime), Some(code)) => {
            check_runtime(runtime)?;
            check_exports(ctx, code, ["request", "response"]).await
        }
    }
}

/// Checks that it is the runtime that there is.
pub(crate) fn check_runtime(runtime: &AppSyncRuntime) -> Result<(), Error> {
    match &*runtime.runtime_version {
        VERSION => Ok(()),
        other => Err(Error::bad_request(format!(
            "Unsupported runtime version {other}. Supported version: {VERSION}."
        ))),
    }
}

/// Checks the handlers of a channel namespace.
pub(crate) async fn check_handlers(ctx: &Visit<'_>, code: Option<&str>) -> Result<(), Error> {
    match code {
        Some(code) => check_exports(ctx, code, ["onPublish", "onSubscribe"]).await,
        None => Ok(()),
    }
}

/// Checks code, which has to export one of the two at least.
async fn check_exports(ctx: &Visit<'_>, code: &str, wanted: [&str; 2]) -> Result<(), Error> {
    let module = ctx.room().runtime.compile(code).await.map_err(Error::Code)?;
    if wanted.iter().any(|name| module.exports(name)) {
        return Ok(());
    }
    let [one, other] = wanted;
    Err(Error::bad_request(format!("The code must export a function {one} or {other}.")))
}
