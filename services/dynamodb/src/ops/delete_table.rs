use bytes::Bytes;
use dynoxide::actions::delete_table::{self, DeleteTableRequest};

use crate::decode;
use crate::errors::Error;
use crate::operations::{Desk, done, written};
use crate::ops::resource_policies::forget_policies;
use crate::ops::{continuous_backups, forget_records};

pub(crate) fn delete_table(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let request: DeleteTableRequest = decode::request("DeleteTable", body)?;
    let table = request.table_name.clone();
    let reply = done(delete_table::execute(desk.storage, request, desk.lifecycle))?;
    forget_records(desk, &table)?;
    forget_policies(desk, &table)?;
    continuous_backups::forget(desk, &table)?;
    Ok(written(&reply))
}
