//! The Lambda room: functions, their versions and aliases, and their running as processes of this machine.
//!
//! A function is a process on AWS's own Runtime API: Python and Node.js through bootstraps of ours, `provided`
//! runtimes through their own. Processes are kept warm, limited, logged, and killed when they hang.
//!
//! It isn't a sandbox, and it runs no container images.
//!
//! # How to read it
//! - The table below: each operation and the one file in `ops` that answers it: check, act, reply.
//! - `wire`: what they take and give. `errors`: everything that is refused, in AWS's words.
//! - `model` and `tables`: what is kept, and how. `code`: the zip files beside the store.
//! - `fleet`: which process gets a request. `environment`: the life of one process.
//! - `events`: the queue of asynchronous events. `mappings`: what polls queues for functions. `urls`: function URLs.

mod actor;
mod arn;
mod attempts;
mod code;
mod describe;
mod destinations;
mod environment;
mod errors;
mod events;
mod fleet;
mod invocation;
mod layers;
mod limits;
mod mappings;
mod model;
mod ops;
mod paging;
mod settings;
mod tables;
mod tags;
mod urls;
mod visit;
mod wire;

pub use limits::Limits;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use aws::Protocol;
use bytes::Bytes;
use service::{Bus, Ctx, Facts, House, PublicHttp, Rate, Reply, ResourcePolicy, Service};
use store::Store;
use tokio::sync::Notify;

use code::Folders;
use fleet::Fleet;
use tables::Tables;
use visit::Visit;

/// AWS's own bound of CreateFunction.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const REQUEST_BYTES_MAX: usize = 70_167_211;

/// The room.
pub struct Lambda(Arc<Room>);

/// What the room is made with.
pub struct Options {
    /// Where functions and events are kept.
    pub store: Arc<dyn Store>,
    /// The house.
    pub house: Arc<House>,
    /// The way to other rooms: logs, queues, topics, buckets, tokens.
    pub bus: Bus,
    /// The bounds.
    pub limits: Limits,
    /// The room's folder: zip files, and what is unpacked from them.
    pub data: PathBuf,
    /// Where interpreters are looked for, written as the variable `PATH` is. Functions get it as theirs.
    pub search_path: OsString,
    /// Whether code may be a folder of this machine. It lets whoever may create functions run what lies in any folder.
    pub allows_local_folders: bool,
}

/// Why the room can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store can't be read.
    #[error("read the functions")]
    Store(#[from] store::Error),
    /// The room's folder can't be used.
    #[error("prepare the folder {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// What all requests share.
struct Room {
    store: Arc<dyn Store>,
    house: Arc<House>,
    bus: Bus,
    limits: Limits,
    folders: Folders,
    fleet: Fleet,
    allows_local_folders: bool,
    /// Rings when an event has become durable.
    events: Notify,
    /// Rings when a mapping has changed.
    mappings: Notify,
}

impl Lambda {
    /// Opens the room, and sweeps code that no function has any more. Nothing runs before [`Lambda::work`] does.
    pub async fn open(options: Options) -> Result<Self, OpenError> {
        let Options { store, house, bus, limits, data, search_path, allows_local_folders } =
            options;
        let trouble = |source| OpenError::Folder { path: data.clone(), source };
        let folders = Folders::open(&data).map_err(trouble)?;
        let code = Tables(&*store).all_code().await?;
        folders.sweep(code.iter()).map_err(trouble)?;
        let fleet = Fleet::new(
            Arc::clone(&house),
            bus.clone(),
            limits.clone(),
            folders.clone(),
            search_path,
        );
        Ok(Lambda(Arc::new(Room {
            store,
            house,
            bus,
            limits,
            folders,
            fleet,
            allows_local_folders,
            events: Notify::new(),
            mappings: Notify::new(),
        })))
    }

    /// Says where the house answers: SDKs inside functions are told by `AWS_ENDPOINT_URL`. It can be said once.
    pub fn set_endpoint(&self, url: String) {
        let first = self.0.fleet.workshop().endpoint.set(url);
        assert!(first.is_ok(), "the house answers at one place");
    }

    /// Runs functions, asynchronous events and pollers. To be run once, on a thread that lives as long as the house:
    /// all processes end with it.
    pub fn work(&self) -> impl Future<Output = ()> + Send + use<> {
        let room = Arc::clone(&self.0);
        async move {
            tokio::join!(
                room.fleet.clone().work(),
                events::work(Arc::clone(&room)),
                mappings::work(Arc::clone(&room)),
                attempts::work(Arc::clone(&room)),
            );
        }
    }

    fn enter(&self, request: Ctx) -> Visit<'_> {
        Visit::new(&self.0, request)
    }
}

