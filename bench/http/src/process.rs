//! A server as a process of its own, and what it has used.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

pub(crate) struct Server {
    process: Child,
    pub(crate) address: String,
    data: TempDir,
    /// It may say more than where it listens.
    _output: BufReader<ChildStdout>,
}

impl Server {
    pub(crate) fn echo() -> Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        command.arg("echo");
        Server::start(command, tempfile::tempdir()?)
    }

    pub(crate) fn freehold() -> Result<Self> {
        let data = tempfile::tempdir()?;
        let binary = env::var_os("FREEHOLD_BIN").context("FREEHOLD_BIN names no server")?;
        let mut command = Command::new(binary);
        command.args(["dev", "--listen", "127.0.0.1:0", "--data"]).arg(data.path());
        Server::start(command, data)
    }

    /// A script for Node.js that says where it listens.
    pub(crate) fn node(script: &Path) -> Result<Self> {
        let mut command = Command::new("node");
        command.arg(script).env("NODE_ENV", "production");
        Server::start(command, tempfile::tempdir()?)
    }

    fn start(mut command: Command, data: TempDir) -> Result<Self> {
        let mut process = command.stdout(Stdio::piped()).spawn()?;
        let output = process.stdout.take().context("the server's output is piped")?;
        let mut output = BufReader::new(output);
        let mut line = String::new();
        while output.read_line(&mut line)? != 0 {
            if let Some((_, rest)) = line.split_once("listening on http://") {
                let address = rest.split_whitespace().next().unwrap_or_default().to_owned();
                return Ok(Server { process, address, data, _output: output });
            }
            line.clear();
        }
        bail!("the server ended before it listened")
    }

    /// The certificate of the authority that a server of developers makes, in PEM.
    pub(crate) fn authority(&self) -> Result<Vec<u8>> {
        Ok(fs::read(self.data.path().join("certificate-authority.pem"))?)
    }

    /// Processor time used so far, in seconds, of all threads, in user and in kernel mode.
    pub(crate) fn processor_seconds(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let (_, rest) = stat.rsplit_once(')').context("/proc/…/stat has a name in parentheses")?;
        let ticks =
            |place: usize| rest.split_whitespace().nth(place).and_then(|n| n.parse::<f64>().ok());
        let used = ticks(11).zip(ticks(12)).context("/proc/…/stat has utime and stime")?;
        // Linux counts in USER_HZ, which is 100 on every platform it runs on here.
        Ok((used.0 + used.1) / 100.0)
    }

    /// A member of the system's account of its memory.
    pub(crate) fn memory_bytes(&self, member: &str) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(member)?.strip_prefix(':'));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kibibytes = kibibytes.with_context(|| format!("/proc/…/status has {member}"))?;
        let kibibytes: u64 = kibibytes.trim().parse()?;
        Ok(kibibytes * 1024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing is worth saving; a failure to kill shows as a process that is left over.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
