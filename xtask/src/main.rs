//! Our automation, in Rust: `cargo xtask run | test | tidy | bench | fuzz | tables`.
//!
//! Each command has a file of its name. Nothing here ends up in the product.
#![expect(clippy::print_stdout, reason = "this program talks to whoever runs it")]

mod shell;
mod tables;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Automation of the Freehold repository")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Distill the public AWS service models into the tables of `asl`.
    Tables(tables::Arguments),
}

fn main() -> Result<()> {
    let root = root()?;
    match CommandLine::parse().command {
        Command::Tables(arguments) => tables::run(&root, &arguments),
    }
}

/// The workspace this program was built from.
fn root() -> Result<PathBuf> {
    let parent =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workspace")?;
    Ok(parent.to_path_buf())
}
