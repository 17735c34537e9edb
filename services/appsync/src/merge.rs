//! What merged APIs are made of: the schemas, resolvers, functions and data sources of their sources, as they were when
//! each source was last merged.
//!
//! A merge takes one source anew, when a client asks for it or when the source changes by itself, and the others as they
//! were. If their definitions contradict each other nothing changes but the association's status.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/merged-api.html>

use base::Timestamp;
use graphql::{Definitions, Merged, Schema};
use serde_json::json;
use service::{Caller, Ctx};
use store::{Batch, Error};

use crate::Room;
use crate::model::{Api, SchemaState};
use crate::schema;
use crate::tables;
use crate::wire::{
    DataSource, FunctionConfiguration, MergeType, MergedSource, PipelineConfig, Resolver,
    SchemaStatus, SourceApiAssociation, SourceApiAssociationStatus, described,
};

/// Who merges by himself.
const PRINCIPAL: &str = "appsync.amazonaws.com";

/// Why a merged API is made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion<'a> {
    /// A client has asked for the source of that association.
    Asked(&'a str),
    /// The source of that association has changed.
    Changed(&'a str),
    /// A source has left.
    Left,
}

impl<'a> Occasion<'a> {
    /// The association whose source is taken anew.
    fn association(self) -> Option<&'a str> {
        match self {
            Occasion::Asked(id) | Occasion::Changed(id) => Some(id),
            Occasion::Left => None,
        }
    }
}

/// Merges a source that has changed into every merged API that takes it over by itself.
pub(crate) async fn merge_into_all(
    room: &Room,
    source_api_id: &str,
    now: Timestamp,
) -> Result<(), Error> {
    for (merged, association) in room.tables().merged_into(source_api_id).await? {
        let found = room.tables().part::<SourceApiAssociation>(&merged, &association).await?;
        let merges_itself = |it: &SourceApiAssociation| {
            it.source_api_association_config.merge_type == Some(MergeType::AutoMerge)
        };
        if found.as_ref().is_some_and(merges_itself) {
            merge(room, &merged, Occasion::Changed(&association), now).await?;
        }
    }
    Ok(())
}

/// Makes a merged API anew from its sources.
pub(crate) async fn merge(
    room: &Room,
    merged_id: &str,
    occasion: Occasion<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    let _turn = room.changes.lock().await;
    loop {
        let Some(found) = room.tables().api(merged_id).await? else {
            return Ok(());
        };
        let sources = sources(room, merged_id, occasion).await?;
        let association = match occasion.association() {
            Some(id) => room.tables().part::<SourceApiAssociation>(merged_id, id).await?,
            None => None,
        };
        let taken =
            sources.iter().find(|it| Some(it.association_id.as_str()) == occasion.association());
        if let Occasion::Changed(id) = occasion
            && taken == room.tables().part::<MergedSource>(merged_id, id).await?.as_ref()
        {
            return Ok(());
        }
        let outcome = match occasion {
            Occasion::Changed(_) if !may_start(room, &found.value, association.as_ref()) => {
                Err((SourceApiAssociationStatus::AutoMergeScheduleFailed, denied()))
            }
            _ => joined(&sources).map_err(|it| (SourceApiAssociationStatus::MergeFailed, it)),
        };
        let mut api = found.value.clone();
        if outcome.is_ok() {
            let state = SchemaState { status: SchemaStatus::Success, details: None };
            api.schema = (!sources.is_empty()).then_some(state);
        }
        let mut batch = tables::change(&found, api);
        if let Ok(joined) = &outcome {
            put(&mut batch, merged_id, found.value.arn(), joined, &sources)?;
            taken.iter().for_each(|taken| tables::put_part(&mut batch, merged_id, *taken));
        }
        if let Some(association) = association {
            tables::put_part(&mut batch, merged_id, &told(association, outcome.err(), now));
        }
        match room.store.commit(batch).await {
            Err(Error::PreconditionFailed { .. }) => {}
            over => return over,
        }
    }
}

/// Whether the merged API's role may merge by itself.
fn may_start(room: &Room, api: &Api, association: Option<&SourceApiAssociation>) -> bool {
    let role = api.as_graphql().and_then(|it| it.merged_api_execution_role_arn.as_ref());
    let (Some(role), Some(association)) = (role, association) else { return true };
    let caller = Caller { arn: PRINCIPAL.to_owned() };
    let ctx = Ctx::new(room.house.clone(), caller, room.house.uuid()).assuming(role);
    let action = "appsync:StartSchemaMerge";
    room.bus.check_action(&ctx, action, &association.association_arn).is_ok()
}

fn denied() -> String {
    "The execution role of the merged API may not perform appsync:StartSchemaMerge.".to_owned()
}

