//! What each operation does: check, act, reply. Grouped by what it is about.

pub(crate) mod acls;
pub(crate) mod archives;
pub(crate) mod buckets;
pub(crate) mod configurations;
pub(crate) mod copying;
pub(crate) mod headers;
pub(crate) mod lists;
pub(crate) mod locks;
pub(crate) mod objects;
pub(crate) mod reading;
pub(crate) mod tagging;
pub(crate) mod uploads;
pub(crate) mod versions;
