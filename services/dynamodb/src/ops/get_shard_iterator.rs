use bytes::Bytes;
use dynoxide::actions::get_shard_iterator::{self, GetShardIteratorRequest};
use dynoxide::streams;

use crate::decode;
use crate::errors::Error;
use crate::operations::{Desk, done, written};
use crate::scope::SHARD_ID;

pub(crate) fn get_shard_iterator(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let mut request: GetShardIteratorRequest = decode::request("GetShardIterator", body)?;
    if request.shard_id != SHARD_ID {
        let (shard, arn) = (&request.shard_id, desk.scope.outward_arn(&request.stream_arn));
        // By analogy with a stream that isn't there.
        let message =
            format!("Requested resource not found: Shard: {shard} in Stream: {arn} not found");
        return Err(Error::ResourceNotFound(message));
    }
    // What isn't a stream's ARN is left for dynoxide to refuse.
    if let Some(table) = request.stream_arn.split('/').nth(1) {
        request.shard_id = streams::shard_id(table);
    }
    Ok(written(&done(get_shard_iterator::execute(desk.storage, request))?))
}
