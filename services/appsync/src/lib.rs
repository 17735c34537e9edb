//! The AppSync room: GraphQL APIs and Event APIs, their control plane and the serving of GraphQL over HTTP.
//!
//! An API is a schema, resolvers and data sources. The room keeps them as AWS describes them, compiles them when they are
//! first asked for, and answers queries and mutations: `graphql` parses, validates and executes, `resolver` runs templates,
//! and this room asks the data sources over the Bus.
//!
//! # How to read it
//! - The table below: each operation and the file in `ops` that answers it: check, act, reply.
//! - `wire`: what they take and give. `errors`: everything that is refused, in AWS's words.
//! - `model` and `tables`: what is kept, and how. `address`: where APIs are reached.
//! - `schema`: schemas as this room asks about them. `merge`: what merged APIs are made of. `work`: schemas in the making.
//! - `front`: the door for clients of APIs. `asked`: what they ask. `auth`: who may come in; `rights`: what he may see. `reply`: what he hears.
//! - `served`: an API compiled. `execution`: one operation; `handler`: the code of resolvers; `sources`: what they ask.
//! - `code`: JavaScript before it is kept; `runtime`: where code runs.
//! - `introspection`: the tables of databases as models.
//! - `live`: subscribers: WebSocket connections, what they want to hear, and how it reaches them.
//! - `limits` and `rates`: AWS's quotas. `cache`: what resolvers gave. `journal`: what APIs log. `domains`: names that lead to APIs.

mod address;
mod asked;
mod auth;
mod cache;
mod code;
mod domains;
mod errors;
mod execution;
mod front;
mod handler;
mod introspection;
mod journal;
mod limits;
mod live;
mod merge;
mod model;
mod ops;
mod paging;
mod rates;
mod reply;
mod rights;
mod runtime;
mod schema;
mod served;
mod sources;
mod tables;
mod visit;
mod wire;
mod work;

pub use limits::Limits;
pub use rates::Rates;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws::Protocol;
use bytes::Bytes;
use service::{Bus, Ctx, Facts, House, PublicHttp, Rate, Reply, Service};
use store::Store;
use tokio::sync::{Mutex, Notify};

use auth::Verdicts;
use cache::Cache;
use domains::Domains;
use journal::Journal;
use live::{Hub, ServedEvents, Shapes, Tickets};
use openid::Issuers;
use rates::Gauge;
use runtime::Runtime;
use served::{Served, Shelf};
use visit::Visit;

/// The largest request of the control plane: a schema of 1 MB in base64, with what stands around it.
const REQUEST_BYTES_MAX: usize = 2 * 1024 * 1024;

/// The room.
pub struct AppSync(Arc<Room>);

/// What all requests share.
struct Room {
    store: Arc<dyn Store>,
    house: Arc<House>,
    bus: Bus,
    limits: Limits,
    /// Rings when a definition waits to become a schema.
    schema_creations: Notify,
    /// Held by who changes an API.
    changes: Mutex<()>,
    shelf: Shelf<Served>,
    event_shelf: Shelf<ServedEvents>,
    domains: Domains,
    cache: Cache,
    issuers: Issuers,
    verdicts: Verdicts,
    journal: Journal,
    runtime: Runtime,
    hub: Hub,
    shapes: Shapes,
    tickets: Tickets,
    gauge: Gauge,
}

/// What the room is made with.
pub struct Options {
    /// Where APIs are kept.
    pub store: Arc<dyn Store>,
    /// The house.
    pub house: Arc<House>,
    /// The way to data sources, and to who knows the keys of the house.
    pub bus: Bus,
    /// The bounds.
    pub limits: Limits,
    /// AWS's rates, if they are enforced.
    pub rates: Option<Rates>,
    /// Where the keys of issuers of tokens are, by issuer; others are asked.
    pub issuers: BTreeMap<String, String>,
}

