//! What a data source says of itself: the tables of a relational database as models.

use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Empty, GetDataSourceIntrospectionInput, StartDataSourceIntrospectionInput};

/// Clusters are connections in the configuration, and there is none yet.
pub(crate) async fn start_data_source_introspection(
    _: &Visit<'_>,
    req: StartDataSourceIntrospectionInput,
) -> Result<Empty, Error> {
    let Some(config) = req.rds_data_api_config else {
        return Err(Error::bad_request("rdsDataApiConfig is required."));
    };
    Err(Error::bad_request(format!(
        "No connection is configured for the cluster {}.",
        config.resource_arn
    )))
}

pub(crate) async fn get_data_source_introspection(
    _: &Visit<'_>,
    req: GetDataSourceIntrospectionInput,
) -> Result<Empty, Error> {
    Err(Error::IntrospectionNotFound(req.introspection_id))
}
