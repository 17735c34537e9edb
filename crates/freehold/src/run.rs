//! Opens a house, keeps it running, and closes it when the system asks.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use base::{Entropy, SystemClock};
use futures_util::future::join_all;
use iam::NewKey;
use store::Store;
use tokio::runtime::Builder;
use tokio::task::{JoinError, JoinSet};

use crate::assemble::{Mode, assemble};
use crate::config::Config;
use crate::listener::{Listener, Sharing, Timeouts};
use crate::tls::{self, Tls};

/// How long tasks that are under way may take to come back when the process ends.
const GRACE: Duration = Duration::from_secs(5);

/// Runs until SIGTERM or SIGINT.
pub(crate) fn run(config: &Config, mode: Mode) -> anyhow::Result<()> {
    lift_file_limit();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    // Bound first: a root key that was made but never shown would be lost.
    let listener = Listener::bind(config.listen, cores, Sharing::BEST)
        .with_context(|| format!("listen on {}", config.listen))?;
    let store: Arc<dyn Store> = Arc::new(
        store_local::open(&config.data, store_local::Options::default())
            .with_context(|| format!("open the store in {}", config.data.display()))?,
    );
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).context("draw randomness from the system")?;

    // Rooms do their work in the background here; requests are answered on the listener's own threads.
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let entropy = Entropy::from_seed(seed);
        let house = assemble(config, mode, store, Arc::new(SystemClock), entropy)
            .await
            .context("assemble the house")?;
        let stop = stop_signal()?;
        let address = listener.address();
        house.lambda.set_endpoint(local_url(address));
        house.ecs.set_endpoint(local_url(address));
        let tls = house.tls.as_ref().map(Tls::server).transpose().context("prepare TLS")?;
        let serving = listener.serve(&house.router, tls, Timeouts::default())?;
        let mut work =
            pin!(join_all((0..house.runner.shards()).map(|shard| house.runner.work(shard))));
        let mut rooms: JoinSet<()> = house.work.into_iter().collect();
        let authority = house.tls.as_ref().filter(|tls| tls.has_authority());
        let authority = authority.map(|_| config.data.join(tls::AUTHORITY_FILE));
        let root_key = house.root_key.as_ref();
        match greet(address, authority.as_deref(), root_key) {
            // Nobody is there to be greeted; but a root key that nobody has seen opens nothing, ever.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe && root_key.is_none() => {}
            greeted => greeted.context("write to standard output")?,
        }
        tokio::select! {
            _ = &mut work => anyhow::bail!("the work of the shards has ended by itself"),
            failure = failed(&mut rooms) => return Err(failure).context("the work of a room"),
            () = stop => {}
        }
        serving.stop().await;
        tokio::join!(house.runner.close(GRACE), work);
        Ok(())
    })
}

/// Waits for a room whose work comes to grief. A house whose timers or deliveries stand still without a word is worse than
/// one that ends, and goes on where it was when it is started again.
async fn failed(rooms: &mut JoinSet<()>) -> JoinError {
    loop {
        match rooms.join_next().await {
            Some(Ok(())) => {}
            Some(Err(failure)) => return failure,
            None => std::future::pending().await,
        }
    }
}

/// Each subscriber of an API has a file descriptor, and systems give a process far fewer at first than it may have.
#[cfg(unix)]
fn lift_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}

#[cfg(not(unix))]
fn lift_file_limit() {}

/// Where the house answers whoever is on this machine.
fn local_url(address: SocketAddr) -> String {
    match address.ip().is_unspecified() {
        true => format!("http://127.0.0.1:{}", address.port()),
        false => format!("http://{address}"),
    }
}

/// The first line is for scripts: it comes once requests are answered.
fn greet(
    address: SocketAddr,
    authority: Option<&Path>,
    root_key: Option<&NewKey>,
) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "listening on http://{address}")?;
    if let Some(authority) = authority {
        writeln!(out, "and on https://{address}, for clients that trust {}", authority.display())?;
    }
    if let Some(NewKey { access_key_id, secret_access_key }) = root_key {
        writeln!(out, "The root access key of this house, shown only now:")?;
        writeln!(out, "  AWS_ACCESS_KEY_ID={access_key_id}")?;
        writeln!(out, "  AWS_SECRET_ACCESS_KEY={secret_access_key}")?;
    }
    out.flush()
}

/// Waits for the system's wish that the process end. It is heard from the moment this returns.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_ends_is_no_failure_and_work_that_panics_is_one() {
        let mut rooms = JoinSet::new();
        rooms.spawn(async {});
        let soon = tokio::time::timeout(Duration::from_millis(20), failed(&mut rooms)).await;
        assert!(soon.is_err(), "nothing failed");
        rooms.spawn(async { panic!("a defect") });
        assert!(failed(&mut rooms).await.is_panic());
    }
}