impl AppSync {
    /// Opens the room. Schemas are created in [`AppSync::work`].
    pub async fn open(options: Options) -> Result<Self, store::Error> {
        let Options { store, house, bus, limits, rates, issuers } = options;
        let gauge = Gauge::new(Arc::clone(house.clock()), rates);
        let journal = Journal::new(Arc::clone(&house));
        let room = Arc::new(Room {
            store,
            house,
            bus,
            cache: Cache::new(limits.cache_bytes_max),
            runtime: Runtime::new(limits.code),
            limits,
            schema_creations: Notify::new(),
            changes: Mutex::new(()),
            shelf: Shelf::default(),
            event_shelf: Shelf::default(),
            domains: Domains::default(),
            issuers: Issuers::new(issuers),
            verdicts: Verdicts::default(),
            journal,
            hub: Hub::new(),
            shapes: Shapes::default(),
            tickets: Tickets::default(),
            gauge,
        });
        room.domains.reload(&room.tables()).await?;
        Ok(AppSync(room))
    }

    /// Creates schemas, writes what APIs log, and tells subscribers what has happened. To be run once; it doesn't end.
    pub fn work(&self) -> impl Future<Output = ()> + Send + use<> {
        let room = Arc::clone(&self.0);
        async move {
            let told = room.hub.work(&room.gauge);
            tokio::join!(work::work(Arc::clone(&room)), journal::work(Arc::clone(&room)), told);
        }
    }

    fn enter(&self, request: Ctx) -> Visit<'_> {
        Visit::new(&self.0, request)
    }
}

impl Service for AppSync {
    fn facts(&self) -> Facts {
        Facts {
            name: "appsync",
            signing_name: "appsync",
            endpoint_prefix: "appsync",
            target_prefix: "",
            protocol: Protocol::RestJson,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        OPERATIONS.names()
    }

    fn rate(&self, operation: &str) -> Option<Rate> {
        OPERATIONS.rate(operation)
    }

    fn public_http(&self) -> Option<&dyn PublicHttp> {
        Some(self)
    }

    fn request_bytes_max(&self) -> usize {
        REQUEST_BYTES_MAX
    }

    /// The service has no `ValidationException`: what breaks its model is a bad request.
    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        let reply = OPERATIONS.call(self, ctx, operation, body);
        Box::pin(async move {
            reply.await.map_err(|error| match &*error.code {
                "ValidationException" | "SerializationException" => {
                    aws::Error { code: "BadRequestException".into(), ..error }
                }
                _ => error,
            })
        })
    }
}

