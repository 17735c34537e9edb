//! The environment variables of an API, which its resolvers see.

use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{ApiInput, EnvironmentVariablesOutput, PutGraphqlApiEnvironmentVariablesInput};

const VALUE_LENGTH_MAX: usize = 512;

pub(crate) async fn get_graphql_api_environment_variables(
    ctx: &Visit<'_>,
    req: ApiInput,
) -> Result<EnvironmentVariablesOutput, Error> {
    let environment_variables = ctx.graphql_api(&req.api_id).await?.environment;
    Ok(EnvironmentVariablesOutput { environment_variables })
}

/// They replace all that were there.
pub(crate) async fn put_graphql_api_environment_variables(
    ctx: &Visit<'_>,
    req: PutGraphqlApiEnvironmentVariablesInput,
) -> Result<EnvironmentVariablesOutput, Error> {
    for (name, value) in &req.environment_variables {
        let is_word = name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        let begins_well = name.starts_with(|first: char| first.is_ascii_alphabetic());
        if !is_word || !begins_well || !(2..=64).contains(&name.len()) {
            return Err(Error::bad_request(format!("Invalid environment variable name: {name}")));
        }
        if VALUE_LENGTH_MAX < value.chars().count() {
            return Err(Error::bad_request(format!(
                "The value of environment variable {name} is longer than {VALUE_LENGTH_MAX} characters."
            )));
        }
    }
    ctx.graphql_api(&req.api_id).await?;
    let mut change = ctx.change(&req.api_id).await?;
    change.api.environment = req.environment_variables.clone();
    change.commit().await?;

    Ok(EnvironmentVariablesOutput { environment_variables: req.environment_variables })
}
