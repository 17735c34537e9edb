use bytes::Bytes;
use dynoxide::actions::transact_write_items::{self, TransactWriteItem, TransactWriteItemsRequest};

use crate::decode;
use crate::errors::Error;
use crate::operations::{Desk, done, written};
use crate::tokens;

const NAME: &str = "TransactWriteItems";

pub(crate) fn transact_write_items(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    tokens::once(desk, NAME, "TransactItems", body, || {
        let request: TransactWriteItemsRequest = decode::request(NAME, body)?;
        if request.transact_items.iter().any(has_empty_values) {
            return Err(Error::Validation(EMPTY_VALUES.to_owned()));
        }
        Ok(written(&done(transact_write_items::execute(desk.storage, request))?))
    })
}

/// As in moto, verified against AWS: transact_write_items__empty_expr_attr_values.
const EMPTY_VALUES: &str = "ExpressionAttributeValues must not be empty";

/// Whether an action brings values of which there are none.
fn has_empty_values(action: &TransactWriteItem) -> bool {
    let put = action.put.as_ref().map(|it| &it.expression_attribute_values);
    let update = action.update.as_ref().map(|it| &it.expression_attribute_values);
    let delete = action.delete.as_ref().map(|it| &it.expression_attribute_values);
    let check = action.condition_check.as_ref().map(|it| &it.expression_attribute_values);
    let given = [put, update, delete, check].into_iter().flatten().flatten();
    given.into_iter().any(std::collections::HashMap::is_empty)
}
