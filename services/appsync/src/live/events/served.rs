//! An Event API as it is served, until anything about it changes.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;

use resolver::Failure;
use resolver_js::Module;

use crate::Room;
use crate::auth::{self, Door, Way};
use crate::errors::Error;
use crate::handler::{self, Modules};
use crate::model::Api;
use crate::served::Servable;
use crate::tables::{Part as _, read_api};
use crate::wire::{AuthMode, AuthenticationType, ChannelNamespace, DataSource, EventConfig};

/// An Event API.
pub(crate) struct ServedEvents {
    row: Bytes,
    pub(crate) api: Api,
    ways: Vec<Way>,
    connect: Vec<AuthenticationType>,
    pub(super) namespaces: HashMap<String, Namespace>,
    pub(super) sources: HashMap<String, Arc<DataSource>>,
    modules: Modules,
}

/// A namespace, and who may do what in it.
pub(super) struct Namespace {
    pub(super) config: ChannelNamespace,
    /// Its code, if it has any that can be run.
    pub(super) module: Option<Result<Module, Failure>>,
    pub(super) publish: Vec<AuthenticationType>,
    pub(super) subscribe: Vec<AuthenticationType>,
}

impl Servable for ServedEvents {
    async fn load(room: &Room, row: Bytes, known: Option<&Self>) -> Result<Self, Error> {
        let tables = &room.tables();
        let api = read_api(&row)?;
        let id = api.id().to_owned();
        let not_events = || Error::ApiNotFound(id.clone());
        let config = &api.as_events().ok_or_else(not_events)?.event_config;
        let namespaces = tables.all_parts::<ChannelNamespace>(&id).await?;
        let codes = namespaces.iter().filter_map(|it| it.code_handlers.as_deref()).collect();
        let modules = handler::compile(codes, known.map(|it| &it.modules), &room.runtime).await;
        let namespace = |it: ChannelNamespace| {
            let module = it.code_handlers.as_ref().and_then(|code| modules.get(code).cloned());
            (it.name.clone(), Namespace::new(it, module, config))
        };
        let sources = tables.all_parts::<DataSource>(&id).await?;
        Ok(ServedEvents {
            row,
            ways: auth::ways_of_events(config),
            connect: modes(&config.connection_auth_modes),
            namespaces: namespaces.into_iter().map(namespace).collect(),
            sources: sources.into_iter().map(|it| (it.name(), Arc::new(it))).collect(),
            modules,
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
    fn new(
        config: ChannelNamespace,
        module: Option<Result<Module, Failure>>,
        api: &EventConfig,
    ) -> Self {
        let own_or = |own: &Option<Vec<AuthMode>>, default: &[AuthMode]| {
            modes(own.as_deref().filter(|own| !own.is_empty()).unwrap_or(default))
        };
        Namespace {
            publish: own_or(&config.publish_auth_modes, &api.default_publish_auth_modes),
            subscribe: own_or(&config.subscribe_auth_modes, &api.default_subscribe_auth_modes),
            config,
            module,
        }
    }
}

fn modes(modes: &[AuthMode]) -> Vec<AuthenticationType> {
    modes.iter().map(|mode| mode.auth_type).collect()
}
