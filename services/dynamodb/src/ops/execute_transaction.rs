use bytes::Bytes;
use dynoxide::actions::execute_transaction;

use crate::errors::Error;
use crate::operations::{Desk, answer};
use crate::tokens;

const NAME: &str = "ExecuteTransaction";

pub(crate) fn execute_transaction(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    tokens::once(desk, NAME, "TransactStatements", body, || {
        answer(NAME, body, |it| execute_transaction::execute(desk.storage, it))
    })
}
