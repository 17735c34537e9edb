//! What runs containers: Docker, or this machine itself.
//!
//! Both run one container from its start to its end as one future, which is told meanwhile what to do ([`Wish`]).

mod docker;
mod environment;
mod logging;
mod process;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use service::{Bus, House};
use tokio::sync::{mpsc, watch};

use crate::model::{Container, Task};
use docker::Docker;
use process::Processes;

/// How containers are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EngineOptions {
    /// As processes of this machine: the image isn't looked at, the command is.
    Process {
        /// Where programs are looked for, written as the variable `PATH` is. Containers get it as theirs.
        search_path: OsString,
    },
    /// By Docker, or what speaks its API.
    Docker {
        /// The socket of its API.
        socket: PathBuf,
        /// The network that containers are in: `host`, `bridge`, or the name of one.
        network: String,
    },
}

/// What every engine needs.
pub(crate) struct Workshop {
    pub(crate) house: Arc<House>,
    pub(crate) bus: Bus,
    /// Where the house answers, for SDKs inside containers.
    pub(crate) endpoint: OnceLock<String>,
}

pub(crate) enum Engine {
    Process(Processes),
    Docker(Docker),
}

/// What a container shall do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Run,
    Stop,
}

/// How a container has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Ended {
        code: Option<i32>,
        reason: Option<String>,
    },
    NeverStarted {
        reason: String,
    },
    /// It isn't there any more, and how it ended isn't known.
    Lost,
}

/// One container that is to be run.
#[derive(Clone, Debug)]
pub(crate) struct Launch {
    pub(crate) task_arn: String,
    pub(crate) task_id: String,
    pub(crate) container: Container,
    pub(crate) role: Option<String>,
    /// What fetches its secrets.
    pub(crate) execution_role: Option<String>,
    /// Mebibytes that it may use.
    pub(crate) memory: Option<i32>,
    pub(crate) launch_type: String,
    /// The account whose logs it writes.
    pub(crate) account: String,
    /// What the engine calls it, if it is there already.
    pub(crate) left: Option<String>,
}

/// Tells a driver that a container of its has started.
pub(crate) struct Started {
    pub(crate) place: usize,
    pub(crate) starts: mpsc::Sender<(usize, String)>,
}

/// Waits until the container shall stop.
async fn stopping(wishes: &mut watch::Receiver<Wish>) {
    // The reference to the wish must not be held while this waits.
    let is_wanted = wishes.wait_for(|wish| *wish == Wish::Stop).await.map(drop).is_ok();
    if !is_wanted {
        // Its driver has gone: this future goes with it.
        std::future::pending().await
    }
}

impl Started {
    /// Says what the container is called by what runs it.
    async fn say(self, runtime_id: String) {
        // A driver that has gone needs to know no more.
        let _ = self.starts.send((self.place, runtime_id)).await;
    }
}

impl Engine {
    pub(crate) fn open(
        options: EngineOptions,
        workshop: Workshop,
        data: PathBuf,
    ) -> std::io::Result<Self> {
        Ok(match options {
            EngineOptions::Process { search_path } => {
                Engine::Process(Processes::open(workshop, search_path, data)?)
            }
            EngineOptions::Docker { socket, network } => {
                Engine::Docker(Docker::new(workshop, &socket, network))
            }
        })
    }

    pub(crate) fn workshop(&self) -> &Workshop {
        match self {
            Engine::Process(processes) => processes.workshop(),
            Engine::Docker(docker) => docker.workshop(),
        }
    }

    /// Whether containers go on when the house ends.
    pub(crate) fn outlives_the_house(&self) -> bool {
        match self {
            Engine::Process(_) => false,
            Engine::Docker(_) => true,
        }
    }

    /// The containers of a task that are there: by their names, what the engine calls them.
    pub(crate) async fn left(&self, task_arn: &str) -> BTreeMap<String, String> {
        match self {
            Engine::Process(processes) => {
                processes.end_what_is_left(task_arn).await;
                BTreeMap::new()
            }
            Engine::Docker(docker) => docker.left(task_arn).await,
        }
    }

    /// Runs a container to its end; says what it is called once it has started.
    pub(crate) async fn run(
        &self,
        launch: Launch,
        wishes: watch::Receiver<Wish>,
        started: Started,
    ) -> Exit {
        match self {
            Engine::Process(processes) => processes.run(launch, wishes, started).await,
            Engine::Docker(docker) => docker.run(launch, wishes, started).await,
        }
    }

    /// Removes what a stopped task has left behind.
    pub(crate) async fn forget(&self, task: &Task) {
        match self {
            Engine::Process(processes) => processes.forget(&task.id).await,
            Engine::Docker(docker) => docker.forget(task).await,
        }
    }
}
