//! The whole house on one screen: the store, the rooms, and what connects them.

use std::ffi::OsString;
use std::pin::Pin;
use std::sync::Arc;

use appsync::AppSync;
use aws::PageTokens;
use base::{Clock, Entropy};
use dynamodb::DynamoDb;
use ecs::{Ecs, EngineOptions};
use events::Events;
use iam::{Enforcement, Iam, NewKey};
use lambda::Lambda;
use logs::Logs;
use rds_data::RdsData;
use runner::Runner;
use s3::S3;
use service::{Bus, Caller, House, Registry, Service, Throttle};
use sns::Sns;
use sqs::Sqs;
use states::{ActivityIndex, States};
use store::{Batch, Store};

use crate::config::{Config, Docker, Enforce};
use crate::gate::Gate;
use crate::outside::Endpoints;
use crate::router::Router;
use crate::tables;
use crate::tls::Tls;

/// How the house treats strangers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For one developer's machine: any credentials.
    Dev,
    /// For others to use: signatures are verified.
    Serve,
}

/// A house with its rooms, ready to answer.
pub struct Assembled {
    pub router: Arc<Router>,
    /// The root key, if this is the first start of a house that verifies signatures.
    pub root_key: Option<NewKey>,
    /// What HTTPS is answered with, if it is.
    pub tls: Option<Arc<Tls>>,
    /// Drives executions.
    pub runner: Runner,
    /// Wants to know where the house answers.
    pub lambda: Arc<Lambda>,
    /// Wants to know it too.
    pub ecs: Arc<Ecs>,
    /// What the rooms do by themselves.
    pub work: Vec<Work>,
}

/// Something that goes on as long as the process.
pub type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Builds the house over a store that is open.
pub async fn assemble(
    config: &Config,
    mode: Mode,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    mut entropy: Entropy,
) -> anyhow::Result<Assembled> {
    let page_tokens = PageTokens::new(secret(&*store, "page_tokens", &mut entropy).await?);
    let house = Arc::new(House::new(
        &config.account,
        &config.region,
        Arc::clone(&clock),
        entropy.fork(),
        page_tokens,
    ));

    let bus = Bus::new();
    let parts = Parts { config, mode, store: &store, house: &house, bus: &bus };
    let Rooms { runner, lambda, ecs, iam, all, mut work } = parts.open(&mut entropy).await?;

    let mut registry = Registry::new(all);
    if let Some(guard) = iam.guard() {
        registry = registry.guarded_by(guard);
    }
    let registry = Arc::new(registry);
    bus.connect(&registry);
    bus.connect_outside(Arc::new(Endpoints::new(config.endpoints.clone(), Arc::clone(&clock))));

    let root = Caller::root(&house);
    let (gate, root_key) = match mode {
        Mode::Dev => {
            let (identities, names) = (iam.identities(), config.names.clone());
            (Gate::Anyone { root, identities, names }, None)
        }
        Mode::Serve => {
            let made =
                iam.make_root_key(house.account(), &root.arn, &mut entropy, clock.now()).await?;
            (Gate::Keys(iam.identities()), made)
        }
    };
    let gate = Arc::new(gate);
    bus.connect_gatekeeper(gate.clone());
    let place = (config.listen.ip(), config.data.as_path());
    let tls = Tls::open(&config.tls, mode, place, &store, &clock).await?;
    if let Some(tls) = &tls {
        work.push(Box::pin(Arc::clone(tls).work(Arc::clone(&registry))));
    }
    let throttle = config.throttling.then(Throttle::default);
    let router = Arc::new(Router::new(house, registry, gate, throttle));
    Ok(Assembled { router, root_key, tls, runner, lambda, ecs, work })
}

/// What rooms are made of.
struct Parts<'p> {
    config: &'p Config,
    mode: Mode,
    store: &'p Arc<dyn Store>,
    house: &'p Arc<House>,
    bus: &'p Bus,
}

/// The rooms, and those that the house needs by themselves.
struct Rooms {
    runner: Runner,
    lambda: Arc<Lambda>,
    ecs: Arc<Ecs>,
    iam: Arc<Iam>,
    all: Vec<Arc<dyn Service>>,
    work: Vec<Work>,
}

