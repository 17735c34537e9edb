//! Connections to databases: opened when they are needed, shared by requests one after the other.
//!
//! What a statement has changed in its session (settings, temporary tables, locks, an open transaction) is undone before
//! another client gets the connection.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{CancelToken, Client, Config, NoTls, Socket};

use crate::cluster::Cluster;
use crate::errors::Error;
use crate::limits::Limits;
use crate::tls::Tls;

/// What makes a session as new. `DISCARD ALL` would take the driver's prepared statements with it.
const RESET: &str = "ROLLBACK; CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; \
                     SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES";

/// How long that may take.
const RESET_TIME: Duration = Duration::from_secs(5);

/// The connections that nobody uses, and how many may be used.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<Place, Arc<Pool>>>);

/// Cluster, secret and database.
type Place = (String, String, String);

struct Pool {
    config: Config,
    tls: Option<Tls>,
    /// Of connections in use: who has one takes an idle connection, and opens another only if there is none.
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    client: Client,
    since: Timestamp,
}

/// A connection in use. It is closed unless it is [released](Session::release).
pub(crate) struct Session {
    pub(crate) client: Client,
    pool: Arc<Pool>,
    permit: OwnedSemaphorePermit,
}

/// Stops the statement of a connection.
pub(crate) struct Cancellation {
    token: CancelToken,
    tls: Option<Tls>,
}

impl Cancellation {
    /// Tells the database. One that doesn't hear of it is left to itself, with its connection.
    pub(crate) async fn send(self) {
        let _ = match self.tls {
            Some(tls) => self.token.cancel_query(tls).await,
            None => self.token.cancel_query(NoTls).await,
        };
    }
}

impl Sessions {
    /// A connection to that database of a cluster.
    pub(crate) async fn open(
        &self,
        cluster: &Cluster,
        database: Option<&str>,
        limits: &Limits,
    ) -> Result<Session, Error> {
        let pool = self.pool(cluster, database, limits);
        let opened = tokio::time::timeout(limits.connect, async {
            let permit = Arc::clone(&pool.permits).acquire_owned().await;
            let permit = permit.expect("the semaphore is never closed");
            let client = match pool.take_idle() {
                Some(client) => client,
                None => connect(&pool.config, pool.tls.clone()).await?,
            };
            Ok(Session { client, pool, permit })
        });
        opened.await.unwrap_or_else(|_| Err(Error::no_connection_within(limits.connect)))
    }

    /// Closes the connections that nobody has used since then.
    pub(crate) fn close_idle(&self, since: Timestamp) {
        for pool in lock(&self.0).values() {
            lock(&pool.idle).retain(|idle| since <= idle.since && !idle.client.is_closed());
        }
    }

    fn pool(&self, cluster: &Cluster, database: Option<&str>, limits: &Limits) -> Arc<Pool> {
        let name = database.unwrap_or_else(|| cluster.connection.database());
        let place = (cluster.resource_arn.clone(), cluster.secret_arn.clone(), name.to_owned());
        let mut pools = lock(&self.0);
        // Names of databases come from clients: what nobody uses isn't kept for ever.
        pools.retain(|known, pool| {
            *known == place || 1 < Arc::strong_count(pool) || !lock(&pool.idle).is_empty()
        });
        let made = pools.entry(place).or_insert_with(|| {
            Arc::new(Pool {
                config: cluster.connection.to(database),
                tls: cluster.connection.tls(),
                permits: Arc::new(Semaphore::new(limits.connections_max)),
                idle: Mutex::default(),
            })
        });
        Arc::clone(made)
    }
}

impl Pool {
    fn take_idle(&self) -> Option<Client> {
        let mut idle = lock(&self.idle);
        std::iter::from_fn(|| idle.pop()).map(|it| it.client).find(|client| !client.is_closed())
    }
}

impl Session {
    /// How to stop what the connection does.
    pub(crate) fn cancellation(&self) -> Cancellation {
        Cancellation { token: self.client.cancel_token(), tls: self.pool.tls.clone() }
    }

    /// Gives the connection to whoever comes next, once its session is as new.
    pub(crate) fn release(self, now: Timestamp) {
        tokio::spawn(async move {
            let Session { client, pool, permit } = self;
            // One that a COPY has left waiting for data never answers.
            let reset = tokio::time::timeout(RESET_TIME, client.batch_execute(RESET)).await;
            if matches!(reset, Ok(Ok(()))) {
                lock(&pool.idle).push(Idle { client, since: now });
            }
            drop(permit);
        });
    }
}

async fn connect(config: &Config, tls: Option<Tls>) -> Result<Client, Error> {
    match tls {
        Some(tls) => connect_by(config, tls).await,
        None => connect_by(config, NoTls).await,
    }
}

async fn connect_by<T>(config: &Config, tls: T) -> Result<Client, Error>
where
    T: MakeTlsConnect<Socket, Stream: Send + 'static>,
{
    let connected = config.connect(tls).await;
    let (client, connection) = connected.map_err(|error| Error::of_connecting(&error))?;
    tokio::spawn(async move {
        // Who waits for an answer hears of it as well.
        if let Err(error) = connection.await {
            tracing::debug!(error = &error as &dyn std::error::Error, "a connection to a database");
        }
    });
    Ok(client)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
