//! Running other programs: echoing nothing, failing with the command that failed.

use std::ffi::OsStr;
use std::fmt::Write;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Runs a program to its end with our own standard streams; anything but success is an error.
pub(crate) fn run<S: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = S>,
) -> Result<()> {
    let mut command = Command::new(program);
    command.args(arguments);
    check(&mut command)
}

pub(crate) fn check(command: &mut Command) -> Result<()> {
    let line = line(command);
    let status = command.status().with_context(|| format!("starting `{line}`"))?;
    if !status.success() {
        bail!("`{line}` ended with {status}");
    }
    Ok(())
}

/// The command as one would type it, for messages.
pub(crate) fn line(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        let _ = write!(line, " {}", argument.to_string_lossy());
    }
    line
}
