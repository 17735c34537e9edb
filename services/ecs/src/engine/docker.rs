//! Containers as containers of Docker, or of what speaks its API.
//!
//! They outlive the house. Each is known by its labels, so that a house that was started anew follows it on: at most one
//! container is ever made for one of a task.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use bollard::errors::Error;
use bollard::models::{ContainerCreateBody, ContainerStateStatusEnum, HostConfig};
use bollard::query_parameters::{
    CreateContainerOptions, CreateImageOptions, ListContainersOptions, LogsOptions,
    RemoveContainerOptions, StopContainerOptions, WaitContainerOptions,
};
use bollard::{API_DEFAULT_VERSION, Docker as Client};
use futures_util::StreamExt as _;
use tokio::sync::{OnceCell, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::logging::Log;
use super::{Exit, Launch, Started, Wish, Workshop, environment, stopping};
use crate::model::Task;

/// The longest that an answer may take: stopping a container takes as long as its timeout.
const TIMEOUT_SECONDS: u64 = 300;
/// How long an engine that doesn't answer is let alone.
const PAUSE: Duration = Duration::from_secs(2);
/// How long the end of a container waits for the end of its output.
const LAST_OUTPUT: Duration = Duration::from_secs(5);
const MEBIBYTE: i64 = 1024 * 1024;
const TASK: &str = "freehold.task";
const CONTAINER: &str = "freehold.container";
/// By which containers find the machine that they run on.
const HOST: &str = "host.docker.internal";
const OUT_OF_MEMORY: &str = "OutOfMemoryError: Container killed due to memory usage";

pub(crate) struct Docker {
    workshop: Workshop,
    socket: String,
    network: String,
    client: OnceCell<Client>,
}

impl Docker {
    pub(super) fn new(workshop: Workshop, socket: &Path, network: String) -> Self {
        let socket = socket.to_string_lossy().into_owned();
        Docker { workshop, socket, network, client: OnceCell::new() }
    }

    pub(super) fn workshop(&self) -> &Workshop {
        &self.workshop
    }

    async fn client(&self) -> Result<&Client, Error> {
        let connect = || async {
            let client =
                Client::connect_with_unix(&self.socket, TIMEOUT_SECONDS, API_DEFAULT_VERSION)?;
            client.negotiate_version().await
        };
        self.client.get_or_try_init(connect).await
    }

    /// The containers of a task, whether they run or not: by their names, their ids. Waits for an engine that doesn't
    /// answer: what it has isn't known.
    pub(super) async fn left(&self, task_arn: &str) -> BTreeMap<String, String> {
        loop {
            match self.of_task(task_arn).await {
                Ok(containers) => return containers,
                Err(error) => {
                    tracing::warn!(task = task_arn, %error, "the container engine doesn't answer");
                    pause().await;
                }
            }
        }
    }

    async fn of_task(&self, task_arn: &str) -> Result<BTreeMap<String, String>, Error> {
        let filters = HashMap::from([("label".to_owned(), vec![format!("{TASK}={task_arn}")])]);
        let options =
            ListContainersOptions { all: true, filters: Some(filters), ..Default::default() };
        let containers = self.client().await?.list_containers(Some(options)).await?;
        let named = containers
            .into_iter()
            .filter_map(|it| Some((it.labels?.get(CONTAINER)?.clone(), it.id?)));
        Ok(named.collect())
    }

    /// Removes the containers of a stopped task.
    pub(super) async fn forget(&self, task: &Task) {
        let arn = task.key().arn();
        let removed = async {
            let client = self.client().await?;
            for id in self.of_task(&arn).await?.values() {
                let options = RemoveContainerOptions { force: true, ..Default::default() };
                client.remove_container(id, Some(options)).await?;
            }
            Ok::<(), Error>(())
        };
        if let Err(error) = removed.await {
            tracing::warn!(task = arn, %error, "containers of a stopped task are left");
        }
    }

    pub(super) async fn run(
        &self,
        launch: Launch,
        mut wishes: watch::Receiver<Wish>,
        started: Started,
    ) -> Exit {
        let (id, log) = match self.begin(&launch).await {
            Ok(begun) => begun,
            Err(reason) => return Exit::NeverStarted { reason },
        };
        started.say(id.clone()).await;
        let written = self.write(&launch, &id, log).await;
        let exit = self.follow(&launch, &id, &mut wishes).await;
        if let Some(written) = written
            && timeout(LAST_OUTPUT, written).await.is_err()
        {
            tracing::warn!(task = launch.task_arn, "the last output of a container is late");
        }
        exit
    }

    /// Starts a container, or goes on with the one that there is; where that fails, the text says why.
    async fn begin(&self, launch: &Launch) -> Result<(String, Log), String> {
        let log = Log::open(launch, &self.workshop).await?;
        let id = match &launch.left {
            Some(id) => {
                self.take_up(id).await?;
                id.clone()
            }
            None => self.make(launch).await?,
        };
        Ok((id, log))
    }

    /// Makes a container and starts it.
    async fn make(&self, launch: &Launch) -> Result<String, String> {
        let cannot = |what: &'static str| {
            move |error: Error| format!("{what}: Error response from daemon: {}", said(&error))
        };
        let client = self.client().await.map_err(cannot("CannotCreateContainerError"))?;
        let body = self.body(launch).await?;
        let name = format!("freehold-{}-{}", launch.task_id, launch.container.name);
        let options = || CreateContainerOptions { name: Some(name.clone()), ..Default::default() };
        let created = match client.create_container(Some(options()), body.clone()).await {
            Err(Error::DockerResponseServerError { status_code: 404, .. }) => {
                self.pull(client, &launch.container.image)
                    .await
                    .map_err(cannot("CannotPullContainerError"))?;
                client.create_container(Some(options()), body).await
            }
            created => created,
        };
        let id = created.map_err(cannot("CannotCreateContainerError"))?.id;
        client.start_container(&id, None).await.map_err(cannot("CannotStartContainerError"))?;
        Ok(id)
    }

    /// Goes on with a container that a house before this one has made, and may not have started.
    async fn take_up(&self, id: &str) -> Result<(), String> {
        let taken_up = async {
            let client = self.client().await?;
            let state = client.inspect_container(id, None).await?.state;
            match state.and_then(|state| state.status) {
                Some(ContainerStateStatusEnum::CREATED) => client.start_container(id, None).await,
                Some(_) | None => Ok(()),
            }
        };
        let why = |error: Error| {
            format!("CannotStartContainerError: Error response from daemon: {}", said(&error))
        };
        taken_up.await.map_err(why)
    }

    async fn body(&self, launch: &Launch) -> Result<ContainerCreateBody, String> {
        let container = &launch.container;
        let is_host = self.network == "host";
        let endpoint = self.workshop.endpoint.get().map(|url| match is_host {
            true => url.clone(),
            false => url.replace("127.0.0.1", HOST),
        });
        let variables = environment::of(launch, &self.workshop, endpoint).await?;
        let words = |words: &[String]| (!words.is_empty()).then(|| words.to_vec());
        let mebibytes = |mebibytes: i32| i64::from(mebibytes) * MEBIBYTE;
        Ok(ContainerCreateBody {
            image: Some(container.image.clone()),
            entrypoint: words(&container.entry_point),
            cmd: words(&container.command),
            env: Some(variables.iter().map(|(name, value)| format!("{name}={value}")).collect()),
            working_dir: container.working_directory.clone(),
            user: container.user.clone(),
            labels: Some(HashMap::from([
                (TASK.to_owned(), launch.task_arn.clone()),
                (CONTAINER.to_owned(), container.name.clone()),
            ])),
            host_config: Some(HostConfig {
                network_mode: Some(self.network.clone()),
                extra_hosts: (!is_host).then(|| vec![format!("{HOST}:host-gateway")]),
                memory: launch.memory.map(mebibytes),
                memory_reservation: container.memory_reservation.map(mebibytes),
                cpu_shares: container.cpu.filter(|cpu| 0 < *cpu).map(i64::from),
                ..Default::default()
            }),
            ..Default::default()
        })
    }

    async fn pull(&self, client: &Client, image: &str) -> Result<(), Error> {
        // Without a tag the engine would pull all there are.
        let last = image.rsplit('/').next().unwrap_or(image);
        let tag = (!last.contains([':', '@'])).then(|| "latest".to_owned());
        let options =
            CreateImageOptions { from_image: Some(image.to_owned()), tag, ..Default::default() };
        let mut pulled = pin!(client.create_image(Some(options), None, None));
        while let Some(step) = pulled.next().await {
            step?;
        }
        Ok(())
    }

    /// Hands on what the container writes, from where the log of a house before this one has ended.
    async fn write(&self, launch: &Launch, id: &str, mut log: Log) -> Option<JoinHandle<()>> {
        let client = self.client().await.inspect_err(|error| {
            tracing::warn!(task = launch.task_arn, %error, "the output of a container can't be read");
        });
        let client = client.ok()?.clone();
        let last = match launch.left {
            Some(_) => log.last(launch, &self.workshop).await,
            None => None,
        };
        let seconds = last.map(|last| last.as_millis() / 1000);
        let options = LogsOptions {
            follow: true,
            stdout: true,
            stderr: true,
            timestamps: true,
            since: seconds.and_then(|seconds| i32::try_from(seconds).ok()).unwrap_or(0),
            ..Default::default()
        };
        let id = id.to_owned();
        Some(tokio::spawn(async move {
            let mut output = pin!(client.logs(&id, Some(options)));
            while let Some(Ok(piece)) = output.next().await {
                log.take_stamped(&piece.into_bytes(), last).await;
            }
            log.end().await;
        }))
    }

    /// Waits until the container has ended.
    async fn follow(&self, launch: &Launch, id: &str, wishes: &mut watch::Receiver<Wish>) -> Exit {
        let mut ended = pin!(self.ended(id));
        tokio::select! {
            exit = &mut ended => return exit,
            () = stopping(wishes) => {}
        }
        let patience = i32::try_from(launch.container.stop_timeout_seconds).ok();
        let options = StopContainerOptions { t: patience, ..Default::default() };
        let stop = async {
            let stopped = match self.client().await {
                Ok(client) => client.stop_container(id, Some(options)).await,
                Err(error) => Err(error),
            };
            if let Err(error) = stopped {
                tracing::warn!(id, %error, "failed to stop a container");
            }
            std::future::pending::<Exit>().await
        };
        tokio::select! {
            exit = &mut ended => exit,
            exit = stop => exit,
        }
    }

    async fn ended(&self, id: &str) -> Exit {
        loop {
            match self.exit(id).await {
                Ok(exit) => return exit,
                Err(Error::DockerResponseServerError { status_code: 404, .. }) => {
                    return Exit::Lost;
                }
                Err(error) => {
                    tracing::warn!(id, %error, "the container engine doesn't answer");
                    pause().await;
                }
            }
        }
    }

    /// Waits for the end of a container once.
    async fn exit(&self, id: &str) -> Result<Exit, Error> {
        let client = self.client().await?;
        let mut waited = pin!(client.wait_container(id, None::<WaitContainerOptions>));
        match waited.next().await {
            // The code of a container that has failed is an error to the client.
            None | Some(Ok(_) | Err(Error::DockerContainerWaitError { .. })) => {}
            Some(Err(error)) => return Err(error),
        }
        let state = client.inspect_container(id, None).await?.state.unwrap_or_default();
        let is_out_of_memory = state.oom_killed == Some(true);
        Ok(Exit::Ended {
            code: state.exit_code.and_then(|code| i32::try_from(code).ok()),
            reason: is_out_of_memory.then(|| OUT_OF_MEMORY.to_owned()),
        })
    }
}

fn said(error: &Error) -> String {
    match error {
        Error::DockerResponseServerError { message, .. } => message.clone(),
        other => other.to_string(),
    }
}

#[expect(clippy::disallowed_methods, reason = "when to ask an engine again that didn't answer")]
async fn pause() {
    tokio::time::sleep(PAUSE).await;
}
