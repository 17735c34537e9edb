//! The process of an environment, with everything it starts: one group, which ends as one.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, setrlimit};
use tokio::process::{Child, Command};

/// What a process may map beyond its memory size, which is what it may *use*: interpreters map much that they
/// never touch, and what is used is watched ([`Process::memory_bytes`]).
const MAPPED_BEYOND: u64 = 1 << 30;
/// Open files, as on AWS.
const OPEN_FILES_MAX: u64 = 1_024;

/// A running process. It and its group are killed when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    group: Option<Pid>,
}

impl Process {
    /// Starts `command` in a group of its own, writing to `output`.
    pub(super) fn start(
        mut command: Command,
        output: OwnedFd,
        memory_bytes: u64,
    ) -> io::Result<Self> {
        command.stdin(Stdio::null());
        command.stdout(output.try_clone()?).stderr(output);
        command.process_group(0).kill_on_drop(true);
        limit(&mut command, memory_bytes.saturating_add(MAPPED_BEYOND));
        let child = command.spawn()?;
        let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        Ok(Process { child, group })
    }

    /// Waits until the process has ended; says how, in the words AWS puts into `Runtime.ExitError`.
    pub(super) async fn exited(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => describe(status),
            Err(error) => {
                tracing::error!(%error, "failed to wait for a function's process");
                "Runtime exited without providing a reason".to_owned()
            }
        }
    }

    /// Ends the process and all that it started.
    pub(super) fn kill(&self) {
        if let Some(group) = self.group {
            // Nobody is left to be killed when it has ended by itself.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    /// The memory that the process and its descendants use, where the system tells.
    pub(super) fn memory_bytes(&self) -> u64 {
        self.child.id().map_or(0, used_by)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(0), _) => "Runtime exited without providing a reason".to_owned(),
        (Some(code), _) => format!("Runtime exited with error: exit status {code}"),
        (None, Some(signal)) => format!("Runtime exited with error: signal: {}", name_of(signal)),
        (None, None) => "Runtime exited without providing a reason".to_owned(),
    }
}

/// The name of a signal as Go, in which AWS's supervisor is written, prints it.
fn name_of(signal: i32) -> String {
    let name = match Signal::from_named_raw(signal) {
        Some(Signal::ABORT) => "aborted",
        Some(Signal::BUS) => "bus error",
        Some(Signal::FPE) => "floating point exception",
        Some(Signal::HUP) => "hangup",
        Some(Signal::ILL) => "illegal instruction",
        Some(Signal::INT) => "interrupt",
        Some(Signal::KILL) => "killed",
        Some(Signal::SEGV) => "segmentation fault",
        Some(Signal::TERM) => "terminated",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

/// Sets, in the new process, what it may have, and that it ends with the thread that started it: with the house,
/// however that ends.
#[expect(
    unsafe_code,
    reason = "between fork and exec only system calls are made, none of which allocates"
)]
fn limit(command: &mut Command, mapped_bytes: u64) {
    let set = move || {
        let bound = |most| Rlimit { current: Some(most), maximum: Some(most) };
        #[cfg(target_os = "linux")]
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        setrlimit(Resource::Data, bound(mapped_bytes))?;
        setrlimit(Resource::Core, bound(0))?;
        // A lower limit of the house's own stays.
        let _ = setrlimit(Resource::Nofile, bound(OPEN_FILES_MAX));
        Ok(())
    };
    // SAFETY: the closure makes system calls through rustix, without allocating, locking or touching shared state.
    unsafe { command.pre_exec(set) };
}

#[cfg(target_os = "linux")]
fn used_by(process: u32) -> u64 {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/{process}/{name}"));
    let pages = read("statm").ok().and_then(|text| text.split(' ').nth(1)?.parse::<u64>().ok());
    let own = pages.unwrap_or(0) * rustix::param::page_size() as u64;
    let children = read(&format!("task/{process}/children")).unwrap_or_default();
    let children = children.split_ascii_whitespace().filter_map(|child| child.parse().ok());
    own + children.map(used_by).sum::<u64>()
}

#[cfg(not(target_os = "linux"))]
fn used_by(_: u32) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_described_as_on_aws() {
        let of = |raw| describe(ExitStatus::from_raw(raw));
        assert_eq!(of(0), "Runtime exited without providing a reason");
        assert_eq!(of(3 << 8), "Runtime exited with error: exit status 3");
        assert_eq!(of(9), "Runtime exited with error: signal: killed");
        assert_eq!(of(11), "Runtime exited with error: signal: segmentation fault");
    }
}
