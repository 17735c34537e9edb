//! AWS's quotas that this room enforces.
//!
//! <https://docs.aws.amazon.com/general/latest/gr/appsync.html>

use std::time::Duration;

/// Each can be lifted without changing another.
#[derive(Clone, Debug)]
pub struct Limits {
    /// API keys of an API.
    pub api_keys_max: usize,
    /// Bytes of a schema.
    pub schema_bytes_max: usize,
    /// Functions of a pipeline.
    pub pipeline_functions_max: usize,
    /// How long a query, a mutation or the start of a subscription may take.
    pub request: Duration,
    /// How much longer code has to say what becomes of a source that has taken all of that. Ours.
    pub last_words: Duration,
    /// How long one run of a resolver's code may take, by the clock. Ours: AWS tells none.
    pub code: Duration,
    /// Bytes of a request to an API.
    pub request_bytes_max: usize,
    /// Bytes of a request that publishes events, over HTTP or a connection: five of 240 KB, whose quotes are escaped once
    /// more in it. Ours: AWS tells what an event may have.
    pub publish_bytes_max: usize,
    /// Bytes of what a data source gives.
    pub result_bytes_max: usize,
    /// WebSocket connections to all APIs. Ours.
    pub connections_max: usize,
    /// Subscriptions of a connection.
    pub connection_subscriptions_max: usize,
    /// Subscriptions of a connection that are being started. Ours; AWS bounds them by time.
    pub connection_starts_max: usize,
    /// How long a connection may last.
    pub connection: Duration,
    /// How often a client hears that its connection lives.
    pub keep_alive: Duration,
    /// Bytes of a message that a client sends over a connection.
    pub message_bytes_max: usize,
    /// How long a client may take to take in what is written to it. Ours.
    pub write: Duration,
    /// How long a client may take to hear that its connection ends. Ours.
    pub farewell: Duration,
    /// Bytes of one cache's entries, all APIs together. Ours.
    pub cache_bytes_max: usize,
}

impl Limits {
    /// How long an operation may take with all that becomes of it: fields end before that, each by itself.
    pub(crate) fn answer(&self) -> Duration {
        self.request + 2 * self.last_words
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            api_keys_max: 50,
            schema_bytes_max: 1024 * 1024,
            pipeline_functions_max: 10,
            request: Duration::from_secs(30),
            last_words: Duration::from_secs(1),
            code: Duration::from_secs(5),
            request_bytes_max: 1024 * 1024,
            publish_bytes_max: 2560 * 1024,
            result_bytes_max: 5 * 1024 * 1024,
            connections_max: 200_000,
            connection_subscriptions_max: 100,
            connection_starts_max: 100,
            connection: Duration::from_secs(24 * 60 * 60),
            keep_alive: Duration::from_secs(60),
            message_bytes_max: 256 * 1024,
            write: Duration::from_secs(30),
            farewell: Duration::from_secs(2),
            cache_bytes_max: 64 * 1024 * 1024,
        }
    }
}
