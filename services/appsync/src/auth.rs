//! Who may come into an API, and as whom: the five ways in.
//!
//! Which of them a request takes shows in its headers; a way that the API doesn't have is no way.
//! What somebody may see inside, field by field, is the business of `rights`.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html>

mod expression;
mod lambda;
mod signature;
mod token;

use std::sync::Arc;

use ::http::HeaderMap;
use ::http::header::AUTHORIZATION;
use json::Value;
use service::Ctx;

use crate::Room;
use crate::errors::Error;
use crate::model::Api;
use crate::reply::Refusal;
use crate::tables::Part as _;
use crate::wire::{
    AdditionalAuthenticationProvider, ApiKey, AuthProvider, AuthenticationType,
    CognitoUserPoolConfig, EventConfig, LambdaAuthorizerConfig, OpenIdConnectConfig,
};

pub(crate) use lambda::Verdicts;

const API_KEY: &str = "x-api-key";
const MISSING: &str = "Missing authorization header";
const INVALID: &str = "Valid authorization header not provided.";

/// Somebody who has come in.
#[derive(Clone)]
pub(crate) struct Entrant {
    pub(crate) mode: AuthenticationType,
    /// Whether he came by the API's default way in.
    pub(crate) is_default: bool,
    /// `ctx.identity`.
    pub(crate) identity: Value,
    /// The groups of Cognito that he is in.
    pub(crate) groups: Vec<String>,
    /// What the Lambda authorizer denies him: `Type.field`.
    denied_fields: Vec<String>,
    /// His requests, in the account of the API.
    pub(crate) ctx: Ctx,
}

impl Entrant {
    fn new(way: &Way, ctx: Ctx, identity: Value) -> Self {
        let (mode, is_default) = (way.mode, way.is_default);
        Entrant { mode, is_default, identity, groups: Vec::new(), denied_fields: Vec::new(), ctx }
    }

    /// All that decides what he may see.
    pub(crate) fn rights(&self) -> String {
        let Entrant { mode, is_default, groups, denied_fields, .. } = self;
        format!("{} {is_default} {groups:?} {denied_fields:?}", mode.as_str())
    }

    /// Whether his authorizer has denied him that field.
    pub(crate) fn is_denied(&self, type_name: &str, field: &str) -> bool {
        let is_meant = |denied: &String| {
            denied.split_once('.').is_some_and(|(owner, name)| owner == type_name && name == field)
        };
        self.denied_fields.iter().any(is_meant)
    }
}

/// A request as far as it says who sends it. For WebSockets, headers and body are those that the client has signed.
pub(crate) struct Claim<'c> {
    /// The request, of nobody yet, in the account of the API.
    pub(crate) ctx: &'c Ctx,
    pub(crate) method: &'c str,
    pub(crate) path: &'c str,
    pub(crate) query: &'c str,
    pub(crate) headers: &'c HeaderMap,
    pub(crate) body: &'c [u8],
    pub(crate) source_ip: &'c [Value],
    /// What a Lambda authorizer is told of the operation: `queryString`, `operationName`, `variables`.
    pub(crate) operation: Value,
    /// What the verdict of a Lambda authorizer holds for, where that isn't all of the API.
    pub(crate) scope: &'c str,
}

impl Claim<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// An API as somebody finds it who wants to come in.
#[derive(Clone, Copy)]
pub(crate) struct Door<'d> {
    pub(crate) api: &'d Api,
    pub(crate) ways: &'d [Way],
}

/// One of the ways into an API.
pub(crate) struct Way {
    pub(crate) mode: AuthenticationType,
    is_default: bool,
    user_pool: Option<CognitoUserPoolConfig>,
    /// ALLOW or DENY, which identities tell.
    default_action: &'static str,
    open_id: Option<OpenIdConnectConfig>,
    authorizer: Option<LambdaAuthorizerConfig>,
}

/// The ways into an API, the default one first.
pub(crate) fn ways(api: &crate::wire::GraphqlApi) -> Vec<Way> {
    let pool = api.user_pool_config.as_ref();
    let default = Way {
        mode: api.authentication_type,
        is_default: true,
        user_pool: pool.map(|pool| CognitoUserPoolConfig {
            user_pool_id: pool.user_pool_id.clone(),
            aws_region: pool.aws_region.clone(),
            app_id_client_regex: pool.app_id_client_regex.clone(),
        }),
        default_action: pool.map_or("ALLOW", |pool| pool.default_action.as_str()),
        open_id: api.open_i_d_connect_config.clone(),
        authorizer: api.lambda_authorizer_config.clone(),
    };
    let additional = api.additional_authentication_providers.iter().flatten();
    std::iter::once(default).chain(additional.filter_map(additional_way)).collect()
}

