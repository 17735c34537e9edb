//! Containers as processes of this machine. Images aren't looked at: `entryPoint` and `command` are run, in a folder of
//! the task's own.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe;
use tokio::process::Command;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use workload::{Bounds, Process};

use super::logging::Log;
use super::{Exit, Launch, Started, Wish, Workshop, environment, stopping};

const MEBIBYTE: u64 = 1024 * 1024;
/// How often the memory of a container is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// How long output is waited for that processes outside of the group keep open.
const LAST_OUTPUT: Duration = Duration::from_secs(1);
const CHUNK_BYTES: usize = 64 * 1024;
/// What a shell, and Docker, add to the number of the signal that has ended a program.
const BY_SIGNAL: i32 = 128;
const OUT_OF_MEMORY: &str = "OutOfMemoryError: Container killed due to memory usage";

pub(crate) struct Processes {
    workshop: Workshop,
    search_path: OsString,
    /// The folders of tasks.
    folder: PathBuf,
}

/// Why the house has killed a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Killed {
    No,
    OutOfMemory,
}

impl Processes {
    /// Whatever a house before this one has left in the folders of tasks is removed.
    pub(super) fn open(
        workshop: Workshop,
        search_path: OsString,
        folder: PathBuf,
    ) -> io::Result<Self> {
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_) | Ok(()) => {}
        }
        Ok(Processes { workshop, search_path, folder })
    }

    pub(super) fn workshop(&self) -> &Workshop {
        &self.workshop
    }

    pub(super) async fn run(
        &self,
        launch: Launch,
        mut wishes: watch::Receiver<Wish>,
        started: Started,
    ) -> Exit {
        let cannot_start = |reason: String| Exit::NeverStarted { reason };
        let command = match self.command(&launch).await {
            Ok(command) => command,
            Err(reason) => return cannot_start(reason),
        };
        let log = match Log::open(&launch, &self.workshop).await {
            Ok(log) => log,
            Err(reason) => return cannot_start(reason),
        };
        let program = command.as_std().get_program().to_string_lossy().into_owned();
        let (mut process, output) = match start(command) {
            Ok(running) => running,
            Err(error) => {
                return cannot_start(format!(
                    "CannotStartContainerError: exec: \"{program}\": {error}"
                ));
            }
        };
        started.say(process.id().map(|id| id.to_string()).unwrap_or_default()).await;
        let written = tokio::spawn(write(output, log));
        let (status, killed) = follow(&mut process, &launch, &mut wishes).await;
        // What it started ends with it, as with the first process of a container.
        process.kill();
        let late = timeout(LAST_OUTPUT, written).await;
        if late.is_err() {
            tracing::warn!(task = launch.task_arn, "output of a container is kept open by others");
        }
        ended(status, killed)
    }

    /// The program of a container; where there is none, the text says why.
    async fn command(&self, launch: &Launch) -> Result<Command, String> {
        let container = &launch.container;
        let mut words = container.entry_point.iter().chain(&container.command);
        let Some(program) = words.next() else {
            return Err(format!(
                "CannotStartContainerError: the container {} has neither entryPoint nor command: images aren't \
                 looked at where containers are processes of the house's machine",
                container.name
            ));
        };
        let endpoint = self.workshop.endpoint.get().cloned();
        let variables = environment::of(launch, &self.workshop, endpoint).await?;
        let folder = self.folder.join(&launch.task_id);
        let made = tokio::fs::create_dir_all(&folder).await;
        made.map_err(|error| format!("CannotCreateContainerError: {}: {error}", folder.display()))?;
        let mut command = Command::new(program);
        command.args(words).env_clear().env("PATH", &self.search_path).envs(variables);
        command.current_dir(container.working_directory.as_deref().map_or(folder, PathBuf::from));
        Ok(command)
    }

    /// Removes the folder of a task.
    pub(super) async fn forget(&self, task_id: &str) {
        match tokio::fs::remove_dir_all(self.folder.join(task_id)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(task_id, %error, "failed to remove the folder of a task");
            }
            Err(_) | Ok(()) => {}
        }
    }

    /// Ends processes of a task whose house was killed: the system ends the first one of each container, and not what
    /// that one has started.
    pub(super) async fn end_what_is_left(&self, task_arn: &str) {
        let mark = format!("{}={task_arn}", environment::TASK_ARN);
        if let Err(error) = spawn_blocking(move || end_marked(mark.as_bytes())).await {
            tracing::error!(%error, "look for processes of a task");
        }
    }
}

fn start(command: Command) -> io::Result<(Process, pipe::Receiver)> {
    let (reader, writer) = io::pipe()?;
    let output = pipe::Receiver::from_owned_fd(reader.into())?;
    Ok((Process::start(command, writer.into(), Bounds::default())?, output))
}

/// Hands on the output of a container until there is no more.
async fn write(mut output: pipe::Receiver, mut log: Log) {
    let mut chunk = vec![0; CHUNK_BYTES];
    while let Ok(bytes @ 1..) = output.read(&mut chunk).await {
        log.take(&chunk[..bytes]).await;
    }
    log.end().await;
}

/// Waits until the process has ended: by itself, because it shall, or because it uses too much memory.
async fn follow(
    process: &mut Process,
    launch: &Launch,
    wishes: &mut watch::Receiver<Wish>,
) -> (io::Result<ExitStatus>, Killed) {
    let memory = launch.memory.and_then(|mebibytes| u64::try_from(mebibytes).ok());
    let memory = memory.map(|mebibytes| mebibytes * MEBIBYTE);
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut kill_at: Option<Instant> = None;
    let mut killed = Killed::No;
    loop {
        tokio::select! {
            biased;
            status = process.exited() => return (status, killed),
            () = stopping(wishes), if kill_at.is_none() => {
                process.terminate();
                let patience = Duration::from_secs(launch.container.stop_timeout_seconds);
                kill_at = Some(Instant::now() + patience);
            }
            _ = looks.tick() => {
                if memory.is_some_and(|most| most < process.memory_bytes()) {
                    killed = Killed::OutOfMemory;
                    process.kill();
                }
                if kill_at.is_some_and(|at| at <= Instant::now()) {
                    process.kill();
                }
            }
        }
    }
}

fn ended(status: io::Result<ExitStatus>, killed: Killed) -> Exit {
    match status {
        Ok(status) => Exit::Ended {
            code: status.code().or_else(|| Some(BY_SIGNAL + status.signal()?)),
            reason: (killed == Killed::OutOfMemory).then(|| OUT_OF_MEMORY.to_owned()),
        },
        Err(error) => {
            tracing::error!(%error, "wait for a container's process");
            Exit::Lost
        }
    }
}

/// Kills the processes in whose environment that stands, where the system tells environments.
fn end_marked(mark: &[u8]) {
    let Ok(processes) = std::fs::read_dir("/proc") else { return };
    let id_of =
        |entry: io::Result<std::fs::DirEntry>| entry.ok()?.file_name().to_str()?.parse().ok();
    for id in processes.filter_map(id_of) {
        let id: i32 = id;
        let environment = std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        if environment.split(|byte| *byte == 0).any(|variable| variable == mark)
            && let Some(id) = rustix::process::Pid::from_raw(id)
        {
            // It may have ended meanwhile.
            let _ = rustix::process::kill_process(id, rustix::process::Signal::KILL);
        }
    }
}
