//! Event APIs.

use serde_json::json;

use crate::address;
use crate::auth;
use crate::errors::Error;
use crate::model::{self, Kind};
use crate::paging::Listing;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{
    Api, ApiInput, ApiOutput, AuthMode, AuthenticationType, CreateApiInput, Empty, EventConfig,
    ListApisInput, ListApisOutput, UpdateApiInput, described,
};

pub(crate) async fn create_api(ctx: &Visit<'_>, req: CreateApiInput) -> Result<ApiOutput, Error> {
    check_modes(&req.event_config)?;
    let id = ctx.new_id();
    let known = json!({
        "apiId": id,
        "apiArn": ctx.arn(&format!("apis/{id}")),
        "created": ctx.now().as_epoch_seconds(),
        "xrayEnabled": false,
    });
    let api: Api = described(&req, known)?;
    let kept = model::Api::new(Kind::Events(Box::new(api.clone())));
    match ctx.commit(tables::api_creation(&kept)).await? {
        Commit::Done => Ok(ApiOutput { api: shown(ctx, &api) }),
        Commit::Raced => Err(aws::Error::internal().into()),
    }
}

pub(crate) async fn get_api(ctx: &Visit<'_>, req: ApiInput) -> Result<ApiOutput, Error> {
    let found = find(ctx, &req.api_id).await?;
    Ok(ApiOutput { api: shown(ctx, &found) })
}

pub(crate) async fn update_api(ctx: &Visit<'_>, req: UpdateApiInput) -> Result<ApiOutput, Error> {
    check_modes(&req.event_config)?;
    find(ctx, &req.api_id).await?;
    let mut change = ctx.change(&req.api_id).await?;
    let Some(old) = change.api.as_events() else {
        return Err(Error::ApiNotFound(req.api_id.clone()));
    };
    let known = json!({
        "apiArn": old.api_arn,
        "created": old.created,
        "tags": old.tags,
        "xrayEnabled": old.xray_enabled,
    });
    let new: Api = described(&req, known)?;
    change.api.kind = Kind::Events(Box::new(new.clone()));
    change.commit().await?;
    let updated = new;
    Ok(ApiOutput { api: shown(ctx, &updated) })
}

pub(crate) async fn delete_api(ctx: &Visit<'_>, req: ApiInput) -> Result<Empty, Error> {
    find(ctx, &req.api_id).await?;
    ctx.remove_api(&req.api_id).await
}

pub(crate) async fn list_apis(
    ctx: &Visit<'_>,
    req: ListApisInput,
) -> Result<ListApisOutput, Error> {
    let listing = Listing {
        operation: "ListApis",
        arguments: &[],
        next_token: req.next_token.as_deref(),
        max_results: req.max_results,
    };
    let apis = ctx.tables().apis().await?;
    let of_events =
        |api: &model::Api| api.as_events().filter(|api| ctx.owns(&api.api_arn)).cloned();
    let all: Vec<Api> = apis.iter().filter_map(of_events).collect();
    let (page, next_token) = listing.page(ctx, all, |api| api.api_id.clone())?;
    Ok(ListApisOutput { apis: page.iter().map(|api| shown(ctx, api)).collect(), next_token })
}

/// An Event API of the caller's account.
pub(crate) async fn find(ctx: &Visit<'_>, id: &str) -> Result<Api, Error> {
    let api = ctx.api(id).await?.value;
    api.as_events().cloned().ok_or_else(|| Error::ApiNotFound(id.to_owned()))
}

/// The API as a reply shows it: with the addresses by which this client reaches it.
fn shown(ctx: &Visit<'_>, api: &Api) -> Api {
    Api { dns: Some(address::of_events(ctx, &api.api_id)), ..api.clone() }
}

/// Each way in that is used is configured, with what it needs.
fn check_modes(config: &EventConfig) -> Result<(), Error> {
    for provider in &config.auth_providers {
        let is_complete = match provider.auth_type {
            AuthenticationType::AmazonCognitoUserPools => provider.cognito_config.is_some(),
            AuthenticationType::OpenidConnect => provider.open_i_d_connect_config.is_some(),
            AuthenticationType::AwsLambda => provider.lambda_authorizer_config.is_some(),
            AuthenticationType::ApiKey | AuthenticationType::AwsIam => true,
        };
        if !is_complete {
            return Err(Error::bad_request(format!(
                "The configuration of the auth provider {} is missing.",
                provider.auth_type.as_str()
            )));
        }
    }
    let used = [
        &config.connection_auth_modes,
        &config.default_publish_auth_modes,
        &config.default_subscribe_auth_modes,
    ];
    check_configured(config, used.into_iter().flatten())?;
    auth::check_expressions(&auth::ways_of_events(config))
}

/// Checks that the API has those ways in.
pub(super) fn check_configured<'m>(
    config: &EventConfig,
    modes: impl Iterator<Item = &'m AuthMode>,
) -> Result<(), Error> {
    for mode in modes {
        if !config.auth_providers.iter().any(|provider| provider.auth_type == mode.auth_type) {
            return Err(Error::bad_request(format!(
                "The auth mode {} is not configured in authProviders.",
                mode.auth_type.as_str()
            )));
        }
    }
    Ok(())
}
