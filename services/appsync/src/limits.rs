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
    /// Bytes of a request to an API.
    pub request_bytes_max: usize,
    /// Bytes of what a data source gives.
    pub result_bytes_max: usize,
    /// Bytes of one cache's entries, all APIs together. Ours.
    pub cache_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            api_keys_max: 50,
            schema_bytes_max: 1024 * 1024,
            pipeline_functions_max: 10,
            request: Duration::from_secs(30),
            request_bytes_max: 1024 * 1024,
            result_bytes_max: 5 * 1024 * 1024,
            cache_bytes_max: 64 * 1024 * 1024,
        }
    }
}
