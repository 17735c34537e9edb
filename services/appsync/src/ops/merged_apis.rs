//! Merged APIs: associations with their sources. What a merge makes of the sources stands in `merge`.

use serde_json::json;

use crate::errors::Error;
use crate::merge::{self, Occasion};
use crate::model::Api;
use crate::paging::Listing;
use crate::schema;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{
    AssociateMergedGraphqlApiInput, AssociateSourceGraphqlApiInput,
    DisassociateMergedGraphqlApiInput, ListInput, ListSourceApiAssociationsOutput,
    ListTypesByAssociationInput, ListTypesOutput, MergeType, MergedSource, SourceApiAssociation,
    SourceApiAssociationConfig, SourceApiAssociationInput, SourceApiAssociationOutput,
    SourceApiAssociationStatus, SourceApiAssociationStatusOutput, SourceApiAssociationSummary,
    UpdateSourceApiAssociationInput, described,
};

pub(crate) async fn associate_source_graphql_api(
    ctx: &Visit<'_>,
    req: AssociateSourceGraphqlApiInput,
) -> Result<SourceApiAssociationOutput, Error> {
    let AssociateSourceGraphqlApiInput {
        merged_api_identifier,
        source_api_identifier,
        description,
        source_api_association_config,
    } = req;
    let config = source_api_association_config;
    associate(ctx, &merged_api_identifier, &source_api_identifier, description, config).await
}

pub(crate) async fn associate_merged_graphql_api(
    ctx: &Visit<'_>,
    req: AssociateMergedGraphqlApiInput,
) -> Result<SourceApiAssociationOutput, Error> {
    let AssociateMergedGraphqlApiInput {
        merged_api_identifier,
        source_api_identifier,
        description,
        source_api_association_config,
    } = req;
    let config = source_api_association_config;
    associate(ctx, &merged_api_identifier, &source_api_identifier, description, config).await
}

pub(crate) async fn get_source_api_association(
    ctx: &Visit<'_>,
    req: SourceApiAssociationInput,
) -> Result<SourceApiAssociationOutput, Error> {
    let merged = merged(ctx, &req.merged_api_identifier).await?;
    let source_api_association = find(ctx, merged.id(), &req.association_id).await?;
    Ok(SourceApiAssociationOutput { source_api_association })
}

pub(crate) async fn update_source_api_association(
    ctx: &Visit<'_>,
    req: UpdateSourceApiAssociationInput,
) -> Result<SourceApiAssociationOutput, Error> {
    let merged = merged(ctx, &req.merged_api_identifier).await?;
    let mut change = ctx.change(merged.id()).await?;
    let mut association = find(ctx, merged.id(), &req.association_id).await?;
    association.description = req.description.clone().or(association.description);
    if let Some(config) = &req.source_api_association_config {
        association.source_api_association_config = config.clone();
    }
    tables::put_part(&mut change.batch, merged.id(), &association);
    change.commit().await?;
    let changed = association;
    Ok(SourceApiAssociationOutput { source_api_association: changed })
}

pub(crate) async fn disassociate_source_graphql_api(
    ctx: &Visit<'_>,
    req: SourceApiAssociationInput,
) -> Result<SourceApiAssociationStatusOutput, Error> {
    let merged = merged(ctx, &req.merged_api_identifier).await?;
    disassociate(ctx, merged.id(), &req.association_id).await
}

pub(crate) async fn disassociate_merged_graphql_api(
    ctx: &Visit<'_>,
    req: DisassociateMergedGraphqlApiInput,
) -> Result<SourceApiAssociationStatusOutput, Error> {
    let source = ctx.graphql_api(id_of(&req.source_api_identifier)).await?;
    let all = ctx.tables().merged_into(source.id()).await?;
    let found = all.into_iter().find(|(_, association)| *association == req.association_id);
    let (merged, association) =
        found.ok_or(Error::SourceApiAssociationNotFound(req.association_id))?;
    disassociate(ctx, &merged, &association).await
}

pub(crate) async fn start_schema_merge(
    ctx: &Visit<'_>,
    req: SourceApiAssociationInput,
) -> Result<SourceApiAssociationStatusOutput, Error> {
    let merged = merged(ctx, &req.merged_api_identifier).await?;
    find(ctx, merged.id(), &req.association_id).await?;
    merge::merge(ctx.room(), merged.id(), Occasion::Asked(&req.association_id), ctx.now()).await?;
    let source_api_association_status = SourceApiAssociationStatus::MergeScheduled;
    Ok(SourceApiAssociationStatusOutput { source_api_association_status })
}

