//! The stored form of a turn: one record with its events and, once each, the payloads they repeat.
//!
//! `format version (1 byte) · CBOR [ [payload text …], [event …] ]`. The version is checked when a
//! record is read; an unknown one is an error, never skipped. Every released version stays readable.

use json::Value;
use minicbor::decode::Decoder;
use minicbor::encode::{Encoder, Write};
use minicbor::{Decode, Encode};

use crate::event::{Event, Payload};

/// The format this release writes.
pub const VERSION: u8 = 1;

#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("decode a record of format version {0}, which this release does not know")]
    Version(u8),
    #[error("decode a record: {0}")]
    Malformed(String),
}

/// The payloads of one record, by index: written when met first, referred to afterwards.
#[derive(Debug, Default)]
pub struct PayloadTable {
    values: Vec<Value>,
}

/// What an encoding or decoding context must offer for [`Payload`]s.
pub trait Payloads {
    fn index_of(&mut self, value: &Value) -> u32;
    fn value_at(&self, index: u32) -> Option<Value>;
}

impl Payloads for PayloadTable {
    fn index_of(&mut self, value: &Value) -> u32 {
        // The payloads that a turn repeats are clones of one value; the newest are the likeliest.
        let known = self.values.iter().rposition(|known| known.is_same(value));
        let index = known.unwrap_or_else(|| {
            self.values.push(value.clone());
            self.values.len() - 1
        });
        index as u32
    }

    fn value_at(&self, index: u32) -> Option<Value> {
        self.values.get(index as usize).cloned()
    }
}

impl<C: Payloads> Encode<C> for Payload {
    fn encode<W: Write>(
        &self,
        encoder: &mut Encoder<W>,
        payloads: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.u32(payloads.index_of(&self.0))?.ok()
    }
}

impl<'b, C: Payloads> Decode<'b, C> for Payload {
    fn decode(
        decoder: &mut Decoder<'b>,
        payloads: &mut C,
    ) -> Result<Self, minicbor::decode::Error> {
        let index = decoder.u32()?;
        let value = payloads.value_at(index);
        value.map(Payload).ok_or_else(|| minicbor::decode::Error::message("no such payload"))
    }
}

/// Encodes the events of a turn.
pub fn encode(events: &[Event]) -> Vec<u8> {
    encode_with(events)
}

/// Decodes what [`encode`] wrote, in this release or an earlier one.
pub fn decode(record: &[u8]) -> Result<Vec<Event>, RecordError> {
    decode_with(record)
}

/// The text of a record's first payload. In an execution's first record that is its input.
pub fn first_payload(record: &[u8]) -> Result<&str, RecordError> {
    let mut payloads = payloads(record)?;
    match payloads.array() {
        Ok(Some(1..)) => payloads.str().map_err(malformed),
        Ok(_) => Err(RecordError::Malformed("it has no payload".to_owned())),
        Err(error) => Err(malformed(error)),
    }
}

/// `item`, with the payloads it holds written before it.
pub(crate) fn encode_with<T: Encode<PayloadTable> + ?Sized>(item: &T) -> Vec<u8> {
    let infallible = "writing to memory succeeds";
    let mut payloads = PayloadTable::default();
    let mut body = Vec::with_capacity(256);
    minicbor::encode_with(item, &mut body, &mut payloads).expect(infallible);
    let mut record = Vec::with_capacity(body.len() + 256);
    record.push(VERSION);
    let mut encoder = Encoder::new(&mut record);
    encoder.array(payloads.values.len() as u64).expect(infallible);
    for value in &payloads.values {
        encoder.str(&value.to_string()).expect(infallible);
    }
    record.extend_from_slice(&body);
    record
}

pub(crate) fn decode_with<T>(record: &[u8]) -> Result<T, RecordError>
where
    T: for<'b> Decode<'b, PayloadTable>,
{
    let mut decoder = payloads(record)?;
    let mut payloads = PayloadTable::default();
    let count = decoder.array().map_err(malformed)?;
    for _ in 0..count.unwrap_or(0) {
        let text = decoder.str().map_err(malformed)?;
        let value = Value::parse_written(text)
            .map_err(|error| RecordError::Malformed(error.to_string()))?;
        payloads.values.push(value);
    }
    let item = decoder.decode_with(&mut payloads).map_err(malformed)?;
    if decoder.position() != decoder.input().len() {
        return Err(RecordError::Malformed("bytes follow its end".to_owned()));
    }
    Ok(item)
}

/// What follows the version: first the payloads.
fn payloads(record: &[u8]) -> Result<Decoder<'_>, RecordError> {
    match record.split_first() {
        None => Err(RecordError::Malformed("it is empty".to_owned())),
        Some((&VERSION, body)) => Ok(Decoder::new(body)),
        Some((&version, _)) => Err(RecordError::Version(version)),
    }
}

fn malformed(error: minicbor::decode::Error) -> RecordError {
    RecordError::Malformed(error.to_string())
}