impl Service for Lambda {
    fn facts(&self) -> Facts {
        Facts {
            name: "lambda",
            signing_name: "lambda",
            endpoint_prefix: "lambda",
            target_prefix: "AWSLambda",
            protocol: Protocol::RestJson,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        OPERATIONS.names()
    }

    fn rate(&self, operation: &str) -> Option<Rate> {
        OPERATIONS.rate(operation)
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        OPERATIONS.call(self, ctx, operation, body)
    }

    /// A zip file of 50 MB in base64, with what stands around it.
    fn request_bytes_max(&self) -> usize {
        REQUEST_BYTES_MAX
    }

    fn answers_again(&self, operation: &str) -> bool {
        operation == "Invoke"
    }

    fn public_http(&self) -> Option<&dyn PublicHttp> {
        Some(self)
    }

    fn resource_policy<'a>(&'a self, ctx: &'a Ctx, resource_arn: &'a str) -> ResourcePolicy<'a> {
        Box::pin(async move { Ok(ops::policy_of(&self.enter(ctx.clone()), resource_arn).await?) })
    }
}

service::operations! {
    /// The operations. Others answer `UnknownOperationException`.
    /// <https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html>
    static OPERATIONS: Lambda {
        "AddLayerVersionPermission" => ops::add_layer_version_permission,
        "AddPermission" => ops::add_permission,
        "CreateAlias" => ops::create_alias,
        "CreateEventSourceMapping" => ops::create_event_source_mapping,
        "CreateFunction" => ops::create_function,
        "CreateFunctionUrlConfig" => ops::create_function_url_config,
        "DeleteAlias" => ops::delete_alias,
        "DeleteEventSourceMapping" => ops::delete_event_source_mapping,
        "DeleteFunction" => ops::delete_function,
        "DeleteFunctionConcurrency" => ops::delete_function_concurrency,
        "DeleteFunctionEventInvokeConfig" => ops::delete_function_event_invoke_config,
        "DeleteFunctionUrlConfig" => ops::delete_function_url_config,
        "DeleteLayerVersion" => ops::delete_layer_version,
        "GetAccountSettings" => ops::get_account_settings,
        "GetAlias" => ops::get_alias,
        "GetEventSourceMapping" => ops::get_event_source_mapping,
        "GetFunction" => ops::get_function,
        "GetFunctionCodeSigningConfig" => ops::get_function_code_signing_config,
        "GetFunctionConcurrency" => ops::get_function_concurrency,
        "GetFunctionConfiguration" => ops::get_function_configuration,
        "GetFunctionEventInvokeConfig" => ops::get_function_event_invoke_config,
        "GetFunctionUrlConfig" => ops::get_function_url_config,
        "GetLayerVersion" => ops::get_layer_version,
        "GetLayerVersionByArn" => ops::get_layer_version_by_arn,
        "GetLayerVersionPolicy" => ops::get_layer_version_policy,
        "GetPolicy" => ops::get_policy,
        "Invoke" => ops::invoke,
        "ListAliases" => ops::list_aliases,
        "ListEventSourceMappings" => ops::list_event_source_mappings,
        "ListFunctionEventInvokeConfigs" => ops::list_function_event_invoke_configs,
        "ListFunctionUrlConfigs" => ops::list_function_url_configs,
        "ListFunctions" => ops::list_functions,
        "ListLayerVersions" => ops::list_layer_versions,
        "ListLayers" => ops::list_layers,
        "ListTags" => ops::list_tags,
        "ListVersionsByFunction" => ops::list_versions_by_function,
        "PublishLayerVersion" => ops::publish_layer_version,
        "PublishVersion" => ops::publish_version,
        "PutFunctionConcurrency" => ops::put_function_concurrency,
        "PutFunctionEventInvokeConfig" => ops::put_function_event_invoke_config,
        "RemoveLayerVersionPermission" => ops::remove_layer_version_permission,
        "RemovePermission" => ops::remove_permission,
        "TagResource" => ops::tag_resource,
        "UntagResource" => ops::untag_resource,
        "UpdateAlias" => ops::update_alias,
        "UpdateEventSourceMapping" => ops::update_event_source_mapping,
        "UpdateFunctionCode" => ops::update_function_code,
        "UpdateFunctionConfiguration" => ops::update_function_configuration,
        "UpdateFunctionEventInvokeConfig" => ops::update_function_event_invoke_config,
        "UpdateFunctionUrlConfig" => ops::update_function_url_config,
    }
}
