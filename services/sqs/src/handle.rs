//! Receipt handles: who received which message, and which time that was.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::errors::Error;
use crate::queue::Queue;

/// What a receipt handle says, once it is known to be of this queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handle {
    pub(crate) number: u64,
    /// Which receive of the message gave it.
    pub(crate) receive_count: u32,
}

impl Handle {
    pub(crate) fn to_text(self, queue: &Queue) -> String {
        let Handle { number, receive_count } = self;
        STANDARD.encode(format!("{} {number} {receive_count}", queue.id))
    }

    pub(crate) fn parse(queue: &Queue, text: &str) -> Result<Self, Error> {
        read(queue, text).ok_or_else(|| Error::ReceiptHandleIsInvalid(text.to_owned()))
    }
}

fn read(queue: &Queue, text: &str) -> Option<Handle> {
    let text = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    let mut parts = text.split(' ');
    let (of, number, receive_count) = (parts.next()?, parts.next()?, parts.next()?);
    let handle =
        Handle { number: number.parse().ok()?, receive_count: receive_count.parse().ok()? };
    (of == queue.id && parts.next().is_none()).then_some(handle)
}
