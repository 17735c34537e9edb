//! A JSONata expression: what it sees, and how its failures are told.

use json::Value;

use crate::scope::Scope;

#[derive(Debug)]
pub(super) struct Query {
    source: String,
}

impl Query {
    /// Codes and messages of [`Problem`](super::Problem)s if it doesn't compile.
    pub(super) fn compile(source: &str) -> Result<Query, Vec<(&'static str, String)>> {
        Ok(Query { source: source.into() })
    }

    pub(super) fn variables(&self) -> Vec<&str> {
        Vec::new()
    }

    pub(super) fn states_members(&self) -> Vec<&str> {
        Vec::new()
    }

    /// The end of AWS's sentence if there is no value.
    pub(super) fn evaluate(&self, _scope: &Scope<'_>) -> Result<Value, String> {
        Err(format!("threw an error during evaluation. {} is not supported yet", self.source))
    }
}
