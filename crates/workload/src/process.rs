use std::io;
use std::os::fd::OwnedFd;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, setrlimit};
use tokio::process::{Child, Command};

/// What a process may have; a bound that is absent is the house's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The memory that it may *map*: interpreters map much that they never touch. What is used is to be watched
    /// ([`Process::memory_bytes`]).
    pub mapped_bytes: Option<u64>,
    /// Files that are open at once.
    pub open_files: Option<u64>,
}

/// A running program with everything it starts. Its group is killed when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    group: Option<Pid>,
}

impl Process {
    /// Starts `command` in a group of its own, writing to `output`. On Linux it also ends with the thread that starts it.
    pub fn start(mut command: Command, output: OwnedFd, bounds: Bounds) -> io::Result<Self> {
        command.stdin(Stdio::null());
        command.stdout(output.try_clone()?).stderr(output);
        command.process_group(0).kill_on_drop(true);
        limit(&mut command, bounds);
        let child = command.spawn()?;
        let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        Ok(Process { child, group })
    }

    /// The number that the system knows it by, until it has ended.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until the process has ended.
    pub async fn exited(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Asks the process and all that it started to end.
    pub fn terminate(&self) {
        self.signal(Signal::TERM);
    }

    /// Ends the process and all that it started.
    pub fn kill(&self) {
        self.signal(Signal::KILL);
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // Nobody is left to be told when it has ended by itself.
            let _ = kill_process_group(group, signal);
        }
    }

    /// The memory that the process and its descendants use, where the system tells.
    pub fn memory_bytes(&self) -> u64 {
        self.child.id().map_or(0, used_by)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Sets, in the new process, what it may have, and that it ends with the thread that started it: with the house,
/// however that ends.
#[expect(
    unsafe_code,
    reason = "between fork and exec only system calls are made, none of which allocates"
)]
fn limit(command: &mut Command, bounds: Bounds) {
    let set = move || {
        let bound = |most| Rlimit { current: Some(most), maximum: Some(most) };
        #[cfg(target_os = "linux")]
        rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
        if let Some(bytes) = bounds.mapped_bytes {
            setrlimit(Resource::Data, bound(bytes))?;
        }
        setrlimit(Resource::Core, bound(0))?;
        if let Some(files) = bounds.open_files {
            // A lower limit of the house's own stays.
            let _ = setrlimit(Resource::Nofile, bound(files));
        }
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
    use std::io::Read as _;
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    fn start(script: &str) -> (Process, io::PipeReader) {
        let (reader, writer) = io::pipe().unwrap();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        (Process::start(command, writer.into(), Bounds::default()).unwrap(), reader)
    }

    #[tokio::test]
    async fn what_a_program_started_ends_with_it() {
        let (process, mut output) = start("sleep 1000 & echo started; wait");
        let mut line = [0; 8];
        output.read_exact(&mut line).unwrap();
        drop(process);
        // The pipe ends when the last that could write to it has ended.
        assert_eq!(output.read(&mut line).unwrap(), 0);
    }

    #[tokio::test]
    async fn a_program_is_asked_to_end() {
        let (mut process, mut output) =
            start("trap 'exit 3' TERM; echo ready; while :; do :; done");
        let mut line = [0; 6];
        output.read_exact(&mut line).unwrap();
        process.terminate();
        assert_eq!(process.exited().await.unwrap().code(), Some(3));
        let (mut stubborn, _output) = start("sleep 1000");
        stubborn.kill();
        assert_eq!(stubborn.exited().await.unwrap().signal(), Some(9));
    }
}
