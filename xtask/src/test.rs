//! `cargo xtask test`: every test, the quick ones first.
//!
//! A step that fails doesn't stop the others; the last line says how many tests passed and failed.
//! `clients` sets up the real clients, `tally` reads how many tests a program ran.

mod clients;
mod tally;

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::workspace::{Profile, Workspace};
use crate::{shell, tidy};
use tally::Tally;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only what needs no server: format, rules, lints, unit and corpus tests.
    #[arg(long)]
    fast: bool,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<ExitCode> {
    let mut report = Report::new();
    report.step("format", || check(&mut shell::cargo(["fmt", "--all", "--check"])));
    report.step("rules of the house", || house_rules(workspace));
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    report.step("lints", || check(&mut shell::cargo(clippy)));
    let test = ["test", "--workspace", "--no-fail-fast", "--", "--show-output"];
    report.step("unit and corpus tests", || tests(&mut shell::cargo(test), tally::of_cargo));
    if !arguments.fast {
        with_clients(workspace, &mut report);
    }
    Ok(report.close())
}

/// Real clients against one debug build; each test starts its own server from it.
fn with_clients(workspace: &Workspace, report: &mut Report) {
    let mut binary = None;
    report.step("build", || {
        binary = Some(workspace.build(Profile::Debug)?);
        Ok(Outcome::check(true))
    });
    let Some(binary) = binary else { return };
    for client in clients::ALL {
        report.step(client.name, || match (client.set_up)(workspace)? {
            Some(mut command) => tests(command.env("FREEHOLD_BIN", &binary), client.tally),
            None => Ok(Outcome::note("there are no tests yet".to_owned())),
        });
    }
}

/// What a step brought.
#[derive(Default)]
struct Outcome {
    tally: Tally,
    notes: Vec<String>,
}

impl Outcome {
    /// Of a step that is one check.
    fn check(passed: bool) -> Self {
        let tally = Tally { passed: passed.into(), failed: (!passed).into() };
        Outcome { tally, notes: Vec::new() }
    }

    fn note(note: String) -> Self {
        Outcome { tally: Tally::default(), notes: vec![note] }
    }
}

fn check(command: &mut Command) -> Result<Outcome> {
    Ok(Outcome::check(command.status()?.success()))
}

fn house_rules(workspace: &Workspace) -> Result<Outcome> {
    let faults = tidy::faults(workspace)?;
    Ok(Outcome { notes: faults.clone(), ..Outcome::check(faults.is_empty()) })
}

/// Runs a program that runs tests. What it says is shown if it didn't end well.
fn tests(command: &mut Command, count: fn(&str) -> Tally) -> Result<Outcome> {
    let output = command.stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut tally = count(&text);
    if !output.status.success() {
        println!("{}", tally::trouble(&text));
        // One that didn't build, or broke off, counts as a failure, too.
        tally.failed = tally.failed.max(1);
    }
    Ok(Outcome { tally, notes: tally::notes(&text) })
}

struct Report {
    started: Instant,
    tally: Tally,
    failed_steps: Vec<&'static str>,
}

impl Report {
    fn new() -> Self {
        Report { started: now(), tally: Tally::default(), failed_steps: Vec::new() }
    }

    fn step(&mut self, name: &'static str, run: impl FnOnce() -> Result<Outcome>) {
        println!("── {name}");
        let started = now();
        let outcome = run().unwrap_or_else(|error| Outcome {
            notes: vec![format!("{error:#}")],
            ..Outcome::check(false)
        });
        for note in &outcome.notes {
            println!("   {note}");
        }
        let Tally { passed, failed } = outcome.tally;
        println!("   {passed} passed, {failed} failed in {}", spelled(now() - started));
        self.tally.passed += passed;
        self.tally.failed += failed;
        if 0 < failed {
            self.failed_steps.push(name);
        }
    }

    fn close(self) -> ExitCode {
        let Report { started, tally: Tally { passed, failed }, failed_steps } = self;
        println!();
        if !failed_steps.is_empty() {
            println!("Not well: {}.", failed_steps.join(", "));
        }
        println!("{passed} passed, {failed} failed in {}", spelled(now() - started));
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

#[expect(clippy::disallowed_methods, reason = "we stand at the edge and time what we run")]
fn now() -> Instant {
    Instant::now()
}

fn spelled(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}
