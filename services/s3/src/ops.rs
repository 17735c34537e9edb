//! What each operation does: check, act, reply. Grouped by what it is about.

pub(crate) mod buckets;
pub(crate) mod configurations;
pub(crate) mod lists;
pub(crate) mod objects;
pub(crate) mod tagging;
pub(crate) mod uploads;
pub(crate) mod versions;
