//! One life of a server: from its opening to its end, or to a crash.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base::{Clock, Entropy, Timestamp};
use engine::Limits;
use json::Value;
use runner::{
    Description, HistoryQuery, Machine, MachineFacts, MachineType, Options, Runner, Start,
    StartError, Started, Status,
};
use service::{Bus, House, Outside, Registry, Service};
use store::{Batch, Entry, Error, Memory, Read, Reply, Scan, Store, Watch};

use crate::room::Room;

pub(crate) const ACCOUNT: &str = "000000000000";
pub(crate) const REGION: &str = "us-east-1";

/// Follows tokio's clock, which the tests pause: time passes when every task waits.
pub(crate) struct PausedClock {
    started_at: Timestamp,
    origin: tokio::time::Instant,
}

impl Clock for PausedClock {
    fn now(&self) -> Timestamp {
        self.started_at.after(self.origin.elapsed())
    }
}

/// A store that dies at a chosen commit, and counts commits.
pub(crate) struct Mortal {
    memory: Memory,
    commits: AtomicU64,
    dies_at: u64,
    /// Whether the batch at which it dies is written, though nobody hears so.
    writes_last: bool,
    pub(crate) dead: AtomicBool,
}

impl Mortal {
    pub(crate) fn new(memory: &Memory) -> Self {
        Mortal::dying(memory, u64::MAX, false)
    }

    pub(crate) fn dying(memory: &Memory, dies_at: u64, writes_last: bool) -> Self {
        let memory = memory.reopen();
        Mortal {
            memory,
            commits: AtomicU64::new(0),
            dies_at,
            writes_last,
            dead: AtomicBool::new(false),
        }
    }

    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::SeqCst)
    }
}

impl Read for Mortal {
    fn get(&self, key: &[u8]) -> Reply<Option<bytes::Bytes>> {
        self.memory.get(key)
    }

    fn scan(&self, scan: &Scan) -> Reply<Vec<Entry>> {
        self.memory.scan(scan)
    }
}

impl Store for Mortal {
    fn snapshot(&self) -> Reply<Arc<dyn Read>> {
        self.memory.snapshot()
    }

    fn commit(&self, batch: Batch) -> Reply<()> {
        if self.dead.load(Ordering::SeqCst) {
            return Reply::ready(Err(Error::Poisoned));
        }
        if self.commits.fetch_add(1, Ordering::SeqCst) + 1 < self.dies_at {
            return self.memory.commit(batch);
        }
        self.dead.store(true, Ordering::SeqCst);
        if self.writes_last {
            self.memory.commit(batch).wait().ok();
        }
        Reply::ready(Err(Error::unknown("the machine lost its power")))
    }

    fn watch(&self, prefix: &[u8]) -> Watch {
        self.memory.watch(prefix)
    }
}

pub(crate) struct World {
    pub(crate) runner: Runner,
    pub(crate) store: Arc<Mortal>,
    pub(crate) house: Arc<House>,
    pub(crate) machines: Arc<Mutex<BTreeMap<String, Arc<Machine>>>>,
    _registry: Arc<Registry>,
}

/// What a world is opened with.
pub(crate) struct Opening {
    pub(crate) store: Mortal,
    pub(crate) now: Timestamp,
    pub(crate) seed: u64,
    pub(crate) limits: Limits,
    pub(crate) machines: BTreeMap<String, (MachineType, String)>,
    /// Rooms beside the one of Step Functions.
    pub(crate) rooms: Vec<Arc<dyn Service>>,
    pub(crate) outside: Option<Arc<dyn Outside>>,
}

impl Opening {
    pub(crate) fn of(store: Mortal) -> Self {
        Opening {
            store,
            now: Timestamp::from_millis(1_700_000_000_000),
            seed: 1,
            limits: Limits::default(),
            machines: BTreeMap::new(),
            rooms: Vec::new(),
            outside: None,
        }
    }

    pub(crate) async fn open(self) -> World {
        let clock = PausedClock { started_at: self.now, origin: tokio::time::Instant::now() };
        let entropy = Entropy::from_number(self.seed);
        let tokens = aws::PageTokens::new([0; 32]);
        let house = Arc::new(House::new(ACCOUNT, REGION, Arc::new(clock), entropy, tokens));
        let (bus, store) = (Bus::new(), Arc::new(self.store));
        let options = Options {
            store: Arc::clone(&store) as Arc<dyn Store>,
            house: Arc::clone(&house),
            bus: bus.clone(),
            limits: self.limits,
            activity_exists: Arc::new(|arn| !arn.ends_with(":deleted")),
        };
        let runner = Runner::open(options).await.unwrap();
        let machines = Arc::new(Mutex::new(BTreeMap::new()));
        let room = Room { runner: runner.clone(), machines: Arc::clone(&machines) };
        let rooms = std::iter::once(Arc::new(room) as Arc<dyn Service>).chain(self.rooms);
        let registry = Arc::new(Registry::new(rooms));
        bus.connect(&registry);
        if let Some(outside) = self.outside {
            bus.connect_outside(outside);
        }
        let world = World { runner, store, house, machines, _registry: registry };
        for (name, (machine_type, definition)) in self.machines {
            world.define_as(&name, machine_type, &definition);
        }
        world.work();
        world
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Opening::of(Mortal::new(&Memory::new())).open().await
    }