impl Parts<'_> {
    async fn open(&self, entropy: &mut Entropy) -> anyhow::Result<Rooms> {
        let (store, house) = (|| Arc::clone(self.store), || Arc::clone(self.house));
        let (bus, folder) = (|| self.bus.clone(), |room| self.config.data.join(room));

        let (runner, states) = self.states().await?;
        let lambda = Arc::new(Lambda::open(self.lambda()).await?);
        let ecs = Arc::new(Ecs::open(self.ecs())?);
        let sessions_key = secret(&**self.store, "sessions", entropy).await?;
        let enforcement = enforcement(self.config, self.mode);
        let iam = iam::Options {
            store: store(),
            secret: sessions_key,
            enforcement,
            bus: bus(),
            issuers: self.config.issuers.clone(),
        };
        let iam = Arc::new(Iam::open(iam).await?);
        let logs = Arc::new(Logs::open(store(), house(), bus()));
        let events_key = secret(&**self.store, "events", entropy).await?;
        let events = Arc::new(Events::open(store(), house(), bus(), events_key));
        let sqs = Arc::new(Sqs::open(store(), house(), sqs::Limits::default()).await?);
        let sns = Arc::new(Sns::open(store(), house(), bus()));
        let s3 = Arc::new(S3::open(store(), house(), bus(), &folder("s3"))?);
        let clock = Arc::clone(self.house.clock());
        let dynamodb = Arc::new(DynamoDb::new(folder("dynamodb"), clock));

        let appsync = Arc::new(AppSync::open(self.appsync()).await?);
        let rds_data = Arc::new(RdsData::open(self.rds_data()));

        let work: Vec<Work> = vec![
            Box::pin(states.work()),
            Box::pin(lambda.work()),
            Box::pin(ecs.work()),
            Box::pin(logs.work()),
            Box::pin(events.work()),
            Box::pin(sqs.work()),
            Box::pin(sns.work()),
            Box::pin(s3.work()),
            Box::pin(dynamodb.work()),
            Box::pin(appsync.work()),
            Box::pin(rds_data.work()),
        ];
        let all: Vec<Arc<dyn Service>> = vec![
            states,
            lambda.clone(),
            Arc::new(ecs.batch()),
            ecs.clone(),
            Arc::new(iam.sts()),
            iam.clone(),
            logs,
            Arc::new(events.scheduler()),
            events,
            sqs,
            sns,
            s3,
            Arc::new(dynamodb.streams()),
            dynamodb,
            appsync,
            rds_data,
        ];
        Ok(Rooms { runner, lambda, ecs, iam, all, work })
    }

    fn appsync(&self) -> appsync::Options {
        appsync::Options {
            store: Arc::clone(self.store),
            house: Arc::clone(self.house),
            bus: self.bus.clone(),
            limits: appsync::Limits::default(),
            rates: self.config.throttling.then(appsync::Rates::default),
            issuers: self.config.issuers.clone(),
        }
    }

    fn rds_data(&self) -> rds_data::Options {
        rds_data::Options {
            house: Arc::clone(self.house),
            bus: self.bus.clone(),
            clusters: self.config.clusters.clone(),
            limits: rds_data::Limits::default(),
        }
    }

    async fn states(&self) -> anyhow::Result<(Runner, Arc<States>)> {
        let activities = ActivityIndex::open(&**self.store).await?;
        let runner = Runner::open(runner::Options {
            store: Arc::clone(self.store),
            house: Arc::clone(self.house),
            bus: self.bus.clone(),
            limits: runner::Limits::default(),
            activity_exists: {
                let activities = activities.clone();
                Arc::new(move |arn| activities.contains(arn))
            },
        });
        let (runner, limits) = (runner.await?, states::Limits::default());
        let (store, bus) = (Arc::clone(self.store), self.bus.clone());
        let states = States::open(store, bus, runner.clone(), activities, limits);
        Ok((runner, Arc::new(states)))
    }

    /// Functions are processes: they live below the house's folder, and with its path to programs.
    fn lambda(&self) -> lambda::Options {
        lambda::Options {
            store: Arc::clone(self.store),
            house: Arc::clone(self.house),
            bus: self.bus.clone(),
            limits: lambda::Limits::default(),
            data: self.config.data.join("lambda"),
            search_path: search_path(),
            allows_local_folders: self.mode == Mode::Dev,
        }
    }

    fn ecs(&self) -> ecs::Options {
        let containers = &self.config.containers;
        ecs::Options {
            store: Arc::clone(self.store),
            house: Arc::clone(self.house),
            bus: self.bus.clone(),
            engine: match &containers.docker {
                Some(Docker { socket, network }) => {
                    EngineOptions::Docker { socket: socket.clone(), network: network.clone() }
                }
                None => EngineOptions::Process { search_path: search_path() },
            },
            data: self.config.data.join("ecs"),
            tasks_max: containers.tasks_max,
        }
    }
}

/// Where functions and containers look for programs: where the house does.
fn search_path() -> OsString {
    std::env::var_os("PATH").unwrap_or_default()
}

/// What becomes of requests that no policy allows: a developer's are made, others' aren't.
fn enforcement(config: &Config, mode: Mode) -> Option<Enforcement> {
    match (config.enforce, mode) {
        (Some(Enforce::Off), _) | (None, Mode::Dev) => None,
        (Some(Enforce::Warn), _) => Some(Enforcement::Warn),
        (Some(Enforce::On), _) | (None, Mode::Serve) => Some(Enforcement::On),
    }
}

/// A secret of the house, made on first start.
async fn secret(
    store: &dyn Store,
    name: &str,
    entropy: &mut Entropy,
) -> Result<[u8; 32], store::Error> {
    if let Some(secret) = tables::secret(store, name).await? {
        return Ok(secret);
    }
    let mut secret = [0; 32];
    entropy.fill(&mut secret);
    let mut batch = Batch::new();
    tables::put_secret(&mut batch, name, secret);
    store.commit(batch).await?;
    Ok(secret)
}
