use std::time::Duration;

/// AWS's service limits, each of which can be lifted without changing another,
/// and the size of a turn, which is ours.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
#[derive(Clone, Debug)]
pub struct Limits {
    /// UTF-8 bytes of an input, an output, a task's parameters or its result.
    pub payload_bytes_max: usize,
    /// Events with an AWS id in a Standard execution.
    pub history_events_max: u64,
    /// All variables of an execution.
    pub variables_bytes_max: usize,
    /// Iterations of an inline Map that run at once when its `MaxConcurrency` is 0.
    pub map_concurrency_default: u32,
    /// How long a Wait state may wait.
    pub wait_max: Duration,
    /// States entered in one turn.
    pub turn_steps_max: u32,
    /// Events of one turn.
    pub turn_events_max: usize,
    /// Bytes of outputs and parameters in one turn.
    pub turn_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            payload_bytes_max: 262_144,
            history_events_max: 25_000,
            variables_bytes_max: 10 * 1024 * 1024,
            map_concurrency_default: 40,
            wait_max: Duration::from_secs(366 * 24 * 60 * 60),
            turn_steps_max: 500,
            turn_events_max: 2_000,
            turn_bytes_max: 4 * 1024 * 1024,
        }
    }
}
