//! What this room keeps: state machines with their revisions, versions and aliases, and activities.
//!
//! Executions aren't here: they are the runner's.

use std::sync::Arc;

use base::Timestamp;
use runner::MachineType;

use crate::wire::{Configuration, EncryptionConfiguration, StateMachineType};

/// A state machine, apart from what a revision fixes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Machine {
    /// Tells it from another machine of its name, created after this one was deleted.
    pub(crate) id: String,
    pub(crate) machine_type: MachineType,
    /// Nothing can be done with it any more; it goes when its executions have ended.
    pub(crate) is_deleting: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) tags: Vec<Tag>,
    /// The number of the current revision, from 0 up. AWS's id of it is in [`Revision`].
    pub(crate) revision: u64,
    /// The number of the newest version ever published; 0 if none was.
    pub(crate) last_version: u64,
    /// The version that the current revision was published as, if it still is.
    pub(crate) published: Option<u64>,
    /// Counts every change of the machine, its versions and aliases: who decided on an older state has to look again.
    pub(crate) changes: u64,
}

/// What can be changed of a state machine. A revision itself never changes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Revision {
    /// None of the first, which has no id on AWS either.
    pub(crate) id: Option<Arc<str>>,
    pub(crate) definition: Arc<str>,
    pub(crate) role_arn: Arc<str>,
    pub(crate) configuration: Configuration,
    pub(crate) updated_at: Timestamp,
}

impl Revision {
    /// Whether a machine of this revision and one of the other are the same to a client.
    pub(crate) fn is_like(&self, other: &Revision) -> bool {
        self.definition == other.definition
            && self.role_arn == other.role_arn
            && self.configuration == other.configuration
    }
}

/// A revision that was given a number of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) revision: u64,
    pub(crate) description: Option<String>,
    pub(crate) created_at: Timestamp,
}

/// A name for one or two versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alias {
    pub(crate) description: Option<String>,
    pub(crate) routes: Vec<Route>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) version: u64,
    /// Of all executions, in hundredths.
    pub(crate) weight: u8,
}

impl Alias {
    pub(crate) fn leads_to(&self, version: u64) -> bool {
        self.routes.iter().any(|route| route.version == version)
    }

    /// The version that the next execution runs; `chance` is uniform in `0 ≤ chance < 1`.
    pub(crate) fn pick(&self, chance: f64) -> u64 {
        let mut rest = chance * 100.0;
        let picked = self.routes.iter().find(|route| {
            rest -= f64::from(route.weight);
            rest < 0.0
        });
        picked.or(self.routes.last()).expect("an alias has a route").version
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Activity {
    pub(crate) created_at: Timestamp,
    pub(crate) encryption: EncryptionConfiguration,
    pub(crate) tags: Vec<Tag>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
}

impl From<StateMachineType> for MachineType {
    fn from(given: StateMachineType) -> Self {
        match given {
            StateMachineType::Standard => MachineType::Standard,
            StateMachineType::Express => MachineType::Express,
        }
    }
}

impl From<MachineType> for StateMachineType {
    fn from(machine_type: MachineType) -> Self {
        match machine_type {
            MachineType::Standard => StateMachineType::Standard,
            MachineType::Express => StateMachineType::Express,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alias(weights: &[u8]) -> Alias {
        let route =
            |(index, weight): (usize, &u8)| Route { version: index as u64 + 1, weight: *weight };
        Alias {
            description: None,
            routes: weights.iter().enumerate().map(route).collect(),
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        }
    }

    #[test]
    fn an_alias_leads_to_its_versions_by_weight() {
        let picked = |weights: &[u8], chance| alias(weights).pick(chance);
        assert_eq!(picked(&[100], 0.999), 1);
        assert_eq!(picked(&[30, 70], 0.299), 1);
        assert_eq!(picked(&[30, 70], 0.301), 2);
        assert_eq!(picked(&[30, 70], 0.999), 2);
        assert_eq!(picked(&[0, 100], 0.0), 2);
        assert_eq!(picked(&[100, 0], 0.999), 1);
    }
}
