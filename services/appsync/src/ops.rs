//! The operations, one file for each thing they are about: check, act, reply.

pub(crate) mod api_caches;
pub(crate) mod api_keys;
pub(crate) mod channel_namespaces;
pub(crate) mod data_sources;
pub(crate) mod domain_names;
pub(crate) mod environment_variables;
pub(crate) mod evaluations;
pub(crate) mod event_apis;
pub(crate) mod functions;
pub(crate) mod graphql_apis;
pub(crate) mod introspections;
pub(crate) mod merged_apis;
pub(crate) mod resolvers;
pub(crate) mod schemas;
pub(crate) mod tags;
pub(crate) mod types;
