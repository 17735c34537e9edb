use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

use store::{Error, Read};

use crate::tables;

/// Which activities exist, in memory: a Task state asks when it is entered, and a turn of an execution can't wait
/// for the store. Clones share one index.
#[derive(Clone, Debug, Default)]
pub struct ActivityIndex(Arc<RwLock<BTreeSet<String>>>);

impl ActivityIndex {
    /// Reads the stored activities. Made before the runner, which needs it to open.
    pub async fn open(store: &dyn Read) -> Result<Self, Error> {
        let arns = tables::activity_arns(store).await?.into_iter().collect();
        Ok(ActivityIndex(Arc::new(RwLock::new(arns))))
    }

    /// Whether there is an activity of that ARN.
    pub fn contains(&self, arn: &str) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(arn)
    }

    pub(crate) fn insert(&self, arn: String) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(arn);
    }

    pub(crate) fn remove(&self, arn: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(arn);
    }
}
