//! AWS's rates, for those who want to meet them before production does.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use base::Timestamp;

use crate::Rate;

/// A token in a bucket that counts thousandths, so that a bucket fills by the millisecond.
const TOKEN: u64 = 1_000;

/// A bucket of tokens that something takes from.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    level: u64,
    filled_at: Timestamp,
}

impl Bucket {
    /// A bucket that nothing was taken from.
    pub fn full(rate: Rate, now: Timestamp) -> Self {
        Bucket { level: u64::from(rate.bucket) * TOKEN, filled_at: now }
    }

    /// Takes tokens out, unless there are too few.
    pub fn take(&mut self, rate: Rate, tokens: u32, now: Timestamp) -> bool {
        let elapsed = u64::try_from(now.since(self.filled_at).as_millis()).unwrap_or(u64::MAX);
        let refill = elapsed.saturating_mul(u64::from(rate.refill_per_second));
        let full = Bucket::full(rate, now);
        self.level = self.level.saturating_add(refill).min(full.level);
        self.filled_at = self.filled_at.max(now);
        let left = self.level.checked_sub(u64::from(tokens) * TOKEN);
        self.level = left.unwrap_or(self.level);
        left.is_some()
    }
}

/// The buckets of everything that has happened, by what it is and whose it is: a room's operation, an API's messages.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<BTreeMap<(&'static str, String), Bucket>>);

impl Throttle {
    /// Takes tokens out of a bucket, unless there are too few. One that isn't known yet is full.
    pub fn take(
        &self,
        what: &'static str,
        whose: &str,
        rate: Rate,
        tokens: u32,
        now: Timestamp,
    ) -> bool {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry((what, whose.to_owned()));
        bucket.or_insert_with(|| Bucket::full(rate, now)).take(rate, tokens, now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(0);
    const RATE: Rate = Rate { bucket: 3, refill_per_second: 2 };

    fn taken(throttle: &Throttle, operation: &str, now: Timestamp) -> usize {
        (0..10).filter(|_| throttle.take("states", operation, RATE, 1, now)).count()
    }

    #[test]
    fn a_bucket_holds_a_burst_and_fills_again() {
        let throttle = Throttle::default();
        assert_eq!(taken(&throttle, "StartExecution", NOW), 3);
        assert_eq!(taken(&throttle, "StartExecution", NOW.after(Duration::from_millis(499))), 0);
        assert_eq!(taken(&throttle, "StartExecution", NOW.after(Duration::from_millis(500))), 1);
        assert_eq!(taken(&throttle, "StartExecution", NOW.after(Duration::from_hours(1))), 3);
    }

    #[test]
    fn each_operation_has_its_own() {
        let throttle = Throttle::default();
        assert_eq!(taken(&throttle, "StartExecution", NOW), 3);
        assert_eq!(taken(&throttle, "StopExecution", NOW), 3);
    }

    #[test]
    fn a_clock_set_back_gives_nothing() {
        let throttle = Throttle::default();
        let later = NOW.after(Duration::from_secs(10));
        assert_eq!(taken(&throttle, "StartExecution", later), 3);
        assert_eq!(taken(&throttle, "StartExecution", NOW), 0);
        assert_eq!(taken(&throttle, "StartExecution", later), 0);
    }

    #[test]
    fn what_asks_for_too_many_leaves_them_to_others() {
        let mut bucket = Bucket::full(RATE, NOW);
        assert!(!bucket.take(RATE, 4, NOW));
        assert!(bucket.take(RATE, 3, NOW));
        assert!(!bucket.take(RATE, 1, NOW));
    }
}
