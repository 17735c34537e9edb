//! AWS's request rates, for those who want to meet them before production does.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws::Error;
use base::Timestamp;
use service::Rate;

/// A call's weight in a bucket that counts thousandths, so that a bucket fills by the millisecond.
const CALL: u64 = 1_000;

/// The buckets of all operations that were called.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<BTreeMap<(&'static str, String), Bucket>>);

#[derive(Debug)]
struct Bucket {
    level: u64,
    filled_at: Timestamp,
}

impl Throttle {
    /// Takes a call of a room's operation out of its bucket; `ThrottlingException` if it is empty.
    pub fn take(
        &self,
        room: &'static str,
        operation: &str,
        rate: Rate,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = u64::from(rate.bucket) * CALL;
        let bucket = buckets
            .entry((room, operation.to_owned()))
            .or_insert(Bucket { level: full, filled_at: now });
        let elapsed = u64::try_from(now.since(bucket.filled_at).as_millis()).unwrap_or(u64::MAX);
        let refill = elapsed.saturating_mul(u64::from(rate.refill_per_second));
        bucket.level = bucket.level.saturating_add(refill).min(full);
        bucket.filled_at = bucket.filled_at.max(now);
        bucket.level = bucket.level.checked_sub(CALL).ok_or_else(Error::throttling)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(0);
    const RATE: Rate = Rate { bucket: 3, refill_per_second: 2 };

    fn taken(throttle: &Throttle, operation: &str, now: Timestamp) -> usize {
        (0..10).filter(|_| throttle.take("states", operation, RATE, now).is_ok()).count()
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
}
