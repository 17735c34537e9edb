//! Types of schemas, one by one.

use graphql::{Definitions, Schema};

use crate::errors::Error;
use crate::model::SchemaState;
use crate::paging::Listing;
use crate::schema;
use crate::tables;
use crate::visit::{Change, Visit};
use crate::wire::{
    CreateTypeInput, DeleteTypeInput, Empty, GetTypeInput, ListTypesInput, ListTypesOutput,
    SchemaStatus, TypeDefinitionFormat, TypeOutput, UpdateTypeInput,
};

pub(crate) async fn create_type(
    ctx: &Visit<'_>,
    req: CreateTypeInput,
) -> Result<TypeOutput, Error> {
    let definition = sdl(req.definition, req.format)?;
    let (change, mut definitions) = begin(ctx, &req.api_id).await?;
    let before = definitions.types().len();
    let name = definitions.put(&definition).map_err(|it| Error::bad_request(it.message))?;
    if definitions.types().len() == before {
        return Err(Error::bad_request(format!("Type {name} already exists.")));
    }
    shown(commit(change, &definitions).await?, name)
}

pub(crate) async fn update_type(
    ctx: &Visit<'_>,
    req: UpdateTypeInput,
) -> Result<TypeOutput, Error> {
    let missing = || Error::bad_request("A definition is required.");
    let definition = sdl(req.definition.ok_or_else(missing)?, req.format)?;
    let (change, mut definitions) = begin(ctx, &req.api_id).await?;
    if definitions.get(&req.type_name).is_none() {
        return Err(Error::TypeNotFound(req.type_name));
    }
    let name = definitions.put(&definition).map_err(|it| Error::bad_request(it.message))?;
    if name != req.type_name {
        return Err(Error::bad_request("The name of a type can't be changed."));
    }
    shown(commit(change, &definitions).await?, name)
}

pub(crate) async fn delete_type(ctx: &Visit<'_>, req: DeleteTypeInput) -> Result<Empty, Error> {
    let (change, mut definitions) = begin(ctx, &req.api_id).await?;
    if !definitions.remove(&req.type_name) {
        return Err(Error::TypeNotFound(req.type_name));
    }
    commit(change, &definitions).await?;
    Ok(Empty {})
}

pub(crate) async fn get_type(ctx: &Visit<'_>, req: GetTypeInput) -> Result<TypeOutput, Error> {
    let api = ctx.graphql_api(&req.api_id).await?;
    let schema = schema::of(ctx, &req.api_id).await?;
    let r#type = schema::type_of(&schema, api.arn(), &req.type_name, req.format);
    Ok(TypeOutput { r#type: r#type.ok_or(Error::TypeNotFound(req.type_name))? })
}

pub(crate) async fn list_types(
    ctx: &Visit<'_>,
    req: ListTypesInput,
) -> Result<ListTypesOutput, Error> {
    let api = ctx.graphql_api(&req.api_id).await?;
    let listing = Listing {
        operation: "ListTypes",
        arguments: &[&req.api_id, req.format.as_str()],
        next_token: req.next_token.as_deref(),
        max_results: req.max_results,
    };
    let all = match ctx.tables().schema(&req.api_id).await? {
        Some(text) => schema::types(&schema::read(&text)?, api.arn(), req.format),
        None => Vec::new(),
    };
    let (types, next_token) = listing.page(ctx, all, |it| it.name.clone())?;
    Ok(ListTypesOutput { types, next_token })
}

/// Definitions in the form of introspection aren't taken.
fn sdl(definition: String, format: TypeDefinitionFormat) -> Result<String, Error> {
    match format {
        TypeDefinitionFormat::Sdl => Ok(definition),
        TypeDefinitionFormat::Json => {
            Err(Error::bad_request("Freehold takes definitions of types in the format SDL."))
        }
    }
}

/// Begins a change of a schema; that of an API without one is empty.
async fn begin<'r>(ctx: &Visit<'r>, api_id: &str) -> Result<(Change<'r>, Definitions), Error> {
    schema::check_own(&ctx.graphql_api(api_id).await?)?;
    let change = ctx.change(api_id).await?;
    if change.api.schema.as_ref().is_some_and(|it| it.status == SchemaStatus::Processing) {
        return Err(Error::SchemaBusy);
    }
    let definitions = schema::definitions(ctx, api_id).await?;
    Ok((change, definitions))
}

/// Makes a change of a schema durable, if the schema still holds together; tells the ARN of its API.
async fn commit(
    mut change: Change<'_>,
    definitions: &Definitions,
) -> Result<(String, Schema), Error> {
    let text = definitions.to_string();
    let refused = |problems: Vec<_>| Error::bad_request(schema::told(&problems));
    let schema = Schema::parse(&text).map_err(refused)?;
    change.api.schema = Some(SchemaState { status: SchemaStatus::Active, details: None });
    let (api_id, api_arn) = (change.api.id().to_owned(), change.api.arn().to_owned());
    tables::put_schema(&mut change.batch, &api_id, text);
    change.commit().await?;
    Ok((api_arn, schema))
}

fn shown((api_arn, schema): (String, Schema), name: String) -> Result<TypeOutput, Error> {
    let r#type = schema::type_of(&schema, &api_arn, &name, TypeDefinitionFormat::Sdl);
    Ok(TypeOutput { r#type: r#type.ok_or(Error::TypeNotFound(name))? })
}
