//! The ids of events.

use crate::model::Place;

/// 56 digits, as on AWS: the same event has the same id always.
pub(crate) fn event_id(stream: &str, place: Place) -> String {
    // FNV-1a keeps the numbers of two streams apart.
    let of_stream = stream.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{:016}{of_stream:020}{:020}", place.at, place.number)
}
