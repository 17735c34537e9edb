//! The command line.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::assemble::Mode;
use crate::config::{Config, parse_address};
use crate::run;

/// Own your serverless backend instead of renting it.
#[derive(Debug, Parser)]
#[command(name = "freehold", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the house for one developer: on loopback only, with any credentials.
    Dev(Settings),
    /// Runs the house for others: signatures are verified against the access keys it stores.
    Serve(Settings),
}

#[derive(Debug, Args)]
struct Settings {
    /// Where to listen [default: 127.0.0.1:4566]; port 0 lets the system choose one
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = parse_address)]
    listen: Option<SocketAddr>,
    /// The folder of the store, made if it isn't there [default: freehold-data]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// A TOML file with account, region, listen, names, data, limits, iam, endpoints, containers, rds, issuers and tls
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// What to log to standard error, such as `debug` or `freehold=debug,warn`
    // What s3s calls errors are mistakes of clients, who are told.
    #[arg(long, value_name = "FILTER", env = "FREEHOLD_LOG", default_value = "warn,s3s=off")]
    log: EnvFilter,
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let (mode, settings) = match Cli::parse().command {
        Command::Dev(settings) => (Mode::Dev, settings),
        Command::Serve(settings) => (Mode::Serve, settings),
    };
    match serve(mode, settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

fn serve(mode: Mode, settings: Settings) -> anyhow::Result<()> {
    let config = configure(mode, &settings)?;
    // The subscriber would tell its own failures to standard error, and panic where that is closed.
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_env_filter(settings.log)
        .log_internal_errors(false)
        .init();
    run::run(&config, mode)
}

fn configure(mode: Mode, settings: &Settings) -> anyhow::Result<Config> {
    let mut config = match &settings.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    config.listen = settings.listen.unwrap_or(config.listen);
    if let Some(data) = &settings.data {
        config.data.clone_from(data);
    }
    let address = config.listen.ip();
    if mode == Mode::Dev && !address.is_loopback() {
        anyhow::bail!(
            "listen on {address}: `freehold dev` takes any credentials, so it listens on loopback addresses only. \
             `freehold serve` verifies credentials and listens anywhere"
        );
    }
    Ok(config)
}

/// Tells the user why the command failed, if there is anybody to read it.
fn report(error: &anyhow::Error) {
    let _ = writeln!(io::stderr(), "freehold: failed to {error:#}");
}
