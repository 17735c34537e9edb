//! Code of resolvers, functions and channel namespaces: what is checked before it is kept.

use crate::errors::Error;
use crate::wire::AppSyncRuntime;

/// The one version of APPSYNC_JS.
const VERSION: &str = "1.0.0";

/// Checks that code and runtime go together.
pub(crate) fn check(runtime: Option<&AppSyncRuntime>, code: Option<&str>) -> Result<(), Error> {
    match (runtime, code) {
        (None, None) => Ok(()),
        (Some(_), None) => Err(Error::bad_request("Code is required when a runtime is specified.")),
        (None, Some(_)) => Err(Error::bad_request("A runtime is required when code is specified.")),
        (Some(runtime), Some(_)) if runtime.runtime_version != VERSION => {
            Err(Error::bad_request(format!(
                "Unsupported runtime version {}. Supported version: {VERSION}.",
                runtime.runtime_version
            )))
        }
        (Some(_), Some(code)) => check_handlers(Some(code)),
    }
}

/// Checks the handlers of a channel namespace.
pub(crate) fn check_handlers(code: Option<&str>) -> Result<(), Error> {
    match code {
        Some(code) if code.trim().is_empty() => Err(Error::bad_request("The code is empty.")),
        Some(_) | None => Ok(()),
    }
}
