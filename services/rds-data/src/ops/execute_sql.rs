use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{ExecuteSqlInput, Nothing};

/// AWS has it no more for clusters of today.
/// <https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_ExecuteSql.html>
pub(crate) async fn execute_sql(_: &Visit<'_>, _: ExecuteSqlInput) -> Result<Nothing, Error> {
    Err(Error::bad_request("ExecuteSql API is deprecated, please use ExecuteStatement API."))
}
