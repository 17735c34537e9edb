use std::time::Duration;

use asl::Budget;

/// AWS's service limits, each of which can be lifted without changing another,
/// and the size of a turn, which is ours. Those of whole executions are for who drives them.
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
    /// How long a Standard execution may run, whatever its definition says.
    pub execution_max: Duration,
    /// How long an Express execution may run.
    pub express_max: Duration,
    /// How long after its end an execution may be redriven.
    pub redrive_max: Duration,
    /// How long a closed execution and its name are kept.
    pub retention: Duration,
    /// Child executions of a map run that run at once when its `MaxConcurrency` is 0.
    pub map_run_concurrency_default: u32,
    /// States entered in one turn.
    pub turn_steps_max: u32,
    /// Events of one turn.
    pub turn_events_max: usize,
    /// Bytes of outputs and parameters in one turn.
    pub turn_bytes_max: usize,
    /// What the expressions of a turn work before it is cut, in the steps of [`asl::Budget`].
    pub turn_work_enough: u64,
    /// What they work at most. A state's expressions are evaluated in one turn, however many they are, so that only a
    /// state with ten that take as long as one may can reach this.
    pub turn_work_max: u64,
}

impl Limits {
    /// What the expressions of a turn may work that needn't make way for others.
    pub fn budget(&self) -> Budget {
        Budget::new(self.turn_work_enough, self.turn_work_max)
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Default for Limits {
    fn default() -> Self {
        Limits {
            payload_bytes_max: 262_144,
            history_events_max: 25_000,
            variables_bytes_max: 10 * 1024 * 1024,
            map_concurrency_default: 40,
            execution_max: 365 * DAY,
            express_max: Duration::from_secs(5 * 60),
            redrive_max: 14 * DAY,
            retention: 90 * DAY,
            map_run_concurrency_default: 10_000,
            turn_steps_max: 500,
            turn_events_max: 2_000,
            turn_bytes_max: 4 * 1024 * 1024,
            turn_work_enough: 200_000,
            turn_work_max: 100_000_000,
        }
    }
}
