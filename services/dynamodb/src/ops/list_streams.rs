use bytes::Bytes;
use dynoxide::actions::list_streams;

use crate::decode;
use crate::errors::Error;
use crate::operations::{Desk, done, written};

pub(crate) fn list_streams(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let request = decode::request("ListStreams", body)?;
    let mut reply = done(list_streams::execute(desk.storage, request))?;
    let streams = reply.streams.iter_mut().map(|stream| &mut stream.stream_arn);
    for arn in streams.chain(&mut reply.last_evaluated_stream_arn) {
        *arn = desk.scope.outward_arn(arn);
    }
    Ok(written(&reply))
}
