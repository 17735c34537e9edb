use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Tells a computation to end, from outside: nobody waits for it any more. Clones are one.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
