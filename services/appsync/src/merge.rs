//! What merged APIs are made of: the schemas, resolvers, functions and data sources of their sources, copied when a merge
//! is asked for, or whenever a source's schema changes.

use std::sync::Arc;

use base::Timestamp;
use graphql::Schema;
use serde_json::json;
use store::Error;

use crate::Room;
use crate::model::SchemaState;
use crate::schema;
use crate::tables;
use crate::wire::{
    DataSource, FunctionConfiguration, MergeType, PipelineConfig, Resolver, SchemaStatus,
    SourceApiAssociation, SourceApiAssociationStatus, described,
};

/// Merges a source into every merged API that takes it over by itself.
pub(crate) async fn merge_into_all(
    room: &Arc<Room>,
    source_api_id: &str,
    now: Timestamp,
) -> Result<(), Error> {
    for (merged, association) in room.tables().merged_into(source_api_id).await? {
        let found = room.tables().part::<SourceApiAssociation>(&merged, &association).await?;
        let merges_itself = |it: &SourceApiAssociation| {
            it.source_api_association_config.merge_type == Some(MergeType::AutoMerge)
        };
        if found.as_ref().is_some_and(merges_itself) {
            merge(room, &merged, Some(&association), now).await?;
        }
    }
    Ok(())
}

/// Makes a merged API anew from its sources; `asked` is the association that the merge is about.
pub(crate) async fn merge(
    room: &Arc<Room>,
    merged_id: &str,
    asked: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    let _turn = room.changes.lock().await;
    loop {
        let Some(found) = room.tables().api(merged_id).await? else {
            return Ok(());
        };
        let associations = room.tables().all_parts::<SourceApiAssociation>(merged_id).await?;
        let sources = sources(room, &associations).await?;
        let outcome = merged_schema(&sources);
        let mut api = found.value.clone();
        if outcome.is_ok() {
            api.schema = Some(SchemaState { status: SchemaStatus::Success, details: None });
        }
        let mut batch = found.change(api);
        if let Ok(text) = &outcome {
            tables::put_schema(&mut batch, merged_id, text.clone());
            put_parts(&mut batch, merged_id, found.value.arn(), &sources)?;
        }
        for association in associations {
            if asked == Some(association.association_id.as_str()) {
                let told = told(association, &outcome, now);
                tables::put_part(&mut batch, merged_id, &told);
            }
        }
        match room.store.commit(batch).await {
            Err(Error::PreconditionFailed { .. }) => {}
            over => return over,
        }
    }
}

/// What a source API gives.
struct Source {
    id: String,
    schema: Schema,
    data_sources: Vec<DataSource>,
    functions: Vec<FunctionConfiguration>,
    resolvers: Vec<Resolver>,
}

async fn sources(room: &Room, associations: &[SourceApiAssociation]) -> Result<Vec<Source>, Error> {
    let (tables, mut sources) = (room.tables(), Vec::new());
    for association in associations {
        let id = &association.source_api_id;
        let Some(text) = tables.schema(id).await? else { continue };
        sources.push(Source {
            id: id.clone(),
            schema: schema::read(&text)?,
            data_sources: tables.all_parts(id).await?,
            functions: tables.all_parts(id).await?,
            resolvers: tables.all_parts(id).await?,
        });
    }
    Ok(sources)
}

/// Types of one name are joined: what a later source adds extends what an earlier one has.
fn merged_schema(sources: &[Source]) -> Result<String, String> {
    let mut text = String::new();
    let mut known = std::collections::BTreeSet::new();
    for entry in sources.iter().flat_map(|source| source.schema.definitions().types()) {
        if !known.insert(entry.name) {
            text.push_str("extend ");
        }
        text.push_str(&entry.definition());
        text.push_str("\n\n");
    }
    match Schema::parse(&text) {
        Ok(_) => Ok(text),
        Err(problems) => Err(schema::told(&problems)),
    }
}

fn told(
    association: SourceApiAssociation,
    outcome: &Result<String, String>,
    now: Timestamp,
) -> SourceApiAssociation {
    match outcome {
        Ok(_) => SourceApiAssociation {
            source_api_association_status: SourceApiAssociationStatus::MergeSuccess,
            source_api_association_status_detail: None,
            last_successful_merge_date: Some(now.into()),
            ..association
        },
        Err(details) => SourceApiAssociation {
            source_api_association_status: SourceApiAssociationStatus::MergeFailed,
            source_api_association_status_detail: Some(details.clone()),
            ..association
        },
    }
}

/// The parts of all sources in place of those that the merged API had. Names carry the id of their source:
/// those of two sources may be the same.
fn put_parts(
    batch: &mut store::Batch,
    merged_id: &str,
    merged_arn: &str,
    sources: &[Source],
) -> Result<(), Error> {
    let corrupt = |_| Error::Corrupt("a part of a source API");
    tables::delete_parts::<DataSource>(batch, merged_id);
    tables::delete_parts::<FunctionConfiguration>(batch, merged_id);
    tables::delete_parts::<Resolver>(batch, merged_id);
    for Source { id, data_sources, functions, resolvers, .. } in sources {
        let named = |name: &str| format!("{name}_{id}");
        for source in data_sources {
            let name = named(&source.name);
            let known = json!({ "name": name, "dataSourceArn": format!("{merged_arn}/datasources/{name}") });
            let copy: DataSource = described(source, known).map_err(corrupt)?;
            tables::put_part(batch, merged_id, &copy);
        }
        for function in functions {
            let function_id = named(&function.function_id);
            let known = json!({
                "functionArn": format!("{merged_arn}/functions/{function_id}"),
                "functionId": function_id,
                "dataSourceName": named(&function.data_source_name),
            });
            let copy: FunctionConfiguration = described(function, known).map_err(corrupt)?;
            tables::put_part(batch, merged_id, &copy);
        }
        for resolver in resolvers {
            let (type_name, field_name) = (&resolver.type_name, &resolver.field_name);
            let pipeline: Vec<String> = resolver.functions().map(named).collect();
            let copy = Resolver {
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
