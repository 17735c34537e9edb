//! AWS's quotas that this room enforces, and those of its own.
//!
//! <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.limitations.html>

use std::time::Duration;

/// Each can be lifted without changing another.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How long a statement may take.
    pub statement: Duration,
    /// How long a transaction may be left alone.
    pub transaction_idle: Duration,
    /// How long a transaction may take.
    pub transaction: Duration,
    /// Bytes of all values that a statement gives.
    pub result_bytes_max: usize,
    /// Bytes of `formattedRecords`.
    pub formatted_bytes_max: usize,
    /// Connections to one database. Ours: Aurora bounds them by the size of the instance.
    pub connections_max: usize,
    /// How long it may take to connect, and to wait for a connection that is free. Ours.
    pub connect: Duration,
    /// How long a connection is kept that nobody uses. Ours.
    pub connection_idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            statement: Duration::from_secs(45),
            transaction_idle: Duration::from_secs(3 * 60),
            transaction: Duration::from_secs(24 * 60 * 60),
            result_bytes_max: 1024 * 1024,
            formatted_bytes_max: 10 * 1024 * 1024,
            connections_max: 20,
            connect: Duration::from_secs(10),
            connection_idle: Duration::from_secs(60),
        }
    }
}
