//! Our automation, in Rust: `cargo xtask run | test | tidy | bench | fuzz | tables`.
//!
//! Each command has a file of its name. Nothing here ends up in the product.
#![expect(clippy::print_stdout, reason = "this program talks to whoever runs it")]

mod bench;
mod fuzz;
mod run;
mod shell;
mod tables;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Automation of the Freehold repository")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build everything, start the server with a sample workflow, and say what to do next.
    Run(run::Arguments),
    /// Set up all that the tests need and run every test.
    Test(test::Arguments),
    /// Check the rules of the house that compiler and clippy can't.
    Tidy,
    /// Measure, and write docs/perf.md.
    Bench(bench::Arguments),
    /// Fuzz one target, or each in turn.
    Fuzz(fuzz::Arguments),
    /// Distill the public AWS service models into the tables of `models`.
    Tables(tables::Arguments),
}

fn main() -> Result<ExitCode> {
    let workspace = Workspace::read()?;
    match CommandLine::parse().command {
        Command::Run(arguments) => run::run(&workspace, &arguments)?,
        Command::Test(arguments) => return test::run(&workspace, &arguments),
        Command::Tidy => return tidy::run(&workspace),
        Command::Bench(arguments) => bench::run(&workspace, &arguments)?,
        Command::Fuzz(arguments) => fuzz::run(&workspace, &arguments)?,
        Command::Tables(arguments) => tables::run(&workspace.root, &arguments)?,
    }
    Ok(ExitCode::SUCCESS)
}
