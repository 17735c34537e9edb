//! Where the APIs are: from an API to its addresses, and from a request back to the API.
//!
//! An address that a reply names works for whoever got the reply: it begins with the host by which the client has
//! reached the house, and names the API in its path (`docs/adr/0007-addresses-of-apis.md`).
//! `dns`, to which clients append `/graphql` or `/event`, therefore holds a path too.
//! AWS's own form, `<api>.appsync-api.<anything>`, is served as well, wherever a name leads to the house.

use std::collections::BTreeMap;

use crate::visit::Visit;

/// What paths of APIs begin with.
const PREFIX: &str = "/appsync-api/";
/// The labels after the API's id in AWS's host names.
const LABELS: [&str; 2] = ["appsync-api", "appsync-realtime-api"];
/// Where a client is that says no host: a neighbor in the house.
const LOCAL: &str = "localhost:4566";

/// The members of a GraphQL API that say where it is.
pub(crate) struct Addresses {
    pub(crate) uris: BTreeMap<String, String>,
    pub(crate) dns: BTreeMap<String, String>,
}

/// What part of an API a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) api: Named,
    /// The path below the API's address: `/graphql`, `/graphql/realtime`, `/event`.
    pub(crate) path: String,
}

/// How an API is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Id(String),
    /// A domain name that may be associated with one.
    Domain(String),
}

pub(crate) fn of_graphql(ctx: &Visit<'_>, api_id: &str) -> Addresses {
    let place = place_of(ctx, api_id);
    let (http, ws) = if ctx.request.is_secure() { ("https", "wss") } else { ("http", "ws") };
    Addresses {
        uris: map([
            ("GRAPHQL", format!("{http}://{place}/graphql")),
            ("REALTIME", format!("{ws}://{place}/graphql/realtime")),
        ]),
        dns: map([("GRAPHQL", place.clone()), ("REALTIME", place)]),
    }
}

pub(crate) fn of_events(ctx: &Visit<'_>, api_id: &str) -> BTreeMap<String, String> {
    let place = place_of(ctx, api_id);
    map([("HTTP", place.clone()), ("REALTIME", place)])
}

/// The host by which the client has reached the house.
pub(crate) fn of_house(ctx: &Visit<'_>) -> String {
    ctx.request.host().unwrap_or(LOCAL).to_owned()
}

fn place_of(ctx: &Visit<'_>, api_id: &str) -> String {
    format!("{}{PREFIX}{api_id}", of_house(ctx))
}

fn map<const N: usize>(entries: [(&str, String); N]) -> BTreeMap<String, String> {
    entries.map(|(name, value)| (name.to_owned(), value)).into()
}

/// The API whose path or host a request names; none for requests that are meant for others.
pub(crate) fn named(host: Option<&str>, path: &str) -> Option<Place> {
    if let Some(rest) = path.strip_prefix(PREFIX) {
        let (id, below) = rest.split_at(rest.find('/')?);
        return Some(Place { api: Named::Id(id.to_owned()), path: below.to_owned() });
    }
    let host = host?.to_ascii_lowercase();
    let (id, rest) = host.split_once('.')?;
    let label = rest.split(['.', ':']).next()?;
    let api = Named::Id(id.to_owned());
    LABELS.contains(&label).then(|| Place { api, path: path.to_owned() })
}

/// What a request to a domain name may ask for, if the name is associated with an API.
pub(crate) fn by_domain(host: Option<&str>, path: &str) -> Option<Place> {
    let name = host?.split(':').next()?;
    let is_served = ["/graphql", "/event"]
        .iter()
        .any(|root| path.strip_prefix(root).is_some_and(|rest| matches!(rest, "" | "/realtime")));
    let api = Named::Domain(name.to_ascii_lowercase());
    is_served.then(|| Place { api, path: path.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(host: &str, path: &str) -> Option<(String, String)> {
        match named(Some(host), path)? {
            Place { api: Named::Id(id), path } => Some((id, path)),
            Place { api: Named::Domain(_), .. } => None,
        }
    }

    #[test]
    fn an_api_is_named_by_its_path_or_its_host() {
        let graphql = Some(("a1".to_owned(), "/graphql".to_owned()));
        assert_eq!(api("127.0.0.1:4566", "/appsync-api/a1/graphql"), graphql);
        assert_eq!(api("a1.appsync-api.us-east-1.amazonaws.com", "/graphql"), graphql);
        assert_eq!(api("a1.appsync-realtime-api.localhost:4566", "/graphql"), graphql);
        assert_eq!(api("A1.AppSync-API.us-east-1.amazonaws.com", "/graphql"), graphql);
        assert_eq!(api("appsync.localhost:4566", "/v1/apis"), None);
        assert_eq!(api("127.0.0.1", "/appsync-api/a1"), None);
    }

    #[test]
    fn a_domain_name_serves_nothing_but_an_api() {
        let named = by_domain(Some("API.example.com:443"), "/graphql/realtime").map(|it| it.api);
        assert_eq!(named, Some(Named::Domain("api.example.com".to_owned())));
        assert!(by_domain(Some("api.example.com"), "/event").is_some());
        assert_eq!(by_domain(Some("api.example.com"), "/graphql2"), None);
        assert_eq!(by_domain(Some("api.example.com"), "/bucket/key"), None);
    }
}