service::operations! {
    /// Everything that the room answers.
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_Operations.html>
    static OPERATIONS: AppSync {
        "AssociateApi" => ops::domain_names::associate_api,
        "AssociateMergedGraphqlApi" => ops::merged_apis::associate_merged_graphql_api,
        "AssociateSourceGraphqlApi" => ops::merged_apis::associate_source_graphql_api,
        "CreateApi" => ops::event_apis::create_api,
        "CreateApiCache" => ops::api_caches::create_api_cache,
        "CreateApiKey" => ops::api_keys::create_api_key,
        "CreateChannelNamespace" => ops::channel_namespaces::create_channel_namespace,
        "CreateDataSource" => ops::data_sources::create_data_source,
        "CreateDomainName" => ops::domain_names::create_domain_name,
        "CreateFunction" => ops::functions::create_function,
        "CreateGraphqlApi" => ops::graphql_apis::create_graphql_api,
        "CreateResolver" => ops::resolvers::create_resolver,
        "CreateType" => ops::types::create_type,
        "DeleteApi" => ops::event_apis::delete_api,
        "DeleteApiCache" => ops::api_caches::delete_api_cache,
        "DeleteApiKey" => ops::api_keys::delete_api_key,
        "DeleteChannelNamespace" => ops::channel_namespaces::delete_channel_namespace,
        "DeleteDataSource" => ops::data_sources::delete_data_source,
        "DeleteDomainName" => ops::domain_names::delete_domain_name,
        "DeleteFunction" => ops::functions::delete_function,
        "DeleteGraphqlApi" => ops::graphql_apis::delete_graphql_api,
        "DeleteResolver" => ops::resolvers::delete_resolver,
        "DeleteType" => ops::types::delete_type,
        "DisassociateApi" => ops::domain_names::disassociate_api,
        "DisassociateMergedGraphqlApi" => ops::merged_apis::disassociate_merged_graphql_api,
        "DisassociateSourceGraphqlApi" => ops::merged_apis::disassociate_source_graphql_api,
        "EvaluateCode" => ops::evaluations::evaluate_code,
        "EvaluateMappingTemplate" => ops::evaluations::evaluate_mapping_template,
        "FlushApiCache" => ops::api_caches::flush_api_cache,
        "GetApi" => ops::event_apis::get_api,
        "GetApiAssociation" => ops::domain_names::get_api_association,
        "GetApiCache" => ops::api_caches::get_api_cache,
        "GetChannelNamespace" => ops::channel_namespaces::get_channel_namespace,
        "GetDataSource" => ops::data_sources::get_data_source,
        "GetDataSourceIntrospection" => ops::introspections::get_data_source_introspection,
        "GetDomainName" => ops::domain_names::get_domain_name,
        "GetFunction" => ops::functions::get_function,
        "GetGraphqlApi" => ops::graphql_apis::get_graphql_api,
        "GetGraphqlApiEnvironmentVariables" => ops::environment_variables::get_graphql_api_environment_variables,
        "GetIntrospectionSchema" => ops::schemas::get_introspection_schema,
        "GetResolver" => ops::resolvers::get_resolver,
        "GetSchemaCreationStatus" => ops::schemas::get_schema_creation_status,
        "GetSourceApiAssociation" => ops::merged_apis::get_source_api_association,
        "GetType" => ops::types::get_type,
        "ListApiKeys" => ops::api_keys::list_api_keys,
        "ListApis" => ops::event_apis::list_apis,
        "ListChannelNamespaces" => ops::channel_namespaces::list_channel_namespaces,
        "ListDataSources" => ops::data_sources::list_data_sources,
        "ListDomainNames" => ops::domain_names::list_domain_names,
        "ListFunctions" => ops::functions::list_functions,
        "ListGraphqlApis" => ops::graphql_apis::list_graphql_apis,
        "ListResolvers" => ops::resolvers::list_resolvers,
        "ListResolversByFunction" => ops::resolvers::list_resolvers_by_function,
        "ListSourceApiAssociations" => ops::merged_apis::list_source_api_associations,
        "ListTagsForResource" => ops::tags::list_tags_for_resource,
        "ListTypes" => ops::types::list_types,
        "ListTypesByAssociation" => ops::merged_apis::list_types_by_association,
        "PutGraphqlApiEnvironmentVariables" => ops::environment_variables::put_graphql_api_environment_variables,
        "StartDataSourceIntrospection" => ops::introspections::start_data_source_introspection,
        "StartSchemaCreation" => ops::schemas::start_schema_creation,
        "StartSchemaMerge" => ops::merged_apis::start_schema_merge,
        "TagResource" => ops::tags::tag_resource,
        "UntagResource" => ops::tags::untag_resource,
        "UpdateApi" => ops::event_apis::update_api,
        "UpdateApiCache" => ops::api_caches::update_api_cache,
        "UpdateApiKey" => ops::api_keys::update_api_key,
        "UpdateChannelNamespace" => ops::channel_namespaces::update_channel_namespace,
        "UpdateDataSource" => ops::data_sources::update_data_source,
        "UpdateDomainName" => ops::domain_names::update_domain_name,
        "UpdateFunction" => ops::functions::update_function,
        "UpdateGraphqlApi" => ops::graphql_apis::update_graphql_api,
        "UpdateResolver" => ops::resolvers::update_resolver,
        "UpdateSourceApiAssociation" => ops::merged_apis::update_source_api_association,
        "UpdateType" => ops::types::update_type,
    }
}
