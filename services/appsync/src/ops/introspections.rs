//! What a data source says of itself: the tables of a relational database as models.

use std::time::Duration;

use serde_json::{Value, json};

use crate::errors::Error;
use crate::introspection;
use crate::model::Introspection;
use crate::paging::Listing;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{
    DataSourceIntrospectionStatus, GetDataSourceIntrospectionInput,
    GetDataSourceIntrospectionOutput, IntrospectionResult, StartDataSourceIntrospectionInput,
    StartDataSourceIntrospectionOutput,
};

/// How long AWS keeps what was found.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// The database is asked before the reply, which is as if that were very fast.
pub(crate) async fn start_data_source_introspection(
    ctx: &Visit<'_>,
    req: StartDataSourceIntrospectionInput,
) -> Result<StartDataSourceIntrospectionOutput, Error> {
    let Some(config) = req.rds_data_api_config else {
        return Err(Error::bad_request("rdsDataApiConfig is required."));
    };
    let outcome = introspection::models(ctx.room(), &ctx.request, &config).await;
    let introspection = Introspection {
        id: ctx.house().uuid(),
        account: ctx.request.account().to_owned(),
        until: ctx.now().after(KEPT),
        outcome: outcome.map(|models| Value::from(models).to_string()),
    };
    let over = ctx.tables().introspections_until(ctx.now()).await?;
    let mut batch = tables::introspection_creation(&introspection);
    for key in over {
        batch.delete(key);
    }
    ctx.commit(batch).await?;
    Ok(StartDataSourceIntrospectionOutput {
        introspection_id: introspection.id,
        introspection_status: DataSourceIntrospectionStatus::Processing,
    })
}

pub(crate) async fn get_data_source_introspection(
    ctx: &Visit<'_>,
    req: GetDataSourceIntrospectionInput,
) -> Result<GetDataSourceIntrospectionOutput, Error> {
    let id = req.introspection_id;
    let is_there = |it: &Introspection| it.account == ctx.request.account() && ctx.now() < it.until;
    let found = ctx.tables().introspection(&id).await?.filter(is_there);
    let found = found.ok_or_else(|| Error::IntrospectionNotFound(id.clone()))?;
    let models = match found.outcome {
        Ok(models) => models,
        Err(detail) => {
            return Ok(GetDataSourceIntrospectionOutput {
                introspection_id: id,
                introspection_status: DataSourceIntrospectionStatus::Failed,
                introspection_status_detail: Some(detail),
                introspection_result: None,
            });
        }
    };
    let mut models: Vec<Value> = serde_json::from_str(&models)
        .map_err(|_| store::Error::Corrupt("the models of an introspection"))?;
    if req.include_models_s_d_l != Some(true) {
        models.iter_mut().filter_map(Value::as_object_mut).for_each(|it| drop(it.remove("sdl")));
    }
    let listing = Listing {
        operation: "GetDataSourceIntrospection",
        arguments: &[&id],
        next_token: req.next_token.as_deref(),
        max_results: req.max_results,
    };
    let name = |model: &Value| model["name"].as_str().unwrap_or_default().to_owned();
    let (models, next_token) = listing.page(ctx, models, name)?;
    Ok(GetDataSourceIntrospectionOutput {
        introspection_id: id,
        introspection_status: DataSourceIntrospectionStatus::Success,
        introspection_status_detail: None,
        introspection_result: Some(IntrospectionResult { models: json!(models), next_token }),
    })
}