/// Those of which the API is the merged one, and those of which it is a source.
pub(crate) async fn list_source_api_associations(
    ctx: &Visit<'_>,
    req: ListInput,
) -> Result<ListSourceApiAssociationsOutput, Error> {
    let api = ctx.graphql_api(&req.api_id).await?;
    let mut all = ctx.tables().all_parts::<SourceApiAssociation>(api.id()).await?;
    for (merged, association) in ctx.tables().merged_into(api.id()).await? {
        all.extend(ctx.tables().part(&merged, &association).await?);
    }
    let listing = Listing {
        operation: "ListSourceApiAssociations",
        arguments: &[&req.api_id],
        next_token: req.next_token.as_deref(),
        max_results: req.max_results,
    };
    let (page, next_token) = listing.page(ctx, all, |it| it.association_id.clone())?;
    let summary = |it: &SourceApiAssociation| described(it, json!({}));
    let source_api_association_summaries: Vec<SourceApiAssociationSummary> =
        page.iter().map(summary).collect::<Result<_, _>>()?;
    Ok(ListSourceApiAssociationsOutput { source_api_association_summaries, next_token })
}

/// The types that a source gave to the merged API.
pub(crate) async fn list_types_by_association(
    ctx: &Visit<'_>,
    req: ListTypesByAssociationInput,
) -> Result<ListTypesOutput, Error> {
    let merged = merged(ctx, &req.merged_api_identifier).await?;
    let association = find(ctx, merged.id(), &req.association_id).await?;
    let kept = ctx.tables().part::<MergedSource>(merged.id(), &association.association_id).await?;
    let source = schema::read(&kept.ok_or(Error::NoSchema)?.schema)?;
    let types = schema::types(&source, merged.arn(), req.format);
    let listing = Listing {
        operation: "ListTypesByAssociation",
        arguments: &[merged.id(), &req.association_id, req.format.as_str()],
        next_token: req.next_token.as_deref(),
        max_results: req.max_results,
    };
    let (types, next_token) = listing.page(ctx, types, |it| it.name.clone())?;
    Ok(ListTypesOutput { types, next_token })
}

async fn associate(
    ctx: &Visit<'_>,
    merged_identifier: &str,
    source_identifier: &str,
    description: Option<String>,
    config: Option<SourceApiAssociationConfig>,
) -> Result<SourceApiAssociationOutput, Error> {
    let merged = merged(ctx, merged_identifier).await?;
    let source = ctx.graphql_api(id_of(source_identifier)).await?;
    if source.is_merged() {
        return Err(Error::bad_request("A merged API can't be a source of a merged API."));
    }
    let id = ctx.house().uuid();
    let merge_type = config.and_then(|config| config.merge_type).unwrap_or(MergeType::ManualMerge);
    let association = SourceApiAssociation {
        association_arn: format!("{}/sourceApiAssociations/{id}", merged.arn()),
        association_id: id,
        source_api_id: source.id().to_owned(),
        source_api_arn: source.arn().to_owned(),
        merged_api_arn: merged.arn().to_owned(),
        merged_api_id: merged.id().to_owned(),
        description,
        source_api_association_config: SourceApiAssociationConfig { merge_type: Some(merge_type) },
        source_api_association_status: SourceApiAssociationStatus::MergeScheduled,
        source_api_association_status_detail: None,
        last_successful_merge_date: None,
    };
    let mut change = ctx.change(merged.id()).await?;
    let all = ctx.tables().all_parts::<SourceApiAssociation>(merged.id()).await?;
    if all.iter().any(|other| other.source_api_id == source.id()) {
        return Err(Error::bad_request(
            "The source API is already associated with the merged API.",
        ));
    }
    tables::put_part(&mut change.batch, merged.id(), &association);
    tables::put_merged_into(&mut change.batch, &association);
    change.commit().await?;

    merge::merge(ctx.room(), merged.id(), Occasion::Asked(&association.association_id), ctx.now())
        .await?;
    Ok(SourceApiAssociationOutput { source_api_association: association })
}

async fn disassociate(
    ctx: &Visit<'_>,
    merged_id: &str,
    association_id: &str,
) -> Result<SourceApiAssociationStatusOutput, Error> {
    let mut change = ctx.change(merged_id).await?;
    let association = find(ctx, merged_id, association_id).await?;
    tables::delete_part::<SourceApiAssociation>(&mut change.batch, merged_id, association_id);
    tables::delete_part::<MergedSource>(&mut change.batch, merged_id, association_id);
    tables::delete_merged_into(&mut change.batch, &association);
    change.commit().await?;

    merge::merge(ctx.room(), merged_id, Occasion::Left, ctx.now()).await?;
    let source_api_association_status = SourceApiAssociationStatus::DeletionScheduled;
    Ok(SourceApiAssociationStatusOutput { source_api_association_status })
}

/// An identifier is an id or an ARN.
fn id_of(identifier: &str) -> &str {
    identifier.rsplit_once("apis/").map_or(identifier, |(_, id)| id)
}

async fn merged(ctx: &Visit<'_>, identifier: &str) -> Result<Api, Error> {
    let api = ctx.graphql_api(id_of(identifier)).await?;
    match api.is_merged() {
        true => Ok(api),
        false => Err(Error::bad_request(format!("The API {} is not a merged API.", api.id()))),
    }
}

async fn find(
    ctx: &Visit<'_>,
    merged_id: &str,
    association_id: &str,
) -> Result<SourceApiAssociation, Error> {
    let found = ctx.tables().part(merged_id, association_id).await?;
    found.ok_or_else(|| Error::SourceApiAssociationNotFound(association_id.to_owned()))
}
