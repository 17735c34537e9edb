//! Resolvers: what gives the fields of a schema their values.

use serde_json::json;

use super::{api_caches, data_sources, functions};
use crate::code;
use crate::errors::Error;
use crate::paging::Listing;
use crate::schema;
use crate::tables::{self, Part as _, resolver_name};
use crate::visit::{Change, Visit};
use crate::wire::{
    CachingConfig, Empty, FieldInput, ListResolversByFunctionInput, ListResolversInput,
    ListResolversOutput, Resolver, ResolverInput, ResolverKind, ResolverOutput, described,
};

/// <https://docs.aws.amazon.com/general/latest/gr/appsync.html>
const CACHING_KEYS_MAX: usize = 25;

pub(crate) async fn create_resolver(
    ctx: &Visit<'_>,
    req: ResolverInput,
) -> Result<ResolverOutput, Error> {
    let change = ctx.change(&req.api_id).await?;
    let name = resolver_name(&req.type_name, &req.field_name);
    if ctx.tables().part::<Resolver>(&req.api_id, &name).await?.is_some() {
        return Err(Error::bad_request("Only one resolver is allowed per field."));
    }
    put(ctx, change, &req).await
}

pub(crate) async fn update_resolver(
    ctx: &Visit<'_>,
    req: ResolverInput,
) -> Result<ResolverOutput, Error> {
    let change = ctx.change(&req.api_id).await?;
    find(ctx, &req.api_id, &req.type_name, &req.field_name).await?;
    put(ctx, change, &req).await
}

pub(crate) async fn get_resolver(
    ctx: &Visit<'_>,
    req: FieldInput,
) -> Result<ResolverOutput, Error> {
    ctx.graphql_api(&req.api_id).await?;
    let resolver = find(ctx, &req.api_id, &req.type_name, &req.field_name).await?;
    Ok(ResolverOutput { resolver })
}

pub(crate) async fn delete_resolver(ctx: &Visit<'_>, req: FieldInput) -> Result<Empty, Error> {
    let mut change = ctx.change(&req.api_id).await?;
    let resolver = find(ctx, &req.api_id, &req.type_name, &req.field_name).await?;
    tables::delete_part::<Resolver>(&mut change.batch, &req.api_id, &resolver.name());
    change.commit().await?;
    Ok(Empty {})
}

pub(crate) async fn list_resolvers(
    ctx: &Visit<'_>,
    req: ListResolversInput,
) -> Result<ListResolversOutput, Error> {
    ctx.graphql_api(&req.api_id).await?;
    let listing = Listing {
        operation: "ListResolvers",
        arguments: &[&req.api_id, &req.type_name],
        next_token: req.next_token.as_deref(),
        max_results: req.max_results,
    };
    let (after, more) = (listing.position(ctx)?, listing.size() + 1);
    let of_type = resolver_name(&req.type_name, "");
    let tables = ctx.tables();
    let mut resolvers = tables.parts(&req.api_id, &of_type, after.as_deref(), more).await?;
    let next_token = listing.cut(ctx, &mut resolvers, Resolver::name);
    Ok(ListResolversOutput { resolvers, next_token })
}

pub(crate) async fn list_resolvers_by_function(
    ctx: &Visit<'_>,
    req: ListResolversByFunctionInput,
) -> Result<ListResolversOutput, Error> {
    functions::find(ctx, &req.api_id, &req.function_id).await?;
    let listing = Listing {
        operation: "ListResolversByFunction",
        arguments: &[&req.api_id, &req.function_id],
        next_token: req.next_token.as_deref(),
        max_results: req.max_results,
    };
    let mut all = ctx.tables().all_parts::<Resolver>(&req.api_id).await?;
    all.retain(|resolver| resolver.calls(&req.function_id));
    let (resolvers, next_token) = listing.page(ctx, all, Resolver::name)?;
    Ok(ListResolversOutput { resolvers, next_token })
}

async fn put(
    ctx: &Visit<'_>,
    mut change: Change<'_>,
    req: &ResolverInput,
) -> Result<ResolverOutput, Error> {
    code::check(ctx, req.runtime.as_ref(), req.code.as_deref()).await?;
    check_caching(req.caching_config.as_ref())?;
    let (type_name, field_name) = (&req.type_name, &req.field_name);
    let schema = schema::of(ctx, &req.api_id).await?;
    schema::check_field(&schema, type_name, field_name)?;
    let kind = check_parts(ctx, req).await?;
    let arn = format!("{}/types/{type_name}/resolvers/{field_name}", change.api.arn());
    let resolver: Resolver = described(req, json!({ "resolverArn": arn, "kind": kind }))?;
    tables::put_part(&mut change.batch, &req.api_id, &resolver);
    change.commit().await?;
    Ok(ResolverOutput { resolver })
}

/// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_CachingConfig.html>
fn check_caching(config: Option<&CachingConfig>) -> Result<(), Error> {
    let Some(CachingConfig { ttl, caching_keys }) = config else { return Ok(()) };
    api_caches::check_ttl(*ttl)?;
    match caching_keys.as_ref().map_or(0, Vec::len) {
        0..=CACHING_KEYS_MAX => Ok(()),
        _ => {
            let message = format!("A resolver can have at most {CACHING_KEYS_MAX} caching keys.");
            Err(Error::bad_request(message))
        }
    }
}

/// Checks that what the resolver runs is there.
async fn check_parts(ctx: &Visit<'_>, req: &ResolverInput) -> Result<ResolverKind, Error> {
    let kind = req.kind.unwrap_or(ResolverKind::Unit);
    match (kind, &req.data_source_name) {
        (ResolverKind::Unit, Some(name)) => {
            data_sources::find(ctx, &req.api_id, name).await?;
        }
        (ResolverKind::Unit, None) => {
            return Err(Error::bad_request("A data source is required for a unit resolver."));
        }
        (ResolverKind::Pipeline, Some(_)) => {
            return Err(Error::bad_request("A pipeline resolver can't have a data source."));
        }
        (ResolverKind::Pipeline, None) => {
            let pipeline = req.pipeline_config.as_ref().and_then(|it| it.functions.as_deref());
            let pipeline = pipeline.unwrap_or_default();
            let most = ctx.limits().pipeline_functions_max;
            if most < pipeline.len() {
                return Err(Error::bad_request(format!(
                    "A resolver can only be composed of {most} functions"
                )));
            }
            for function in pipeline {
                functions::find(ctx, &req.api_id, function).await?;
            }
        }
    }
    Ok(kind)
}

async fn find(
    ctx: &Visit<'_>,
    api_id: &str,
    type_name: &str,
    field_name: &str,
) -> Result<Resolver, Error> {
    let found = ctx.tables().part(api_id, &resolver_name(type_name, field_name)).await?;
    found.ok_or(Error::ResolverNotFound)
}
