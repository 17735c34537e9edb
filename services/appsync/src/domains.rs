//! The domain names that lead to APIs: looked up for every request that could be meant for one.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use store::Error;

use crate::address::{Named, Place};
use crate::tables::Tables;

/// The ids of APIs by domain name, as the rows had them when they were last looked at.
#[derive(Default)]
pub(crate) struct Domains(RwLock<HashMap<String, String>>);

impl Domains {
    /// Whether a name leads to an API.
    pub(crate) fn has(&self, place: &Place) -> bool {
        match &place.api {
            Named::Domain(name) => self.api(name).is_some(),
            Named::Id(_) => false,
        }
    }

    /// The id of the API that a name leads to.
    pub(crate) fn api(&self, name: &str) -> Option<String> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let wildcard = || known.get(&format!("*.{}", name.split_once('.')?.1)).cloned();
        known.get(name).cloned().or_else(wildcard)
    }

    /// Looks at the rows again.
    pub(crate) async fn reload(&self, tables: &Tables<'_>) -> Result<(), Error> {
        let associated = tables
            .domains()
            .await?
            .into_iter()
            .filter_map(|domain| Some((domain.config.domain_name, domain.association?.api_id)));
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = associated.collect();
        Ok(())
    }
}
