//! The domain names that lead to APIs: looked up for every request that could be meant for one.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use store::Error;

use crate::address::{Named, Place};
use crate::tables::Tables;

/// The domain names, in small letters, with the ids of their APIs, if they have one, as the rows had them when they were
/// last looked at.
#[derive(Default)]
pub(crate) struct Domains(RwLock<HashMap<String, Option<String>>>);

impl Domains {
    /// Whether a name leads to an API.
    pub(crate) fn has(&self, place: &Place) -> bool {
        match &place.api {
            Named::Domain(name) => self.api(name).is_some(),
            Named::Id(_) => false,
        }
    }

    /// Every name, whether it leads to an API or not.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// The id of the API that a name leads to.
    pub(crate) fn api(&self, name: &str) -> Option<String> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let wildcard = || known.get(&format!("*.{}", name.split_once('.')?.1));
        known.get(name).or_else(wildcard).cloned().flatten()
    }

    /// Looks at the rows again.
    pub(crate) async fn reload(&self, tables: &Tables<'_>) -> Result<(), Error> {
        let domains = tables.domains().await?.into_iter().map(|domain| {
            let name = domain.config.domain_name.to_ascii_lowercase();
            (name, domain.association.map(|associated| associated.api_id))
        });
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = domains.collect();
        Ok(())
    }
}
