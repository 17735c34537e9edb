//! Data sources.

use http::Uri;
use serde_json::json;

use crate::errors::Error;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{
    DataSource, DataSourceInput, DataSourceNameInput, DataSourceOutput, DataSourceType, Empty,
    ListDataSourcesOutput, ListInput, described,
};

pub(crate) async fn create_data_source(
    ctx: &Visit<'_>,
    req: DataSourceInput,
) -> Result<DataSourceOutput, Error> {
    check(&req)?;
    let mut change = ctx.change(&req.api_id).await?;
    if ctx.tables().part::<DataSource>(&req.api_id, &req.name).await?.is_some() {
        let name = &req.name;
        return Err(Error::bad_request(format!("Data source with name {name} already exists")));
    }
    let data_source = of(&req, change.api.arn())?;
    tables::put_part(&mut change.batch, &req.api_id, &data_source);
    change.commit().await?;
    Ok(DataSourceOutput { data_source })
}

pub(crate) async fn update_data_source(
    ctx: &Visit<'_>,
    req: DataSourceInput,
) -> Result<DataSourceOutput, Error> {
    check(&req)?;
    let mut change = ctx.change(&req.api_id).await?;
    find(ctx, &req.api_id, &req.name).await?;
    let data_source = of(&req, change.api.arn())?;
    tables::put_part(&mut change.batch, &req.api_id, &data_source);
    change.commit().await?;
    Ok(DataSourceOutput { data_source })
}

pub(crate) async fn get_data_source(
    ctx: &Visit<'_>,
    req: DataSourceNameInput,
) -> Result<DataSourceOutput, Error> {
    ctx.api(&req.api_id).await?;
    Ok(DataSourceOutput { data_source: find(ctx, &req.api_id, &req.name).await? })
}

pub(crate) async fn delete_data_source(
    ctx: &Visit<'_>,
    req: DataSourceNameInput,
) -> Result<Empty, Error> {
    let mut change = ctx.change(&req.api_id).await?;
    find(ctx, &req.api_id, &req.name).await?;
    tables::delete_part::<DataSource>(&mut change.batch, &req.api_id, &req.name);
    change.commit().await?;
    Ok(Empty {})
}

pub(crate) async fn list_data_sources(
    ctx: &Visit<'_>,
    req: ListInput,
) -> Result<ListDataSourcesOutput, Error> {
    let (data_sources, next_token) = ctx.page_of_parts("ListDataSources", &req).await?;
    Ok(ListDataSourcesOutput { data_sources, next_token })
}

/// A data source that exists.
pub(crate) async fn find(ctx: &Visit<'_>, api_id: &str, name: &str) -> Result<DataSource, Error> {
    let found = ctx.tables().part(api_id, name).await?;
    found.ok_or_else(|| Error::DataSourceNotFound(name.to_owned()))
}

fn of(req: &DataSourceInput, api_arn: &str) -> Result<DataSource, Error> {
    let arn = format!("{api_arn}/datasources/{}", req.name);
    Ok(described(req, json!({ "dataSourceArn": arn }))?)
}

/// Each kind of source has its own configuration, and what is an endpoint is one of HTTP.
fn check(req: &DataSourceInput) -> Result<(), Error> {
    let http = req.http_config.as_ref().and_then(|config| config.endpoint.as_ref());
    let elasticsearch = req.elasticsearch_config.as_ref().map(|config| &config.endpoint);
    let opensearch = req.open_search_service_config.as_ref().map(|config| &config.endpoint);
    if [http, elasticsearch, opensearch].into_iter().flatten().any(|it| !is_endpoint(it)) {
        // As clients have seen it (serverless-appsync-plugin#56).
        return Err(Error::bad_request("Invalid endpoint configuration"));
    }
    let (member, is_there) = match req.r#type {
        DataSourceType::AwsLambda => ("lambdaConfig", req.lambda_config.is_some()),
        DataSourceType::AmazonDynamodb => ("dynamodbConfig", req.dynamodb_config.is_some()),
        DataSourceType::AmazonElasticsearch => {
            ("elasticsearchConfig", req.elasticsearch_config.is_some())
        }
        DataSourceType::AmazonOpensearchService => {
            ("openSearchServiceConfig", req.open_search_service_config.is_some())
        }
        DataSourceType::Http => ("httpConfig", http.is_some()),
        DataSourceType::RelationalDatabase => {
            ("relationalDatabaseConfig", req.relational_database_config.is_some())
        }
        DataSourceType::AmazonEventbridge => {
            ("eventBridgeConfig", req.event_bridge_config.is_some())
        }
        DataSourceType::None | DataSourceType::AmazonBedrockRuntime => ("", true),
    };
    match is_there {
        true => Ok(()),
        false => Err(Error::bad_request(format!(
            "{member} is required for data sources of type {}.",
            req.r#type.as_str()
        ))),
    }
}

fn is_endpoint(text: &str) -> bool {
    text.parse::<Uri>().is_ok_and(|uri| {
        let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
        is_http && uri.host().is_some_and(|host| !host.is_empty())
    })
}
