//! The stored form of each row, and the way from and to what it holds. Fields are numbered: new ones can be added,
//! none reused. What AWS describes is JSON, as AWS writes it.

use std::collections::BTreeMap;

use base::Timestamp;
use minicbor::{Decode, Encode};
use store::Error;

use crate::model::{Api, Domain, Introspection, Kind, SchemaState};
use crate::wire::{self, SchemaStatus};

/// A text: SDL, or JSON.
#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct TextRow {
    #[n(0)]
    pub(super) text: String,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct ApiRow {
    /// JSON, of a GraphQL API.
    #[n(0)]
    graphql: Option<String>,
    /// JSON, of an Event API.
    #[n(1)]
    events: Option<String>,
    #[n(2)]
    environment: BTreeMap<String, String>,
    /// JSON.
    #[n(3)]
    cache: Option<String>,
    #[n(4)]
    flushes: u64,
    #[n(5)]
    schema_status: Option<String>,
    #[n(6)]
    schema_details: Option<String>,
    #[n(7)]
    changes: u64,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(crate) struct DomainRow {
    /// JSON.
    #[n(0)]
    config: String,
    /// JSON.
    #[n(1)]
    association: Option<String>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
pub(super) struct IntrospectionRow {
    #[n(0)]
    account: String,
    #[n(1)]
    until: i64,
    /// JSON.
    #[n(2)]
    models: Option<String>,
    #[n(3)]
    failure: Option<String>,
}

impl IntrospectionRow {
    pub(super) fn of(introspection: &Introspection) -> Self {
        IntrospectionRow {
            account: introspection.account.clone(),
            until: introspection.until.as_millis(),
            models: introspection.outcome.as_ref().ok().cloned(),
            failure: introspection.outcome.as_ref().err().cloned(),
        }
    }

    pub(super) fn until(&self) -> Timestamp {
        Timestamp::from_millis(self.until)
    }

    pub(super) fn read(self, id: &str) -> Introspection {
        Introspection {
            id: id.to_owned(),
            until: self.until(),
            account: self.account,
            outcome: self.models.ok_or_else(|| self.failure.unwrap_or_default()),
        }
    }
}

fn read<T: aws::Shape>(text: &str) -> Result<T, Error> {
    wire::read(text).map_err(|_| Error::Corrupt("what AWS describes, in a row of the appsync room"))
}

impl From<Api> for ApiRow {
    fn from(api: Api) -> Self {
        let (graphql, events) = match &api.kind {
            Kind::Graphql(api) => (Some(wire::text(&**api)), None),
            Kind::Events(api) => (None, Some(wire::text(&**api))),
        };
        ApiRow {
            graphql,
            events,
            environment: api.environment,
            cache: api.cache.as_ref().map(wire::text),
            flushes: api.flushes,
            schema_status: api.schema.as_ref().map(|schema| schema.status.as_str().to_owned()),
            schema_details: api.schema.and_then(|schema| schema.details),
            changes: api.changes,
        }
    }
}

impl TryFrom<ApiRow> for Api {
    type Error = Error;

    fn try_from(row: ApiRow) -> Result<Self, Error> {
        let kind = match (row.graphql, row.events) {
            (Some(graphql), None) => Kind::Graphql(Box::new(read(&graphql)?)),
            (None, Some(events)) => Kind::Events(Box::new(read(&events)?)),
            _ => return Err(Error::Corrupt("an API of no kind")),
        };
        let status = |text: String| read::<SchemaStatus>(&format!("\"{text}\""));
        let schema = match row.schema_status {
            Some(text) => Some(SchemaState { status: status(text)?, details: row.schema_details }),
            None => None,
        };
        Ok(Api {
            kind,
            environment: row.environment,
            cache: row.cache.as_deref().map(read).transpose()?,
            flushes: row.flushes,
            schema,
            changes: row.changes,
        })
    }
}

impl From<Domain> for DomainRow {
    fn from(domain: Domain) -> Self {
        DomainRow {
            config: wire::text(&domain.config),
            association: domain.association.as_ref().map(wire::text),
        }
    }
}

impl TryFrom<DomainRow> for Domain {
    type Error = Error;

    fn try_from(row: DomainRow) -> Result<Self, Error> {
        Ok(Domain {
            config: read(&row.config)?,
            association: row.association.as_deref().map(read).transpose()?,
        })
    }
}
