//! How a function's process is started: its program, folder and variables.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use service::House;
use tokio::process::Command;
use tokio::task::spawn_blocking;
use workload::{Assumption, credentials};

use super::{Family, Plan, Unstarted, error_payload};
use crate::errors::Error;
use crate::fleet::Workshop;

/// Where AWS shows a function its layers.
const OPT: &str = "/opt";
/// Who a role must trust to be a function's.
pub(crate) const PRINCIPAL: &str = "lambda.amazonaws.com";

/// Where the output of an environment is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogNames {
    pub(super) group: String,
    pub(super) stream: String,
}

impl LogNames {
    /// The group of the function, and a stream of this environment's own.
    pub(super) fn new(plan: &Plan, house: &House) -> Self {
        let name = &plan.function.name;
        let group = plan.settings.log_group.clone();
        let today = house.now().to_string();
        let day = today.split('T').next().unwrap_or_default().replace('-', "/");
        let id = house.uuid().replace('-', "");
        LogNames {
            group: group.unwrap_or_else(|| format!("/aws/lambda/{name}")),
            stream: format!("{day}/[{}]{id}", plan.version),
        }
    }
}

/// The command for an environment whose Runtime API is at `api`.
pub(super) async fn prepare(
    plan: &Arc<Plan>,
    workshop: &Arc<Workshop>,
    names: &LogNames,
    api: SocketAddr,
) -> Result<Command, Unstarted> {
    let (shared, planned) = (Arc::clone(workshop), Arc::clone(plan));
    let looked = spawn_blocking(move || find(&planned, &shared)).await;
    let Found { mut command, root, layers } = looked
        .unwrap_or_else(|error| {
            Err(error_payload("Runtime.InvalidEntrypoint", &format!("Error: {error}")))
        })
        .map_err(Unstarted::Function)?;
    let settings = &plan.settings;
    if Family::of(&plan.settings.runtime) == Some(Family::Python) {
        command.args(&layers);
    }
    command.current_dir(&root).env_clear();
    command.envs(search_paths(&root, layers.as_deref(), workshop.interpreters.search_path()));
    if let Some(url) = workshop.endpoint.get() {
        // SDKs inside the function find the house by it.
        command.env("AWS_ENDPOINT_URL", url);
    }
    command.envs([("LANG", "en_US.UTF-8"), ("TZ", ":UTC"), ("PYTHONUNBUFFERED", "1")]);
    command.envs(&settings.environment);
    let region = plan.function.scope.as_str().rsplit(':').nth(1).unwrap_or_default();
    command.envs([
        ("_HANDLER", settings.handler.as_str()),
        ("AWS_REGION", region),
        ("AWS_DEFAULT_REGION", region),
        ("AWS_EXECUTION_ENV", &format!("AWS_Lambda_{}", settings.runtime)),
        ("AWS_LAMBDA_FUNCTION_NAME", &plan.function.name),
        ("AWS_LAMBDA_FUNCTION_VERSION", &plan.version),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &settings.memory_mb.to_string()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &names.group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", &names.stream),
        ("AWS_LAMBDA_RUNTIME_API", &api.to_string()),
    ]);
    command.env("LAMBDA_TASK_ROOT", &root).env("LAMBDA_RUNTIME_DIR", workshop.folders.bootstraps());
    let (house, bus) = (&workshop.house, &workshop.bus);
    let assumption = Assumption {
        role: &settings.role,
        principal: PRINCIPAL,
        session: "lambda",
        source_arn: &plan.function.to_string(),
    };
    let assumed = credentials(&assumption, house, bus).await;
    command.envs(assumed.map_err(|error| {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(function = %plan.function, role = settings.role, error, "no role to assume");
        Unstarted::Refused(Error::RoleRefused)
    })?);
    Ok(command)
}

struct Found {
    command: Command,
    root: PathBuf,
    layers: Option<PathBuf>,
}

/// Where programs and libraries are looked for. What lies under `/opt` on AWS lies under `layers`.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html>
fn search_paths(
    root: &Path,
    layers: Option<&Path>,
    programs: &OsStr,
) -> [(&'static str, OsString); 3] {
    let below = |folder: &Path, name: &str| folder.join(name).into_os_string();
    let joined = |paths: Vec<OsString>| paths.join(OsStr::new(":"));
    let opt = |names: &[&str]| -> Vec<OsString> {
        layers.iter().flat_map(|opt| names.iter().map(|name| below(opt, name))).collect()
    };
    let (mut bin, mut lib, mut modules) =
        (opt(&["bin"]), opt(&["lib"]), opt(&["nodejs/node_modules"]));
    bin.push(programs.to_owned());
    lib.splice(..0, [root.as_os_str().to_owned(), below(root, "lib")]);
    modules.push(below(root, "node_modules"));
    [("PATH", joined(bin)), ("LD_LIBRARY_PATH", joined(lib)), ("NODE_PATH", joined(modules))]
}

/// The program that runs the function, and the folder of its files. Blocks.
fn find(plan: &Plan, workshop: &Workshop) -> Result<Found, Bytes> {
    let settings = &plan.settings;
    let unusable = |error: Error| {
        tracing::error!(function = %plan.function, error = &error as &dyn std::error::Error, "no code");
        error_payload("Runtime.InvalidEntrypoint", &format!("Error: {error}"))
    };
    let root = workshop.folders.task_root(&settings.code, &workshop.limits).map_err(unusable)?;
    let layers =
        workshop.folders.layers_root(&settings.layers, &workshop.limits).map_err(unusable)?;
    let no_program = || {
        let message = format!("Error: this machine has no program for {}", settings.runtime);
        error_payload("Runtime.InvalidEntrypoint", &message)
    };
    let family = Family::of(&settings.runtime).ok_or_else(no_program)?;
    let interpreter = || workshop.interpreters.find(&settings.runtime, family);
    let mut command = match family {
        Family::Provided => {
            let places = [Some(&root), layers.as_ref()].into_iter().flatten();
            let bootstrap =
                places.map(|place| place.join("bootstrap")).find(|it| is_executable(it));
            let missing = || {
                let message =
                    "Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]";
                error_payload("Runtime.InvalidEntrypoint", message)
            };
            Command::new(bootstrap.ok_or_else(missing)?)
        }
        Family::Python => {
            let mut command = Command::new(interpreter().ok_or_else(no_program)?);
            command.arg(workshop.folders.bootstrap("bootstrap.py"));
            command
        }
        Family::Node => {
            let mut command = Command::new(interpreter().ok_or_else(no_program)?);
            command.arg(format!("--max-old-space-size={}", settings.memory_mb));
            command.arg(workshop.folders.bootstrap("bootstrap.mjs"));
            command
        }
    };
    let layers = layers.map(|folder| shown(&mut command, folder, workshop));
    Ok(Found { command, root, layers })
}

/// Where a function sees its layers: at `/opt`, if this system allows that and the program that runs the function
/// doesn't lie there itself.
fn shown(command: &mut Command, folder: PathBuf, workshop: &Workshop) -> PathBuf {
    let program = Path::new(command.as_std().get_program()).canonicalize();
    let hides_program = program.is_ok_and(|program| program.starts_with(OPT));
    let at = Path::new(OPT);
    let is_shown = !hides_program
        && *workshop.shows_layers.get_or_init(|| workload::can_show(at))
        && workload::show(command.as_std_mut(), &folder, at).is_ok();
    if is_shown { at.into() } else { folder }
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let data = std::fs::metadata(path);
    data.is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}
