//! A room for tests, and a server with nothing but it.

use std::sync::Arc;

use aws::{Error, PageTokens, Protocol};
use base::{Entropy, SystemClock};
use bytes::Bytes;
use freehold::gate::Gate;
use freehold::listener::{Listener, Serving, Sharing, Timeouts};
use freehold::router::Router;
use iam::Iam;
use service::Throttle;
use service::{Caller, Ctx, Facts, House, Rate, Registry, Reply, Service};
use store::Memory;
use tokio::sync::Semaphore;

aws::structures! { Camel;
    pub(crate) struct Text { required text: String }
    pub(crate) struct Nothing {}
    pub(crate) struct Asked { required caller: String, optional trace: String }
}

/// Echoes, waits, panics.
pub(crate) struct Room {
    /// A permit for each `Wait` that may end.
    pub(crate) released: Semaphore,
    /// A permit for each `Wait` that has begun.
    pub(crate) waiting: Semaphore,
    /// A permit for each `Wait` that has ended or was dropped.
    pub(crate) over: Semaphore,
}

pub(crate) struct Visit<'a> {
    room: &'a Room,
    request: Ctx,
}

service::operations! {
    static OPERATIONS: Room {
        "Echo" => echo,
        "Wait" => wait,
        "Panic" => panic,
        "Ask" => ask [rate(3, 1)],
    }
}

impl Room {
    fn enter(&self, request: Ctx) -> Visit<'_> {
        Visit { room: self, request }
    }
}

async fn echo(_: &Visit<'_>, req: Text) -> Result<Text, Error> {
    Ok(req)
}

async fn wait(ctx: &Visit<'_>, _: Nothing) -> Result<Nothing, Error> {
    ctx.room.waiting.add_permits(1);
    let _over = Over(&ctx.room.over);
    let permit = ctx.room.released.acquire().await.map_err(|_| Error::internal())?;
    permit.forget();
    Ok(Nothing {})
}

struct Over<'a>(&'a Semaphore);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.add_permits(1);
    }
}

async fn panic(_: &Visit<'_>, _: Nothing) -> Result<Nothing, Error> {
    panic!("a defect")
}

async fn ask(ctx: &Visit<'_>, _: Nothing) -> Result<Asked, Error> {
    let trace = ctx.request.trace_header().map(str::to_owned);
    Ok(Asked { caller: ctx.request.caller().arn.clone(), trace })
}

impl Service for Room {
    fn facts(&self) -> Facts {
        Facts {
            name: "room",
            signing_name: "room",
            endpoint_prefix: "room",
            target_prefix: "TestRoom",
            protocol: Protocol::Json1_0,
        }
    }

    fn operations(&self) -> Vec<&'static str> {
        OPERATIONS.names()
    }

    fn rate(&self, operation: &str) -> Option<Rate> {
        OPERATIONS.rate(operation)
    }

    fn call(&self, ctx: Ctx, operation: &str, body: Bytes) -> Reply<'_> {
        OPERATIONS.call(self, ctx, operation, body)
    }
}

/// A server that is stopped by hand.
pub(crate) struct Server {
    pub(crate) address: std::net::SocketAddr,
    pub(crate) room: Arc<Room>,
    serving: Serving,
}

/// What a test changes about its server.
pub(crate) struct Plan {
    pub(crate) cores: usize,
    pub(crate) sharing: Sharing,
    pub(crate) timeouts: Timeouts,
    pub(crate) gate: Option<Gate>,
    pub(crate) throttle: Option<Throttle>,
}

impl Default for Plan {
    fn default() -> Self {
        Plan {
            cores: 1,
            sharing: Sharing::BEST,
            timeouts: Timeouts::default(),
            gate: None,
            throttle: None,
        }
    }
}

impl Plan {
    pub(crate) fn start(self) -> Server {
        let [released, waiting, over] = [(); 3].map(|()| Semaphore::new(0));
        let room = Arc::new(Room { released, waiting, over });
        let house = Arc::new(House::new(
            "000000000000",
            "us-east-1",
            Arc::new(SystemClock),
            Entropy::from_number(1),
            PageTokens::new([0; 32]),
        ));
        let registry = Registry::new([Arc::clone(&room) as Arc<dyn Service>]);
        let gate = self.gate.unwrap_or_else(|| {
            let iam = Iam::open(iam::Options {
                store: Arc::new(Memory::new()),
                secret: [0; 32],
                enforcement: None,
                bus: service::Bus::new(),
                issuers: std::collections::BTreeMap::new(),
            });
            let iam = block_on(iam).unwrap();
            let (identities, names) = (iam.identities(), Vec::new());
            Gate::Anyone { root: Caller::root(&house), identities, names }
        });
        let router =
            Arc::new(Router::new(house, Arc::new(registry), Arc::new(gate), self.throttle));
        let localhost = "127.0.0.1:0".parse().unwrap();
        let listener = Listener::bind(localhost, self.cores, self.sharing).unwrap();
        let address = listener.address();
        let serving = listener.serve(&router, None, self.timeouts).unwrap();
        Server { address, room, serving }
    }
}

impl Server {
    pub(crate) fn start() -> Self {
        Plan::default().start()
    }

    /// Waits until a `Wait` is under way.
    pub(crate) fn until_waiting(&self) {
        block_on(self.room.waiting.acquire()).unwrap().forget();
    }

    /// Waits until a `Wait` has ended or was dropped.
    pub(crate) fn until_over(&self) {
        block_on(self.room.over.acquire()).unwrap().forget();
    }

    /// Lets one `Wait` end.
    pub(crate) fn release(&self) {
        self.room.released.add_permits(1);
    }

    /// Asks the server to stop, from a thread of its own, which ends when the server has.
    pub(crate) fn stop(self) -> std::thread::JoinHandle<()> {
        std::thread::spawn(move || block_on(self.serving.stop()))
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}
