//! Functions: what pipelines are made of.

use serde::Serialize;
use serde_json::json;

use super::data_sources;
use crate::code;
use crate::errors::Error;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{
    CreateFunctionInput, Empty, FunctionConfiguration, FunctionInput, FunctionOutput,
    ListFunctionsOutput, ListInput, Resolver, UpdateFunctionInput, described,
};

/// The one version of templates that functions can have.
const VERSION: &str = "2018-05-29";

pub(crate) async fn create_function(
    ctx: &Visit<'_>,
    req: CreateFunctionInput,
) -> Result<FunctionOutput, Error> {
    code::check(ctx, req.runtime.as_ref(), req.code.as_deref()).await?;
    let id = ctx.new_id();
    let version = version(req.function_version.as_deref())?;
    put(ctx, &req.api_id, &id, &req.data_source_name, version, &req).await
}

pub(crate) async fn update_function(
    ctx: &Visit<'_>,
    req: UpdateFunctionInput,
) -> Result<FunctionOutput, Error> {
    code::check(ctx, req.runtime.as_ref(), req.code.as_deref()).await?;
    find(ctx, &req.api_id, &req.function_id).await?;
    let version = version(req.function_version.as_deref())?;
    put(ctx, &req.api_id, &req.function_id, &req.data_source_name, version, &req).await
}

pub(crate) async fn get_function(
    ctx: &Visit<'_>,
    req: FunctionInput,
) -> Result<FunctionOutput, Error> {
    let function_configuration = find(ctx, &req.api_id, &req.function_id).await?;
    Ok(FunctionOutput { function_configuration })
}

pub(crate) async fn delete_function(ctx: &Visit<'_>, req: FunctionInput) -> Result<Empty, Error> {
    let mut change = ctx.change(&req.api_id).await?;
    find(ctx, &req.api_id, &req.function_id).await?;
    let resolvers = ctx.tables().all_parts::<Resolver>(&req.api_id).await?;
    if resolvers.iter().any(|resolver| resolver.calls(&req.function_id)) {
        return Err(Error::bad_request(
            "Cannot delete a function which is currently used by a resolver.",
        ));
    }
    tables::delete_part::<FunctionConfiguration>(&mut change.batch, &req.api_id, &req.function_id);
    change.commit().await?;
    Ok(Empty {})
}

pub(crate) async fn list_functions(
    ctx: &Visit<'_>,
    req: ListInput,
) -> Result<ListFunctionsOutput, Error> {
    let (functions, next_token) = ctx.page_of_parts("ListFunctions", &req).await?;
    Ok(ListFunctionsOutput { functions, next_token })
}

/// A function that exists.
pub(crate) async fn find(
    ctx: &Visit<'_>,
    api_id: &str,
    function_id: &str,
) -> Result<FunctionConfiguration, Error> {
    ctx.graphql_api(api_id).await?;
    let found = ctx.tables().part(api_id, function_id).await?;
    found.ok_or_else(|| Error::FunctionNotFound(function_id.to_owned()))
}

fn version(asked: Option<&str>) -> Result<&'static str, Error> {
    match asked {
        None | Some(VERSION) => Ok(VERSION),
        Some(other) => Err(Error::bad_request(format!(
            "Unsupported function version {other}. Supported version: {VERSION}."
        ))),
    }
}

async fn put(
    ctx: &Visit<'_>,
    api_id: &str,
    id: &str,
    data_source: &str,
    version: &str,
    req: &impl Serialize,
) -> Result<FunctionOutput, Error> {
    ctx.graphql_api(api_id).await?;
    let mut change = ctx.change(api_id).await?;
    data_sources::find(ctx, api_id, data_source).await?;
    let known = json!({
        "functionId": id,
        "functionArn": format!("{}/functions/{id}", change.api.arn()),
        "functionVersion": version,
    });
    let function: FunctionConfiguration = described(req, known)?;
    tables::put_part(&mut change.batch, api_id, &function);
    change.commit().await?;
    Ok(FunctionOutput { function_configuration: function })
}

impl Resolver {
    /// Whether that function is in its pipeline.
    pub(crate) fn calls(&self, function_id: &str) -> bool {
        self.functions().any(|function| function == function_id)
    }

    /// The ids of its functions, in their order.
    pub(crate) fn functions(&self) -> impl Iterator<Item = &str> {
        let pipeline = self.pipeline_config.as_ref().and_then(|it| it.functions.as_ref());
        pipeline.into_iter().flatten().map(String::as_str)
    }
}
