//! Identity providers of OpenID Connect, whose tokens AssumeRoleWithWebIdentity takes.

use super::{date, shown_if_any};
use crate::arn;
use crate::errors::Error;
use crate::tables::OidcProvider;
use crate::visit::{Visit, checked_tags};
use crate::wire::{
    ClientIdInput, CreateOpenIdConnectProviderInput, CreateOpenIdConnectProviderOutput, Empty,
    GetOpenIdConnectProviderOutput, ListOpenIdConnectProvidersOutput, OpenIdConnectProviderInput,
    OpenIdConnectProviderListEntry, ThumbprintInput,
};
use crate::world::World;

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const CLIENT_IDS_MAX: usize = 100;
const THUMBPRINTS_MAX: usize = 5;
const THUMBPRINT_LENGTH: usize = 40;

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html>
pub(crate) async fn create_open_id_connect_provider(
    ctx: &Visit<'_>,
    req: CreateOpenIdConnectProviderInput,
) -> Result<CreateOpenIdConnectProviderOutput, Error> {
    let url = checked_url(&req.url)?;
    let provider = OidcProvider {
        client_ids: checked_client_ids(req.client_i_d_list.unwrap_or_default())?,
        thumbprints: checked_thumbprints(req.thumbprint_list.unwrap_or_default())?,
        created_at_millis: ctx.now().as_millis(),
        tags: checked_tags(req.tags.unwrap_or_default())?,
        url: url.clone(),
    };
    let arn = arn::oidc_provider(ctx.partition(), ctx.account(), &url);
    ctx.change(|change| {
        if change.world.oidc_providers.contains_key(&arn) {
            return Err(Error::ProviderExists(req.url));
        }
        let tags = shown_if_any(&provider.tags);
        change.put_oidc_provider(&arn, provider);
        Ok(CreateOpenIdConnectProviderOutput { open_i_d_connect_provider_arn: arn, tags })
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetOpenIDConnectProvider.html>
pub(crate) async fn get_open_id_connect_provider(
    ctx: &Visit<'_>,
    req: OpenIdConnectProviderInput,
) -> Result<GetOpenIdConnectProviderOutput, Error> {
    let provider = find(ctx, &ctx.world(), &req.open_i_d_connect_provider_arn)?;
    Ok(GetOpenIdConnectProviderOutput {
        create_date: date(provider.created_at_millis),
        tags: shown_if_any(&provider.tags),
        url: provider.url,
        client_i_d_list: provider.client_ids,
        thumbprint_list: provider.thumbprints,
    })
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOpenIDConnectProviders.html>
pub(crate) async fn list_open_id_connect_providers(
    ctx: &Visit<'_>,
    _req: Empty,
) -> Result<ListOpenIdConnectProvidersOutput, Error> {
    let world = ctx.world();
    let own = arn::oidc_provider(ctx.partition(), ctx.account(), "");
    let arns = world.oidc_providers.keys().filter(|arn| arn.starts_with(&own));
    let entries = arns.map(|arn| OpenIdConnectProviderListEntry { arn: arn.clone() });
    Ok(ListOpenIdConnectProvidersOutput { open_i_d_connect_provider_list: entries.collect() })
}

/// One that isn't there is no error, as on AWS.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteOpenIDConnectProvider.html>
pub(crate) async fn delete_open_id_connect_provider(
    ctx: &Visit<'_>,
    req: OpenIdConnectProviderInput,
) -> Result<Empty, Error> {
    ctx.change(|change| {
        if find(ctx, &change.world, &req.open_i_d_connect_provider_arn).is_ok() {
            change.remove_oidc_provider(&req.open_i_d_connect_provider_arn);
        }
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateOpenIDConnectProviderThumbprint.html>
pub(crate) async fn update_open_id_connect_provider_thumbprint(
    ctx: &Visit<'_>,
    req: ThumbprintInput,
) -> Result<Empty, Error> {
    let thumbprints = checked_thumbprints(req.thumbprint_list)?;
    ctx.change(|change| {
        let provider = find(ctx, &change.world, &req.open_i_d_connect_provider_arn)?;
        let provider = OidcProvider { thumbprints, ..provider };
        change.put_oidc_provider(&req.open_i_d_connect_provider_arn, provider);
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddClientIDToOpenIDConnectProvider.html>
pub(crate) async fn add_client_id_to_open_id_connect_provider(
    ctx: &Visit<'_>,
    req: ClientIdInput,
) -> Result<Empty, Error> {
    ctx.change(|change| {
        let mut provider = find(ctx, &change.world, &req.open_i_d_connect_provider_arn)?;
        provider.client_ids.retain(|id| *id != req.client_i_d);
        provider.client_ids.push(req.client_i_d);
        provider.client_ids = checked_client_ids(provider.client_ids)?;
        change.put_oidc_provider(&req.open_i_d_connect_provider_arn, provider);
        Ok(Empty {})
    })
    .await
}

/// One that isn't there is no error, as on AWS.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveClientIDFromOpenIDConnectProvider.html>
pub(crate) async fn remove_client_id_from_open_id_connect_provider(
    ctx: &Visit<'_>,
    req: ClientIdInput,
) -> Result<Empty, Error> {
    ctx.change(|change| {
        let mut provider = find(ctx, &change.world, &req.open_i_d_connect_provider_arn)?;
        provider.client_ids.retain(|id| *id != req.client_i_d);
        change.put_oidc_provider(&req.open_i_d_connect_provider_arn, provider);
        Ok(Empty {})
    })
    .await
}

/// The provider of that ARN, which has to be the caller's.
pub(super) fn find(ctx: &Visit<'_>, world: &World, arn: &str) -> Result<OidcProvider, Error> {
    let own = arn::oidc_provider(ctx.partition(), ctx.account(), "");
    let found = world.oidc_providers.get(arn).filter(|_| arn.starts_with(&own));
    let not_found = || Error::NoSuch(format!("OpenIDConnect Provider not found for arn {arn}"));
    found.map(|provider| (**provider).clone()).ok_or_else(not_found)
}

/// The URL as it is kept: without its scheme, and what stands behind a question mark.
fn checked_url(url: &str) -> Result<String, Error> {
    let invalid = || Error::Validation("Invalid Open ID Connect Provider URL".to_owned());
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let rest = rest.ok_or_else(invalid)?;
    let rest = rest.split('?').next().unwrap_or_default().trim_end_matches('/');
    let is_host = |letter: char| letter.is_ascii_alphanumeric() || "-.:".contains(letter);
    let host = rest.split('/').next().unwrap_or_default();
    if host.is_empty() || !host.chars().all(is_host) {
        return Err(invalid());
    }
    Ok(rest.to_owned())
}

fn checked_client_ids(ids: Vec<String>) -> Result<Vec<String>, Error> {
    if CLIENT_IDS_MAX < ids.len() {
        let sentence =
            format!("Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {CLIENT_IDS_MAX}");
        return Err(Error::LimitExceeded(sentence));
    }
    Ok(ids)
}

fn checked_thumbprints(thumbprints: Vec<String>) -> Result<Vec<String>, Error> {
    if THUMBPRINTS_MAX < thumbprints.len() {
        let sentence = "Thumbprint list must contain fewer than 5 entries.";
        return Err(Error::InvalidInput(sentence.to_owned()));
    }
    let is_one = |text: &String| {
        text.len() == THUMBPRINT_LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    match thumbprints.iter().all(is_one) {
        true => Ok(thumbprints),
        // By analogy.
        false => Err(Error::InvalidInput("Thumbprints are 40 hexadecimal digits.".to_owned())),
    }
}
