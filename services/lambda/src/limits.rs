//! AWS's quotas that this room enforces, and how many processes it keeps.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>

use std::time::Duration;

/// Each can be lifted without changing another.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of a zip file that comes with a request.
    pub zip_bytes_max: usize,
    /// Bytes of all files of a zip file.
    pub unzipped_bytes_max: u64,
    /// Files of a zip file. Ours: AWS counts bytes alone.
    pub unzipped_files_max: usize,
    /// Bytes of the names and values of a function's environment variables.
    pub environment_bytes_max: usize,
    /// Bytes of a synchronous payload.
    pub payload_bytes_max: usize,
    /// Bytes of a result.
    pub result_bytes_max: usize,
    /// Bytes of an asynchronous payload.
    pub event_bytes_max: usize,
    /// Invocations of the account that run at once.
    pub concurrency_max: u32,
    /// What reserved concurrency has to leave to functions without any.
    pub unreserved_concurrency_min: u32,
    /// Processes that work at once; who comes later waits. Ours.
    pub environments_max: usize,
    /// Processes that are kept warm; the one that has idled longest goes first. Ours.
    pub idle_environments_max: usize,
    /// How long a process is kept warm. Ours.
    pub idle: Duration,
    /// How long a runtime may take to ask for its first event before the function's own timeout begins.
    pub init: Duration,
    /// Bytes of output that one invocation can log. Ours.
    pub log_bytes_max: usize,
    /// The pauses before an asynchronous event is tried again after an error of the function.
    pub retry_pauses: [Duration; 2],
    /// The first pause of an asynchronous event that finds no free concurrency; it doubles up to five minutes.
    pub throttle_pause: Duration,
    /// Asynchronous events that run at once. Ours.
    pub events_at_once_max: usize,
    /// How long a poller waits for a message.
    pub poll: Duration,
    /// How long a reader waits before it looks again for records of a stream.
    pub stream_pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            zip_bytes_max: 50 * 1024 * 1024,
            unzipped_bytes_max: 250 * 1024 * 1024,
            unzipped_files_max: 50_000,
            environment_bytes_max: 4 * 1024,
            payload_bytes_max: 6 * 1024 * 1024,
            // A hundred bytes more than a payload, as AWS's error says it.
            result_bytes_max: 6 * 1024 * 1024 + 100,
            event_bytes_max: 1024 * 1024,
            concurrency_max: 1_000,
            unreserved_concurrency_min: 100,
            environments_max: 100,
            idle_environments_max: 32,
            idle: Duration::from_mins(10),
            init: Duration::from_secs(10),
            log_bytes_max: 1024 * 1024,
            retry_pauses: [Duration::from_mins(1), Duration::from_mins(2)],
            throttle_pause: Duration::from_secs(1),
            events_at_once_max: 50,
            poll: Duration::from_secs(20),
            stream_pause: Duration::from_millis(250),
        }
    }
}
