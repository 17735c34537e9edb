use bytes::Bytes;
use dynoxide::actions::transact_write_items;

use crate::errors::Error;
use crate::operations::{Desk, answer};
use crate::tokens;

const NAME: &str = "TransactWriteItems";

pub(crate) fn transact_write_items(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    tokens::once(desk, NAME, "TransactItems", body, || {
        answer(NAME, body, |it| transact_write_items::execute(desk.storage, it))
    })
}
