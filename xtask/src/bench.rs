//! `cargo xtask bench`: runs every package below `bench/` and collects what they print in docs/perf.md.
//!
//! Such a package is a program that prints a section in Markdown; it finds the release build of the
//! server under `FREEHOLD_BIN`, and gets the arguments after `--`.

use std::fmt::Write;
use std::fs;

use anyhow::{Result, ensure};

use crate::shell;
use crate::workspace::{Profile, Workspace};

const REPORT: &str = "docs/perf.md";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these packages, and leave docs/perf.md as it is.
    names: Vec<String>,
    /// Passed on to each of them.
    #[arg(last = true)]
    passed_on: Vec<String>,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let ours = workspace.packages.iter().filter(|(_, package)| package.folder.starts_with("bench"));
    let wanted = |name: &String| arguments.names.is_empty() || arguments.names.contains(name);
    let packages: Vec<&String> = ours.map(|(name, _)| name).filter(|name| wanted(name)).collect();
    ensure!(!packages.is_empty(), "there is nothing of that name below bench/");
    let server = workspace.build(Profile::Release)?;
    let mut report = format!(
        "# Performance\n\nMeasured by `cargo xtask bench` at commit {} on {}.\n",
        workspace.commit()?,
        machine()?
    );
    for package in packages {
        let mut cargo = shell::cargo(["run", "--release", "--package", package.as_str(), "--"]);
        cargo.args(&arguments.passed_on).current_dir(&workspace.root).env("FREEHOLD_BIN", &server);
        let section = String::from_utf8(shell::output(&mut cargo)?)?;
        println!("{section}");
        write!(report, "\n{}\n", section.trim())?;
    }
    if arguments.names.is_empty() {
        fs::write(workspace.root.join(REPORT), report)?;
        println!("wrote {REPORT}");
    }
    Ok(())
}

/// What the numbers were measured on.
fn machine() -> Result<String> {
    let processors = std::thread::available_parallelism()?;
    let model = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = model.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("a processor", |(_, model)| model);
    Ok(format!("{processors} × {model}, {}", std::env::consts::OS))
}