fn additional_way(provider: &AdditionalAuthenticationProvider) -> Option<Way> {
    Some(Way {
        mode: provider.authentication_type?,
        is_default: false,
        user_pool: provider.user_pool_config.clone(),
        default_action: "ALLOW",
        open_id: provider.open_i_d_connect_config.clone(),
        authorizer: provider.lambda_authorizer_config.clone(),
    })
}

/// The ways into an Event API.
pub(crate) fn ways_of_events(config: &EventConfig) -> Vec<Way> {
    let way = |(place, provider): (usize, &AuthProvider)| Way {
        mode: provider.auth_type,
        is_default: place == 0,
        user_pool: provider.cognito_config.as_ref().map(|pool| CognitoUserPoolConfig {
            user_pool_id: pool.user_pool_id.clone(),
            aws_region: pool.aws_region.clone(),
            app_id_client_regex: pool.app_id_client_regex.clone(),
        }),
        default_action: "ALLOW",
        open_id: provider.open_i_d_connect_config.clone(),
        authorizer: provider.lambda_authorizer_config.clone(),
    };
    config.auth_providers.iter().enumerate().map(way).collect()
}

/// Checks that the regular expressions of ways in can be used.
pub(crate) fn check_expressions(ways: &[Way]) -> Result<(), Error> {
    for way in ways {
        let pool = way.user_pool.as_ref().and_then(|it| it.app_id_client_regex.as_deref());
        let client = way.open_id.as_ref().and_then(|it| it.client_id.as_deref());
        let token =
            way.authorizer.as_ref().and_then(|it| it.identity_validation_expression.as_deref());
        expression::check("appIdClientRegex", pool)?;
        expression::check("clientId", client)?;
        expression::check("identityValidationExpression", token)?;
    }
    Ok(())
}

/// Lets somebody in, or says why not.
pub(crate) async fn enter(
    room: &Arc<Room>,
    door: &Door<'_>,
    claim: &Claim<'_>,
) -> Result<Entrant, Refusal> {
    let ways = door.ways;
    let way = |mode| ways.iter().find(|way| way.mode == mode);
    let authorization = claim.header(AUTHORIZATION.as_str());
    if signature::is_signed(claim, authorization) {
        let way = way(AuthenticationType::AwsIam).ok_or_else(|| Refusal::unauthorized(INVALID))?;
        return signature::enter(room, way, claim).await;
    }
    if let (Some(key), Some(way)) = (claim.header(API_KEY), way(AuthenticationType::ApiKey)) {
        return by_key(room, door.api, way, claim, key).await;
    }
    let Some(authorization) = authorization else {
        return Err(Refusal::unauthorized(match claim.header(API_KEY) {
            Some(_) => INVALID,
            None => MISSING,
        }));
    };
    if let Some(token) = openid::Token::parse(authorization)
        && let Some(way) = token::way_of(ways, &token)
    {
        return token::enter(room, way, &token, claim).await;
    }
    if let Some(way) = way(AuthenticationType::AwsLambda) {
        return lambda::enter(room, door.api, way, authorization, claim).await;
    }
    let takes_tokens = |way: &Way| {
        let mode = way.mode;
        mode == AuthenticationType::AmazonCognitoUserPools
            || mode == AuthenticationType::OpenidConnect
    };
    Err(match (ways.iter().any(takes_tokens), openid::Token::parse(authorization)) {
        (true, None) => Refusal::unauthorized("Unable to parse JWT token."),
        (true, Some(_)) => Refusal::not_authorized(),
        (false, _) => Refusal::unauthorized(INVALID),
    })
}

async fn by_key(
    room: &Room,
    api: &Api,
    way: &Way,
    claim: &Claim<'_>,
    key: &str,
) -> Result<Entrant, Refusal> {
    let found = room.tables().part::<ApiKey>(api.id(), key).await;
    let found = found.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "read an API key");
        Refusal::internal()
    })?;
    let now = claim.ctx.now().as_millis() / 1000;
    match found {
        Some(found) if now < found.expires && found.name() == key => {
            Ok(Entrant::new(way, claim.ctx.clone(), Value::NULL))
        }
        Some(_) | None => Err(Refusal::not_authorized()),
    }
}
