//! Frames as bytes (RFC 6455 §5).

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

/// A frame of a client, unmasked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) is_final: bool,
    pub(crate) opcode: Opcode,
    pub(crate) payload: Vec<u8>,
}

/// Why bytes are no frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    Protocol,
    TooLarge,
}

const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;
const CONTROL_BYTES_MAX: usize = 125;
const MASK_BYTES: usize = 4;
const HEAD_BYTES_MAX: usize = 10;

impl Opcode {
    fn of(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Opcode::Continuation,
            0x1 => Opcode::Text,
            0x2 => Opcode::Binary,
            0x8 => Opcode::Close,
            0x9 => Opcode::Ping,
            0xA => Opcode::Pong,
            _ => return None,
        })
    }

    fn bits(self) -> u8 {
        match self {
            Opcode::Continuation => 0x0,
            Opcode::Text => 0x1,
            Opcode::Binary => 0x2,
            Opcode::Close => 0x8,
            Opcode::Ping => 0x9,
            Opcode::Pong => 0xA,
        }
    }

    pub(crate) fn is_control(self) -> bool {
        matches!(self, Opcode::Close | Opcode::Ping | Opcode::Pong)
    }
}

/// Takes the first frame out of what has arrived; none if it isn't all there.
pub(crate) fn take(
    arrived: &mut Vec<u8>,
    payload_bytes_max: usize,
) -> Result<Option<Frame>, Malformed> {
    let [first, second, ..] = arrived[..] else { return Ok(None) };
    // The reserved bits belong to extensions, and none was agreed on.
    let opcode = (first & 0x70 == 0).then(|| Opcode::of(first & 0x0F)).flatten();
    let opcode = opcode.ok_or(Malformed::Protocol)?;
    let is_final = first & FINAL != 0;
    // A client must mask what it sends (§5.1).
    if second & MASKED == 0 {
        return Err(Malformed::Protocol);
    }
    let (length, length_bytes) = match usize::from(second & !MASKED) {
        126 => (extended::<2>(arrived), 2),
        127 => (extended::<8>(arrived), 8),
        short => (Some(short), 0),
    };
    let Some(length) = length else { return Ok(None) };
    if opcode.is_control() && (!is_final || CONTROL_BYTES_MAX < length) {
        return Err(Malformed::Protocol);
    }
    if payload_bytes_max < length {
        return Err(Malformed::TooLarge);
    }
    let mask_at = 2 + length_bytes;
    let (start, end) = (mask_at + MASK_BYTES, mask_at + MASK_BYTES + length);
    let Some(masked) = arrived.get(start..end) else { return Ok(None) };
    let mask = &arrived[mask_at..start];
    let payload = masked.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
    if arrived.len() == end {
        // Nothing is kept of a connection that is silent.
        *arrived = Vec::new();
    } else {
        arrived.drain(..end);
    }
    Ok(Some(Frame { is_final, opcode, payload }))
}

fn extended<const N: usize>(arrived: &[u8]) -> Option<usize> {
    let bytes = arrived.get(2..2 + N)?;
    let length = bytes.iter().fold(0_u64, |length, byte| length << 8 | u64::from(*byte));
    // What doesn't fit is too large for anybody.
    Some(usize::try_from(length).unwrap_or(usize::MAX))
}

/// Writes the head of a frame that a server sends.
pub(crate) fn head_into(out: &mut Vec<u8>, opcode: Opcode, length: usize) {
    out.push(FINAL | opcode.bits());
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ 0..=125), _) => out.push(short),
        (_, Ok(medium)) => {
            out.push(126);
            out.extend_from_slice(&medium.to_be_bytes());
        }
        (_, Err(_)) => {
            out.push(127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

/// Appends a text message, made of several parts, to what is to be [written](crate::Socket::write).
pub fn text_into(out: &mut Vec<u8>, parts: &[&str]) {
    let length = parts.iter().map(|part| part.len()).sum();
    out.reserve(length + HEAD_BYTES_MAX);
    head_into(out, Opcode::Text, length);
    parts.iter().for_each(|part| out.extend_from_slice(part.as_bytes()));
}

/// Appends a message of bytes, made of several parts, to what is to be [written](crate::Socket::write).
pub fn binary_into(out: &mut Vec<u8>, parts: &[&[u8]]) {
    let length = parts.iter().map(|part| part.len()).sum();
    out.reserve(length + HEAD_BYTES_MAX);
    head_into(out, Opcode::Binary, length);
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

/// Appends the answer to a ping to what is to be [written](crate::Socket::write).
pub fn pong_into(out: &mut Vec<u8>, payload: &[u8]) {
    control_into(out, Opcode::Pong, payload);
}

pub(crate) fn control_into(out: &mut Vec<u8>, opcode: Opcode, payload: &[u8]) {
    head_into(out, opcode, payload.len());
    out.extend_from_slice(payload);
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: [u8; 11] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58];

    #[test]
    fn the_masked_example_of_the_specification_is_read_however_it_arrives() {
        for cut in 0..HELLO.len() {
            let mut arrived = HELLO[..cut].to_vec();
            assert_eq!(take(&mut arrived, 100), Ok(None), "{cut}");
            arrived.extend_from_slice(&HELLO[cut..]);
            let frame = take(&mut arrived, 100).unwrap().unwrap();
            assert_eq!((frame.opcode, &*frame.payload), (Opcode::Text, &b"Hello"[..]));
            assert_eq!(arrived.capacity(), 0);
        }
    }

    #[test]
    fn frames_stay_apart() {
        let mut arrived = [HELLO, HELLO].concat();
        assert!(take(&mut arrived, 100).unwrap().is_some());
        assert_eq!(arrived, HELLO);
    }

    #[test]
    fn what_breaks_the_protocol_is_refused() {
        let refused = |bytes: &[u8]| take(&mut bytes.to_vec(), 100).unwrap_err();
        assert_eq!(refused(&[0x81, 0x05]), Malformed::Protocol, "unmasked");
        assert_eq!(refused(&[0xC1, 0x85]), Malformed::Protocol, "a reserved bit");
        assert_eq!(refused(&[0x83, 0x85]), Malformed::Protocol, "an unknown opcode");
        assert_eq!(refused(&[0x09, 0x85]), Malformed::Protocol, "a ping in pieces");
        assert_eq!(refused(&[0x89, 0xFE, 0, 200]), Malformed::Protocol, "a long ping");
        assert_eq!(refused(&[0x81, 0xFE, 0, 200]), Malformed::TooLarge);
        let endless = [&[0x81, 0xFF][..], &[0xFF; 8]].concat();
        assert_eq!(refused(&endless), Malformed::TooLarge);
    }

    #[test]
    fn lengths_are_written_as_short_as_they_may_be() {
        let head = |length| {
            let mut out = Vec::new();
            head_into(&mut out, Opcode::Text, length);
            out
        };
        assert_eq!(head(125), [0x81, 125]);
        assert_eq!(head(126), [0x81, 126, 0, 126]);
        assert_eq!(head(65_536), [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }
}