/// The sources of a merged API, the one that the occasion is about as it is now. Those that were never merged give nothing.
async fn sources(
    room: &Room,
    merged_id: &str,
    occasion: Occasion<'_>,
) -> Result<Vec<MergedSource>, Error> {
    let (tables, mut sources) = (room.tables(), Vec::new());
    for association in tables.all_parts::<SourceApiAssociation>(merged_id).await? {
        let (id, source) = (association.association_id, association.source_api_id);
        if Some(id.as_str()) != occasion.association() {
            sources.extend(tables.part(merged_id, &id).await?);
        } else if let Some(schema) = tables.schema(&source).await? {
            sources.push(MergedSource {
                association_id: id,
                data_sources: tables.all_parts(&source).await?,
                functions: tables.all_parts(&source).await?,
                resolvers: tables.all_parts(&source).await?,
                source_api_id: source,
                schema,
            });
        }
    }
    Ok(sources)
}

/// The schema of all sources, or all contradictions.
fn joined(sources: &[MergedSource]) -> Result<Option<Merged>, String> {
    if sources.is_empty() {
        return Ok(None);
    }
    let definitions: Vec<Definitions> = sources
        .iter()
        .map(|source| Definitions::parse(&source.schema))
        .collect::<Result<_, _>>()
        .map_err(|problem| schema::told(&[problem]))?;
    let definitions: Vec<&Definitions> = definitions.iter().collect();
    let merged = Definitions::merge(&definitions).map_err(|problems| schema::told(&problems))?;
    Schema::new(merged.definitions.clone()).map_err(|problems| schema::told(&problems))?;
    Ok(Some(merged))
}

fn told(
    association: SourceApiAssociation,
    failure: Option<(SourceApiAssociationStatus, String)>,
    now: Timestamp,
) -> SourceApiAssociation {
    match failure {
        None => SourceApiAssociation {
            source_api_association_status: SourceApiAssociationStatus::MergeSuccess,
            source_api_association_status_detail: None,
            last_successful_merge_date: Some(now.into()),
            ..association
        },
        Some((status, detail)) => SourceApiAssociation {
            source_api_association_status: status,
            source_api_association_status_detail: Some(detail),
            ..association
        },
    }
}

/// The source API whose part bears that name in a merged API.
pub(crate) fn source_of(name: &str) -> Option<&str> {
    name.rsplit_once('_').map(|(_, source_api_id)| source_api_id)
}

/// The schema and the parts of all sources in place of those that the merged API had. Names carry the id of their source:
/// those of two sources may be the same.
fn put(
    batch: &mut Batch,
    merged_id: &str,
    merged_arn: &str,
    joined: &Option<Merged>,
    sources: &[MergedSource],
) -> Result<(), Error> {
    tables::delete_parts::<DataSource>(batch, merged_id);
    tables::delete_parts::<FunctionConfiguration>(batch, merged_id);
    tables::delete_parts::<Resolver>(batch, merged_id);
    let Some(merged) = joined else {
        tables::delete_schema(batch, merged_id);
        return Ok(());
    };
    tables::put_schema(batch, merged_id, merged.definitions.to_string());
    let corrupt = |_| Error::Corrupt("a part of a source API");
    for (place, source) in sources.iter().enumerate() {
        let named = |name: &str| format!("{name}_{}", source.source_api_id);
        for source in &source.data_sources {
            let name = named(&source.name);
            let known = json!({ "name": name, "dataSourceArn": format!("{merged_arn}/datasources/{name}") });
            let copy: DataSource = described(source, known).map_err(corrupt)?;
            tables::put_part(batch, merged_id, &copy);
        }
        for function in &source.functions {
            let function_id = named(&function.function_id);
            let known = json!({
                "functionArn": format!("{merged_arn}/functions/{function_id}"),
                "functionId": function_id,
                "dataSourceName": named(&function.data_source_name),
            });
            let copy: FunctionConfiguration = described(function, known).map_err(corrupt)?;
            tables::put_part(batch, merged_id, &copy);
        }
        for resolver in &source.resolvers {
            let (was_type, was_field) = (&resolver.type_name, &resolver.field_name);
            // Hidden fields, and those that gave way to others, have no place.
            let Some((type_name, field_name)) = merged.place(place, was_type, was_field) else {
                continue;
            };
            let pipeline: Vec<String> = resolver.functions().map(named).collect();
            let copy = Resolver {
                type_name: type_name.to_owned(),
                field_name: field_name.to_owned(),
                resolver_arn: format!("{merged_arn}/types/{type_name}/resolvers/{field_name}"),
                data_source_name: resolver.data_source_name.as_deref().map(named),
                pipeline_config: resolver
                    .pipeline_config
                    .as_ref()
                    .map(|_| PipelineConfig { functions: Some(pipeline) }),
                ..resolver.clone()
            };
            tables::put_part(batch, merged_id, &copy);
        }
    }
    Ok(())
}
