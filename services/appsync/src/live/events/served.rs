//! An Event API as it is served, until anything about it changes.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use crate::auth::{self, Door, Way};
use crate::errors::Error;
use crate::model::Api;
use crate::served::Servable;
use crate::tables::{Part as _, Tables, read_api};
use crate::wire::{AuthMode, AuthenticationType, ChannelNamespace, DataSource, EventConfig};

/// An Event API.
pub(crate) struct ServedEvents {
    row: Bytes,
    pub(crate) api: Api,
    ways: Vec<Way>,
    connect: Vec<AuthenticationType>,
    pub(super) namespaces: HashMap<String, Namespace>,
    pub(super) sources: HashMap<String, Arc<DataSource>>,
}

/// A namespace, and who may do what in it.
pub(super) struct Namespace {
    pub(super) config: ChannelNamespace,
    pub(super) publish: Vec<AuthenticationType>,
    pub(super) subscribe: Vec<AuthenticationType>,
}

impl Servable for ServedEvents {
    async fn load(tables: &Tables<'_>, row: Bytes) -> Result<Self, Error> {
        let api = read_api(&row)?;
        let id = api.id().to_owned();
        let not_events = || Error::ApiNotFound(id.clone());
        let config = &api.as_events().ok_or_else(not_events)?.event_config;
        let namespaces = tables.all_parts::<ChannelNamespace>(&id).await?;
        let namespace = |it: ChannelNamespace| (it.name.clone(), Namespace::new(it, config));
        let sources = tables.all_parts::<DataSource>(&id).await?;
        Ok(ServedEvents {
            row,
            ways: auth::ways_of_events(config),
            connect: modes(&config.connection_auth_modes),
            namespaces: namespaces.into_iter().map(namespace).collect(),
            sources: sources.into_iter().map(|it| (it.name(), Arc::new(it))).collect(),
            api,
        })
    }

    fn row(&self) -> &Bytes {
        &self.row
    }
}

impl ServedEvents {
    /// The ways in.
    pub(super) fn door(&self) -> Door<'_> {
        Door { api: &self.api, ways: &self.ways }
    }

    /// The ways in by which one may connect.
    pub(super) fn connect_modes(&self) -> &[AuthenticationType] {
        &self.connect
    }
}

impl Namespace {
    fn new(config: ChannelNamespace, api: &EventConfig) -> Self {
        let own_or = |own: &Option<Vec<AuthMode>>, default: &[AuthMode]| {
            modes(own.as_deref().filter(|own| !own.is_empty()).unwrap_or(default))
        };
        Namespace {
            publish: own_or(&config.publish_auth_modes, &api.default_publish_auth_modes),
            subscribe: own_or(&config.subscribe_auth_modes, &api.default_subscribe_auth_modes),
            config,
        }
    }
}

fn modes(modes: &[AuthMode]) -> Vec<AuthenticationType> {
    modes.iter().map(|mode| mode.auth_type).collect()
}
