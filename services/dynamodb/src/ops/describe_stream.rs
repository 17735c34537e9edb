use bytes::Bytes;
use dynoxide::actions::describe_stream::{self, DescribeStreamRequest};

use crate::decode;
use crate::errors::Error;
use crate::operations::{Desk, done, written};
use crate::scope::{SHARD_ID, no_stream};

/// The lowest number that dynoxide takes for one of its own.
const FIRST_SEQUENCE_NUMBER: &str = "100000000000000000001";

pub(crate) fn describe_stream(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let request: DescribeStreamRequest = decode::request("DescribeStream", body)?;
    let (arn, after) = (request.stream_arn.clone(), request.exclusive_start_shard_id.clone());
    let mut reply = done(describe_stream::execute(desk.storage, request))?;
    let stream = &mut reply.stream_description;
    // dynoxide finds the table's stream, whichever label the ARN has.
    if arn.rsplit('/').next() != Some(&*stream.stream_label) {
        return Err(no_stream(&desk.scope.outward_arn(&arn)));
    }
    stream.stream_arn = desk.scope.outward_arn(&arn);
    if after.is_some() {
        stream.shards.clear();
    }
    for shard in &mut stream.shards {
        SHARD_ID.clone_into(&mut shard.shard_id);
        // A shard that is still written to has a beginning and no end; who sees an end takes it for closed.
        let range = &mut shard.sequence_number_range;
        range.starting_sequence_number.get_or_insert_with(|| FIRST_SEQUENCE_NUMBER.to_owned());
        range.ending_sequence_number = None;
    }
    Ok(written(&reply))
}
