//! State machines as executions see them: fixed at the start, whatever becomes of them later.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use asl::Program;
use base::Timestamp;
use service::Elsewhere;
use sha2::{Digest as _, Sha256};
use store::{Batch, Store};

use crate::Error;
use crate::logging::Logging;
use crate::tables::{self, MachineRow, key};

pub use asl::program::ExecutionType as MachineType;

/// What a state machine was when an execution of it began.
///
/// Made once for each revision, version and alias, shared by all executions that start from it, and stored once under
/// the digest of its content.
#[derive(Debug)]
pub struct Machine {
    pub(crate) facts: MachineFacts,
    pub(crate) program: Arc<Program>,
    pub(crate) digest: Digest,
    pub(crate) definition_digest: Digest,
    /// Where its executions log what, if they do.
    pub(crate) logging: Option<Logging>,
    pub(crate) elsewhere: Elsewhere,
}

/// What the `states` room knows of a state machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineFacts {
    /// Without version or alias.
    pub arn: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Standard or Express.
    pub machine_type: MachineType,
    /// The definition as it was written.
    pub definition: Arc<str>,
    /// The role that executions run as.
    pub role_arn: Arc<str>,
    /// None before the first update.
    pub revision_id: Option<Arc<str>>,
    /// The version that was started, by its own ARN or through an alias.
    pub version_arn: Option<Arc<str>>,
    /// The alias that was started.
    pub alias_arn: Option<Arc<str>>,
    /// `updateDate` of DescribeStateMachineForExecution.
    pub update_date: Timestamp,
    /// Logging, tracing and encryption, as the JSON in which AWS writes them; the runner reads `loggingConfiguration`.
    pub configuration: Arc<str>,
}

/// SHA-256 of stored content.
pub(crate) type Digest = [u8; 32];

impl Machine {
    /// `program` is what `facts.definition` compiles to.
    pub fn new(facts: MachineFacts, program: Arc<Program>) -> Arc<Self> {
        let definition_digest = Sha256::digest(facts.definition.as_bytes()).into();
        let digest = Sha256::digest(tables::encode(&facts.to_row(&definition_digest))).into();
        let logging = Logging::of(&facts.configuration);
        let elsewhere = Elsewhere::default();
        Arc::new(Machine { facts, program, digest, definition_digest, logging, elsewhere })
    }

    /// What the room knew of it.
    pub fn facts(&self) -> &MachineFacts {
        &self.facts
    }

    /// What its definition compiles to.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }
}

/// The machines in use, each once, however many executions run it.
#[derive(Default)]
pub(crate) struct Machines(Mutex<Known>);

#[derive(Default)]
struct Known {
    by_digest: HashMap<Digest, Arc<Machine>>,
    /// Those whose rows are durable.
    stored: HashSet<Digest>,
}

/// More than this many machines in memory, and those that nobody uses are forgotten.
const MACHINES_MAX: usize = 1_000;

impl Machines {
    /// Puts the rows of a machine into the batch, unless they are durable already.
    pub(crate) fn put(&self, batch: &mut Batch, machine: &Arc<Machine>) {
        let mut known = self.lock();
        if known.stored.contains(&machine.digest) {
            return;
        }
        known.remember(machine);
        drop(known);
        let definition = machine.facts.definition.as_bytes().to_vec();
        batch.put(key::definition(&machine.definition_digest), definition);
        let row = machine.facts.to_row(&machine.definition_digest);
        batch.put(key::machine(&machine.digest), tables::encode(&row));
    }

    /// A batch with the machine's rows was acknowledged.
    pub(crate) fn stored(&self, machine: &Machine) {
        self.lock().stored.insert(machine.digest);
    }

    /// The machine of that digest, read and compiled if it isn't in memory.
    pub(crate) async fn load(
        &self,
        store: &dyn Store,
        digest: &[u8],
    ) -> Result<Arc<Machine>, Error> {
        let digest = Digest::try_from(digest).map_err(|error| Error::corrupt("machine", error))?;
        if let Some(machine) = self.lock().by_digest.get(&digest) {
            return Ok(Arc::clone(machine));
        }
        let bytes = store.get(&key::machine(&digest)).await?;
        let bytes = bytes.ok_or_else(|| Error::corrupt("machine", "it is missing"))?;
        let row: MachineRow<'_> = tables::decode("machine", &bytes)?;
        let definition = Digest::try_from(row.definition);
        let definition = definition.map_err(|error| Error::corrupt("machine", error))?;
        let text = store.get(&key::definition(&definition)).await?;
        let text = text.ok_or_else(|| Error::corrupt("definition", "it is missing"))?;
        let text =
            std::str::from_utf8(&text).map_err(|error| Error::corrupt("definition", error))?;
        let machine = Arc::new(Machine::compiled(&row, text, digest, definition)?);
        let mut known = self.lock();
        known.stored.insert(digest);
        known.remember(&machine);
        Ok(machine)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        // Each critical section is one insertion or lookup, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn remember(&mut self, machine: &Arc<Machine>) {
        if MACHINES_MAX <= self.by_digest.len() {
            self.by_digest.retain(|_, machine| 1 < Arc::strong_count(machine));
        }
        self.by_digest.entry(machine.digest).or_insert_with(|| Arc::clone(machine));
    }
}

impl Machine {
    fn compiled(
        row: &MachineRow<'_>,
        text: &str,
        digest: Digest,
        definition_digest: Digest,
    ) -> Result<Self, Error> {
        let machine_type = if row.express { MachineType::Express } else { MachineType::Standard };
        let compiled = asl::compile(text, &asl::Options::stored(machine_type));
        let why = || compiled.diagnostics.first().map_or("", |diagnostic| &diagnostic.message);
        let program = compiled.program.ok_or_else(|| Error::corrupt("definition", why()))?;
        let facts = MachineFacts {
            arn: row.arn.into(),
            name: row.name.into(),
            machine_type,
            definition: text.into(),
            role_arn: row.role_arn.into(),
            revision_id: row.revision_id.map(Into::into),
            version_arn: row.version_arn.map(Into::into),
            alias_arn: row.alias_arn.map(Into::into),
            update_date: Timestamp::from_millis(row.update_date),
            configuration: row.configuration.into(),
        };
        let logging = Logging::of(&facts.configuration);
        let elsewhere = Elsewhere::default();
        Ok(Machine { facts, program, digest, definition_digest, logging, elsewhere })
    }
}
