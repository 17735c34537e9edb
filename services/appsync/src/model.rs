//! What this room keeps.

use std::collections::BTreeMap;

use base::Timestamp;

use crate::wire::{
    self, ApiAssociation, ApiCache, AuthenticationType, DomainNameConfig, GraphQLApiType,
    GraphqlApi, SchemaStatus,
};

/// Keys and values.
pub(crate) type Tags = BTreeMap<String, String>;

/// An API of either kind. What belongs to it (data sources, resolvers, keys …) has rows of its own.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Api {
    pub(crate) kind: Kind,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) cache: Option<ApiCache>,
    /// How often the cache has been emptied.
    pub(crate) flushes: u64,
    pub(crate) schema: Option<SchemaState>,
    /// How often the API or anything that belongs to it has changed: two changes never pass each other,
    /// and whoever has compiled the API knows when to do so again.
    pub(crate) changes: u64,
}

/// What an API serves.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Graphql(Box<GraphqlApi>),
    Events(Box<wire::Api>),
}

/// How far the creation of a schema has come.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SchemaState {
    pub(crate) status: SchemaStatus,
    pub(crate) details: Option<String>,
}

impl Api {
    pub(crate) fn new(kind: Kind) -> Self {
        Api {
            kind,
            environment: BTreeMap::new(),
            cache: None,
            flushes: 0,
            schema: None,
            changes: 0,
        }
    }

    pub(crate) fn id(&self) -> &str {
        match &self.kind {
            Kind::Graphql(api) => &api.api_id,
            Kind::Events(api) => &api.api_id,
        }
    }

    pub(crate) fn arn(&self) -> &str {
        match &self.kind {
            Kind::Graphql(api) => &api.arn,
            Kind::Events(api) => &api.api_arn,
        }
    }

    pub(crate) fn tags(&self) -> Option<&Tags> {
        match &self.kind {
            Kind::Graphql(api) => api.tags.as_ref(),
            Kind::Events(api) => api.tags.as_ref(),
        }
    }

    pub(crate) fn tags_mut(&mut self) -> &mut Tags {
        match &mut self.kind {
            Kind::Graphql(api) => api.tags.get_or_insert_default(),
            Kind::Events(api) => api.tags.get_or_insert_default(),
        }
    }

    pub(crate) fn as_graphql(&self) -> Option<&GraphqlApi> {
        match &self.kind {
            Kind::Graphql(api) => Some(api),
            Kind::Events(_) => None,
        }
    }

    /// Whether it is made of other APIs.
    pub(crate) fn is_merged(&self) -> bool {
        self.as_graphql().is_some_and(|api| api.api_type == Some(GraphQLApiType::Merged))
    }

    pub(crate) fn as_events(&self) -> Option<&wire::Api> {
        match &self.kind {
            Kind::Events(api) => Some(api),
            Kind::Graphql(_) => None,
        }
    }
}

impl GraphqlApi {
    /// The ways in, the default one first.
    pub(crate) fn modes(&self) -> impl Iterator<Item = AuthenticationType> {
        let additional = self.additional_authentication_providers.iter().flatten();
        let additional = additional.filter_map(|provider| provider.authentication_type);
        std::iter::once(self.authentication_type).chain(additional)
    }
}

/// A name under which an API can be reached.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Domain {
    pub(crate) config: DomainNameConfig,
    pub(crate) association: Option<ApiAssociation>,
}

/// What was found in a database, or why nothing was.
#[derive(Clone, Debug)]
pub(crate) struct Introspection {
    pub(crate) id: String,
    pub(crate) account: String,
    /// When it is forgotten.
    pub(crate) until: Timestamp,
    /// Models as a list in JSON, or a sentence.
    pub(crate) outcome: Result<String, String>,
}
