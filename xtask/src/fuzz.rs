//! `cargo xtask fuzz`: longer fuzzing than the seed corpus that the tests run.

use std::fs;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::shell;
use crate::workspace::Workspace;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A target in fuzz/fuzz_targets; each in turn if none is given.
    target: Option<String>,
    /// How long, for each target.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let mut probe = shell::cargo(["fuzz", "--version"]);
    ensure!(
        probe.output().is_ok_and(|output| output.status.success()),
        "fuzzing needs cargo-fuzz and a nightly toolchain: \
         cargo install cargo-fuzz, rustup toolchain install nightly"
    );
    let mut targets = Vec::new();
    for entry in fs::read_dir(workspace.root.join("fuzz/fuzz_targets"))? {
        let path = entry?.path();
        targets.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    targets.sort();
    if let Some(wanted) = &arguments.target {
        ensure!(targets.contains(wanted), "there are the targets {}", targets.join(", "));
        targets = vec![wanted.clone()];
    }
    let limit = format!("-max_total_time={}", arguments.seconds);
    for target in targets {
        println!("── {target}");
        // What is found goes into the first folder; the seeds stay as they are.
        let found = workspace.root.join("fuzz/corpus").join(&target);
        fs::create_dir_all(&found)?;
        let mut fuzz = Command::new("rustup");
        fuzz.args(["run", "nightly", "cargo", "fuzz", "run", &target]);
        fuzz.args([&found, &workspace.root.join("fuzz/targets/seeds").join(&target)]);
        fuzz.args(["--", &limit, "-timeout=5", "-rss_limit_mb=1024"]);
        shell::check(fuzz.current_dir(&workspace.root))?;
    }
    Ok(())
}
