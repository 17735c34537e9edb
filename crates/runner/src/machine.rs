//! State machines as executions see them: fixed at the start, whatever becomes of them later.

use std::sync::Arc;

use asl::Program;
use base::Timestamp;
use sha2::{Digest as _, Sha256};

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
    /// Logging, tracing and encryption, in whatever text form the room keeps them; the runner only returns it.
    pub configuration: Arc<str>,
}

/// SHA-256 of stored content.
pub(crate) type Digest = [u8; 32];

impl Machine {
    /// `program` is what `facts.definition` compiles to.
    pub fn new(facts: MachineFacts, program: Arc<Program>) -> Arc<Self> {
        let definition_digest = Sha256::digest(facts.definition.as_bytes()).into();
        let digest = Sha256::digest(facts.to_row(&definition_digest)).into();
        Arc::new(Machine { facts, program, digest, definition_digest })
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
