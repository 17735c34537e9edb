//! Schemas: their creation, which goes on after the reply, and what they look like.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::errors::Error;
use crate::model::SchemaState;
use crate::schema;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{
    ApiInput, GetIntrospectionSchemaInput, GetIntrospectionSchemaOutput,
    GetSchemaCreationStatusOutput, OutputType, SchemaStatus, StartSchemaCreationInput,
    StartSchemaCreationOutput,
};

pub(crate) async fn start_schema_creation(
    ctx: &Visit<'_>,
    req: StartSchemaCreationInput,
) -> Result<StartSchemaCreationOutput, Error> {
    let definition = BASE64.decode(&req.definition).ok().and_then(|it| String::from_utf8(it).ok());
    let definition =
        definition.ok_or_else(|| Error::bad_request("The schema definition is not UTF-8 text."))?;
    if ctx.limits().schema_bytes_max < definition.len() {
        return Err(Error::bad_request("The schema definition is larger than 1 MB."));
    }
    schema::check_own(&ctx.graphql_api(&req.api_id).await?)?;
    let mut change = ctx.change(&req.api_id).await?;
    let processing = SchemaState { status: SchemaStatus::Processing, details: None };
    if change.api.schema.as_ref() == Some(&processing) {
        return Err(Error::SchemaBusy);
    }
    change.api.schema = Some(processing);
    tables::put_schema_creation(&mut change.batch, &req.api_id, definition.clone());
    change.commit().await?;

    ctx.room().schema_creations.notify_one();
    Ok(StartSchemaCreationOutput { status: SchemaStatus::Processing })
}

pub(crate) async fn get_schema_creation_status(
    ctx: &Visit<'_>,
    req: ApiInput,
) -> Result<GetSchemaCreationStatusOutput, Error> {
    Ok(match ctx.graphql_api(&req.api_id).await?.schema {
        Some(SchemaState { status, details }) => GetSchemaCreationStatusOutput { status, details },
        None => {
            GetSchemaCreationStatusOutput { status: SchemaStatus::NotApplicable, details: None }
        }
    })
}

pub(crate) async fn get_introspection_schema(
    ctx: &Visit<'_>,
    req: GetIntrospectionSchemaInput,
) -> Result<GetIntrospectionSchemaOutput, Error> {
    ctx.graphql_api(&req.api_id).await?;
    let schema = schema::of(ctx, &req.api_id).await?;
    let text = match req.format {
        OutputType::Sdl => schema.sdl(req.include_directives.unwrap_or(true)),
        OutputType::Json => schema.introspection_json(),
    };
    Ok(GetIntrospectionSchemaOutput { schema: BASE64.encode(text) })
}