    fn work(&self) {
        for shard in 0..self.runner.shards() {
            let runner = self.runner.clone();
            tokio::spawn(async move { runner.work(shard).await });
        }
    }

    pub(crate) fn define(&self, name: &str, definition: &str) -> Arc<Machine> {
        self.define_as(name, MachineType::Standard, definition)
    }

    pub(crate) fn define_as(
        &self,
        name: &str,
        machine_type: MachineType,
        definition: &str,
    ) -> Arc<Machine> {
        let options = asl::Options { machine_type, ..asl::Options::default() };
        let compiled = asl::compile(definition, &options);
        let program = compiled.program.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics));
        let facts = MachineFacts {
            arn: machine_arn(name).into(),
            name: name.into(),
            machine_type,
            definition: definition.into(),
            role_arn: "arn:aws:iam::000000000000:role/r".into(),
            revision_id: None,
            version_arn: None,
            alias_arn: None,
            update_date: Timestamp::from_millis(0),
            configuration: "{}".into(),
        };
        let machine = Machine::new(facts, program);
        self.machines.lock().unwrap().insert(name.to_owned(), Arc::clone(&machine));
        machine
    }

    pub(crate) fn start_of(&self, machine: &str, name: &str, input: &str) -> Start {
        let machine = Arc::clone(&self.machines.lock().unwrap()[machine]);
        start_of(&machine, name, input)
    }

    pub(crate) async fn try_start(
        &self,
        machine: &str,
        name: &str,
        input: &str,
    ) -> Result<Started, StartError> {
        self.runner.start(self.start_of(machine, name, input)).await
    }

    /// Starts an execution; gives its ARN.
    pub(crate) async fn start(&self, machine: &str, name: &str, input: &str) -> String {
        self.try_start(machine, name, input).await.unwrap().execution_arn.to_string()
    }

    pub(crate) async fn describe(&self, arn: &str) -> Description {
        self.runner.describe(arn).await.unwrap()
    }

    /// Waits for the end of an execution, at most a day of its own time.
    pub(crate) async fn ended(&self, arn: &str) -> Description {
        for _ in 0..86_400 {
            let described = self.describe(arn).await;
            if described.status != Status::Running {
                return described;
            }
            pass(Duration::from_secs(1)).await;
        }
        panic!("{arn} doesn't end:\n{}", self.history(arn).await);
    }

    /// `status output` or `status error: cause`.
    pub(crate) async fn result(&self, arn: &str) -> String {
        said(&self.ended(arn).await)
    }

    /// The keys of all rows, legible.
    pub(crate) fn rows(&self) -> Vec<String> {
        let rows = self.store.scan(&Scan::range(store::KeyRange::all())).wait().unwrap();
        rows.iter().map(|row| row.key.escape_ascii().to_string()).collect()
    }

    /// One line for each event: `id<-previous type`.
    pub(crate) async fn history(&self, arn: &str) -> String {
        let query =
            HistoryQuery { after: None, limit: usize::MAX, reverse: false, include_data: true };
        let page = self.runner.history(arn, query).await.unwrap();
        let lines = page
            .events
            .iter()
            .map(|event| format!("{}<-{} {}", event.id, event.previous_id, event.event_type));
        lines.collect::<Vec<_>>().join("\n")
    }
}

pub(crate) fn said(described: &Description) -> String {
    let status = described.status.name();
    match (&described.output, &described.failure) {
        (Some(output), _) => format!("{status} {output}"),
        (None, Some(failure)) => {
            let text = |text: &Option<Arc<str>>| text.as_deref().unwrap_or_default().to_owned();
            format!("{status} {}: {}", text(&failure.error), text(&failure.cause))
        }
        (None, None) => status.to_owned(),
    }
}

pub(crate) fn start_of(machine: &Arc<Machine>, name: &str, input: &str) -> Start {
    let facts = machine.facts();
    let kind = if facts.machine_type == MachineType::Express { "express" } else { "execution" };
    let suffix = if facts.machine_type == MachineType::Express { ":u" } else { "" };
    Start {
        machine: Arc::clone(machine),
        execution_arn: format!(
            "arn:aws:states:{REGION}:{ACCOUNT}:{kind}:{}:{name}{suffix}",
            facts.name
        )
        .into(),
        name: name.into(),
        input_text: input.into(),
        input: Value::parse(input).unwrap(),
        trace_header: None,
        attempt: None,
        machine_row: None,
    }
}

pub(crate) fn machine_arn(name: &str) -> String {
    format!("arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}")
}

pub(crate) fn activity_arn(name: &str) -> String {
    format!("arn:aws:states:{REGION}:{ACCOUNT}:activity:{name}")
}

/// Lets time pass.
#[expect(
    clippy::disallowed_methods,
    reason = "the clock is paused, so this only lets others go first"
)]
pub(crate) async fn pass(duration: Duration) {
    tokio::time::sleep(duration).await;
}
