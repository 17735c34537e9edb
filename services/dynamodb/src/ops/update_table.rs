use bytes::Bytes;
use dynoxide::actions::update_table::{self, UpdateTableRequest};

use crate::decode;
use crate::errors::Error;
use crate::operations::{Desk, done, written};
use crate::ops::forget_records;

pub(crate) fn update_table(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let request: UpdateTableRequest = decode::request("UpdateTable", body)?;
    let enables = request.stream_specification.as_ref().map(|stream| stream.stream_enabled);
    let table = request.table_name.clone();
    let has_stream = desk.storage.get_table_metadata(&table)?.is_some_and(|it| it.stream_enabled);
    if enables == Some(true) && has_stream {
        return Err(Error::StreamEnabled(table));
    }
    let reply = done(update_table::execute(desk.storage, request, desk.lifecycle))?;
    if enables.is_some() {
        forget_records(desk, &table)?;
    }
    Ok(written(&reply))
}
