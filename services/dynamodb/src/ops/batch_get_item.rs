use std::collections::BTreeSet;

use bytes::Bytes;
use dynoxide::actions::batch_get_item::{self, BatchGetItemRequest};

use crate::decode;
use crate::errors::Error;
use crate::operations::{Desk, done, written};

const NAME: &str = "BatchGetItem";

pub(crate) fn batch_get_item(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let request: BatchGetItemRequest = decode::request(NAME, body)?;
    check_names(&request)?;
    Ok(written(&done(batch_get_item::execute(desk.storage, request))?))
}

/// Names that no projection uses are refused before a table is looked for
/// (moto, verified against AWS: batch_get_item_unused_attribute_name).
fn check_names(request: &BatchGetItemRequest) -> Result<(), Error> {
    for asked in request.request_items.values() {
        let (Some(projection), Some(names)) =
            (&asked.projection_expression, &asked.expression_attribute_names)
        else {
            continue;
        };
        let is_end = |letter: char| letter.is_whitespace() || matches!(letter, ',' | '.' | '[');
        let used: BTreeSet<&str> = projection.split(is_end).collect();
        let unused: BTreeSet<&str> =
            names.keys().map(String::as_str).filter(|name| !used.contains(name)).collect();
        if !unused.is_empty() && names.keys().all(|name| name.starts_with('#')) {
            let keys = Vec::from_iter(unused).join(", ");
            return Err(Error::Validation(format!(
                "Value provided in ExpressionAttributeNames unused in expressions: keys: {{{keys}}}"
            )));
        }
    }
    Ok(())
}
