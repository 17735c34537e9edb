//! Schemas, as the control plane asks about them.

use std::collections::HashMap;
use std::sync::Arc;

use graphql::{Definitions, OperationKind, Problem, Schema};
use store::Error as StoreError;

use crate::errors::Error;
use crate::model::Api;
use crate::visit::Visit;
use crate::wire::{Type, TypeDefinitionFormat};

/// The schema that an API has.
pub(crate) async fn of(ctx: &Visit<'_>, api_id: &str) -> Result<Schema, Error> {
    let text = ctx.tables().schema(api_id).await?.ok_or(Error::NoSchema)?;
    Ok(read(&text)?)
}

/// Checks that an API's schema is for its owner to change: that of a merged API is made of those of its sources.
pub(crate) fn check_own(api: &Api) -> Result<(), Error> {
    match api.is_merged() {
        true => Err(Error::bad_request("The schema of a merged API is made of its source APIs'.")),
        false => Ok(()),
    }
}

/// A schema that was kept, so that was checked before.
pub(crate) fn read(text: &str) -> Result<Schema, StoreError> {
    Schema::parse(text).map_err(|_| StoreError::Corrupt("a schema"))
}

/// What GetSchemaCreationStatus tells of a definition: its success, or all that is wrong with it.
pub(crate) fn check(definition: &str) -> Result<String, String> {
    let schema = Schema::parse(definition).map_err(|problems| told(&problems))?;
    let count = schema.definitions().types().len();
    Ok(format!("Successfully created schema with {count} types."))
}

/// All that is wrong with a definition, a line each.
pub(crate) fn told(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

/// Checks that a resolver has something to resolve.
pub(crate) fn check_field(schema: &Schema, type_name: &str, field: &str) -> Result<(), Error> {
    match schema.field_type(type_name, field) {
        Some(_) => Ok(()),
        None if schema.kind(type_name).is_none() => Err(Error::TypeNotFound(type_name.to_owned())),
        None => {
            Err(Error::FieldNotFound { type_name: type_name.to_owned(), field: field.to_owned() })
        }
    }
}

/// The fields of `Subscription` by the mutations that they hear of (`@aws_subscribe`).
pub(crate) fn subscriptions(schema: &Schema) -> HashMap<String, Vec<Arc<str>>> {
    let root = schema.root(OperationKind::Subscription).unwrap_or_default();
    let mut subscriptions = HashMap::<String, Vec<Arc<str>>>::new();
    for field in schema.field_names(root) {
        let directives = schema.field_directives(root, field);
        for directive in directives.filter(|directive| directive.name == "aws_subscribe") {
            for mutation in directive.strings("mutations") {
                subscriptions.entry(mutation.to_owned()).or_default().push(field.into());
            }
        }
    }
    subscriptions
}

/// The types of an API's schema, as replies show them.
pub(crate) fn types(schema: &Schema, api_arn: &str, format: TypeDefinitionFormat) -> Vec<Type> {
    let names: Vec<&str> = schema.definitions().types().map(|entry| entry.name).collect();
    names.into_iter().filter_map(|name| type_of(schema, api_arn, name, format)).collect()
}

/// One type of an API's schema, as replies show it.
pub(crate) fn type_of(
    schema: &Schema,
    api_arn: &str,
    name: &str,
    format: TypeDefinitionFormat,
) -> Option<Type> {
    let entry = schema.definitions().get(name)?;
    let definition = match format {
        TypeDefinitionFormat::Sdl => entry.definition(),
        TypeDefinitionFormat::Json => schema.type_json(name)?,
    };
    Some(Type {
        name: name.to_owned(),
        description: entry.description.map(str::to_owned),
        arn: format!("{api_arn}/types/{name}"),
        definition,
        format,
    })
}

/// The definitions of an API's schema, to be changed; those of an API without one are none.
pub(crate) async fn definitions(ctx: &Visit<'_>, api_id: &str) -> Result<Definitions, Error> {
    match ctx.tables().schema(api_id).await? {
        Some(text) => Ok(read(&text)?.definitions().clone()),
        None => Ok(Definitions::default()),
    }
}
