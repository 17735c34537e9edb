//! `cargo xtask run`: from a fresh clone to a running server with something in it.

mod sample;

use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::workspace::{Profile, Workspace};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:4566")]
    listen: SocketAddr,
    /// Where to keep what must survive.
    #[arg(long, default_value = "data", value_name = "FOLDER")]
    data: PathBuf,
}

pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    if TcpStream::connect(arguments.listen).is_ok() {
        bail!(
            "something listens on {} already; choose another place with --listen",
            arguments.listen
        );
    }
    let binary = workspace.build(Profile::Release)?;
    // Ctrl-C goes to the server too, and we stay until it has put everything away.
    signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::new(AtomicBool::new(false)))?;
    let data = workspace.root.join(&arguments.data);
    let mut server = Command::new(&binary)
        .args(["dev", "--listen", &arguments.listen.to_string(), "--data"])
        .arg(&data)
        .spawn()
        .with_context(|| format!("starting {}", binary.display()))?;
    let greeted = until_it_listens(&mut server, arguments.listen)
        .and_then(|()| sample::load(arguments.listen))
        .map(|machine| println!("{}", greeting(arguments, &machine)));
    if greeted.is_err() {
        server.kill().context("stopping the server")?;
    }
    let status = server.wait()?;
    greeted?;
    if !status.success() {
        bail!("the server ended with {status}");
    }
    Ok(())
}

fn until_it_listens(server: &mut Child, listen: SocketAddr) -> Result<()> {
    for _ in 0..300 {
        if TcpStream::connect(listen).is_ok() {
            return Ok(());
        }
        if let Some(status) = server.try_wait()? {
            bail!("the server ended with {status}");
        }
        sleep(Duration::from_millis(50));
    }
    bail!("the server doesn't listen on {listen}")
}

fn greeting(arguments: &Arguments, machine: &str) -> String {
    let Arguments { listen, data } = arguments;
    format!(
        r#"
Freehold listens on http://{listen} and keeps its data in {data}. Ctrl-C stops it.

Run the sample workflow, in another terminal:

  AWS_ACCESS_KEY_ID=dev AWS_SECRET_ACCESS_KEY=dev aws stepfunctions start-execution \
    --endpoint-url http://{listen} --region us-east-1 \
    --state-machine-arn {machine} \
    --input '{input}'

Then see its history with `aws stepfunctions get-execution-history`, the same options and
`--execution-arn` from the answer.
"#,
        data = data.display(),
        input = sample::INPUT,
    )
}
