//! The whole house on one screen: the store, the rooms, and what connects them.

use std::pin::Pin;
use std::sync::Arc;

use aws::PageTokens;
use base::{Clock, Entropy};
use dynamodb::DynamoDb;
use events::Events;
use iam::{Enforcement, Iam, NewKey};
use lambda::Lambda;
use logs::Logs;
use runner::Runner;
use service::{Bus, Caller, House, Registry, Service};
use sns::Sns;
use sqs::Sqs;
use states::{ActivityIndex, States};
use store::{Batch, Store};

use crate::config::{Config, Enforce};
use crate::gate::Gate;
use crate::outside::Endpoints;
use crate::router::Router;
use crate::tables;
use crate::throttle::Throttle;

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
    /// What goes on by itself in it.
    pub runner: Runner,
    pub states: Arc<States>,
    /// Wants to know where the house answers.
    pub lambda: Arc<Lambda>,
    /// What else the rooms do by themselves.
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

    let sessions_key = secret(&*store, "sessions", &mut entropy).await?;
    let enforcement = enforcement(config, mode);
    let iam = Arc::new(Iam::open(Arc::clone(&store), sessions_key, enforcement).await?);
    let bus = Bus::new();
    let activities = ActivityIndex::open(&*store)?;
    let runner = Runner::open(runner::Options {
        store: Arc::clone(&store),
        house: Arc::clone(&house),
        bus: bus.clone(),
        limits: runner::Limits::default(),
        activity_exists: {
            let activities = activities.clone();
            Arc::new(move |arn| activities.contains(arn))
        },
    })
    .await?;
    let states = Arc::new(States::open(
        Arc::clone(&store),
        runner.clone(),
        activities,
        states::Limits::default(),
    ));
    let logs = Arc::new(Logs::open(Arc::clone(&store), Arc::clone(&house)));
    let lambda = Lambda::open(lambda_options(config, mode, &store, &house, &bus)).await?;
    let lambda = Arc::new(lambda);
    let dynamodb = Arc::new(DynamoDb::new(config.data.join("dynamodb"), Arc::clone(&clock)));
    let events_key = secret(&*store, "events", &mut entropy).await?;
    let events =
        Arc::new(Events::open(Arc::clone(&store), Arc::clone(&house), bus.clone(), events_key));
    let opened = Sqs::open(Arc::clone(&store), Arc::clone(&house), sqs::Limits::default());
    let sqs = Arc::new(opened.await?);
    let sns = Arc::new(Sns::open(Arc::clone(&store), Arc::clone(&house), bus.clone()));
    let work: Vec<Work> = vec![
        Box::pin(sqs.work()),
        Box::pin(sns.work()),
        Box::pin(events.work()),
        Box::pin(lambda.work()),
        Box::pin(logs.work()),
        Box::pin(dynamodb.work()),
    ];
    let streams = Arc::new(dynamodb.streams());
    let sts = Arc::new(iam.sts());
    let rooms: Vec<Arc<dyn Service>> = vec![
        states.clone(),
        lambda.clone(),
        logs,
        events,
        dynamodb,
        streams,
        iam.clone(),
        sts,
        sqs,
        sns,
    ];
    let mut registry = Registry::new(rooms);
    if let Some(guard) = iam.guard() {
        registry = registry.guarded_by(guard);
    }
    let registry = Arc::new(registry);
    bus.connect(&registry);
    bus.connect_outside(Arc::new(Endpoints::new(config.endpoints.clone(), Arc::clone(&clock))));

    let root = Caller::root(&house);
    let (gate, root_key) = match mode {
        Mode::Dev => (Gate::Anyone { root, identities: iam.identities() }, None),
        Mode::Serve => {
            let made =
                iam.make_root_key(house.account(), &root.arn, &mut entropy, clock.now()).await?;
            (Gate::Keys(iam.identities()), made)
        }
    };
    let throttle = config.throttling.then(Throttle::default);
    let router = Arc::new(Router::new(house, registry, gate, throttle));
    Ok(Assembled { router, root_key, runner, states, lambda, work })
}

/// Functions are processes: they live below the house's folder, and with its path to programs.
fn lambda_options(
    config: &Config,
    mode: Mode,
    store: &Arc<dyn Store>,
    house: &Arc<House>,
    bus: &Bus,
) -> lambda::Options {
    lambda::Options {
        store: Arc::clone(store),
        house: Arc::clone(house),
        bus: bus.clone(),
        limits: lambda::Limits::default(),
        data: config.data.join("lambda"),
        search_path: std::env::var_os("PATH").unwrap_or_default(),
        allows_local_folders: mode == Mode::Dev,
    }
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
