//! AWS's quotas that this room enforces. The runner and the language enforce their own.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>

use std::time::Duration;

/// Each can be lifted without changing another.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a definition.
    pub definition_bytes_max: usize,
    /// Published versions of one state machine.
    pub versions_max: usize,
    /// Aliases of one state machine.
    pub aliases_max: usize,
    /// Tags of one resource.
    pub tags_max: usize,
    /// UTF-8 bytes of an execution's input and of a task's output.
    pub payload_bytes_max: usize,
    /// Workers that wait for tasks of one activity.
    pub pollers_max: usize,
    /// How long GetActivityTask waits for a task.
    pub activity_poll: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            definition_bytes_max: asl::compile::DEFINITION_BYTES_MAX,
            versions_max: 1_000,
            aliases_max: 100,
            tags_max: 50,
            payload_bytes_max: 262_144,
            pollers_max: 1_000,
            activity_poll: Duration::from_secs(60),
        }
    }
}
