use bytes::Bytes;
use dynoxide::actions::get_records;

use crate::decode;
use crate::errors::Error;
use crate::operations::{Desk, done, written};

pub(crate) fn get_records(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let request = decode::request("GetRecords", body)?;
    let mut reply = done(get_records::execute(desk.storage, request))?;
    for record in &mut reply.records {
        record.aws_region.clone_from(&desk.scope.region);
    }
    Ok(written(&reply))
}
