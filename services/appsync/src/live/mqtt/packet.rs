//! The packets of MQTT 3.1 and 3.1.1 that a client needs who only listens.
//!
//! <https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/mqtt-v3.1.1.html>

/// The largest packet of a client.
const PACKET_BYTES_MAX: usize = 64 * 1024;

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Packet {
    Connect {
        client: String,
        keep_alive_seconds: u16,
    },
    Subscribe {
        id: u16,
        topics: Vec<String>,
    },
    Unsubscribe {
        id: u16,
        topics: Vec<String>,
    },
    Ping,
    Disconnect,
    /// Only the service publishes.
    Publish,
}

/// Bytes that are no packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// What the service answers to a client that connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connected {
    Accepted = 0,
    IdentifierRejected = 2,
}

/// Takes the first packet out of what has arrived; none if it isn't all there.
pub(super) fn take(arrived: &mut Vec<u8>) -> Result<Option<Packet>, Malformed> {
    let Some(first) = arrived.first().copied() else { return Ok(None) };
    let mut length = 0;
    let mut at = 1;
    loop {
        let Some(byte) = arrived.get(at) else { return Ok(None) };
        length |= usize::from(byte & 0x7F) << (7 * (at - 1));
        at += 1;
        if byte & 0x80 == 0 {
            break;
        }
        if 4 < at {
            return Err(Malformed);
        }
    }
    if PACKET_BYTES_MAX < length {
        return Err(Malformed);
    }
    let Some(body) = arrived.get(at..at + length) else { return Ok(None) };
    let packet = read(first, body).ok_or(Malformed)?;
    arrived.drain(..at + length);
    Ok(Some(packet))
}

fn read(first: u8, body: &[u8]) -> Option<Packet> {
    let mut body = Body(body);
    Some(match first >> 4 {
        1 => {
            let protocol = (body.text()?, body.byte()?);
            if !matches!((&*protocol.0, protocol.1), ("MQIsdp", 3) | ("MQTT", 4)) {
                return None;
            }
            // Who it is shows in the client's id; there is nothing to remember and nothing to be left behind.
            let _flags = body.byte()?;
            let keep_alive_seconds = body.number()?;
            Packet::Connect { client: body.text()?, keep_alive_seconds }
        }
        3 => Packet::Publish,
        8 => {
            let id = body.number()?;
            let mut topics = Vec::new();
            while !body.0.is_empty() {
                topics.push(body.text()?);
                let _quality = body.byte()?;
            }
            Packet::Subscribe { id, topics }
        }
        10 => {
            let id = body.number()?;
            let mut topics = Vec::new();
            while !body.0.is_empty() {
                topics.push(body.text()?);
            }
            Packet::Unsubscribe { id, topics }
        }
        12 => Packet::Ping,
        14 => Packet::Disconnect,
        _ => return None,
    })
}

struct Body<'b>(&'b [u8]);

impl Body<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    fn number(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes([self.byte()?, self.byte()?]))
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::from(self.number()?);
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok()
    }
}

pub(super) fn connected(outcome: Connected) -> [u8; 4] {
    [0x20, 2, 0, outcome as u8]
}

/// Each topic was taken, at most once each message; or not.
pub(super) fn subscribed(id: u16, taken: &[bool]) -> Vec<u8> {
    let mut packet = vec![0x90];
    length_into(&mut packet, 2 + taken.len());
    packet.extend_from_slice(&id.to_be_bytes());
    packet.extend(taken.iter().map(|taken| if *taken { 0 } else { 0x80 }));
    packet
}

pub(super) fn unsubscribed(id: u16) -> [u8; 4] {
    let [high, low] = id.to_be_bytes();
    [0xB0, 2, high, low]
}

pub(super) const PONG: [u8; 2] = [0xD0, 0];

/// The head of a message on a topic; the message follows.
pub(super) fn publish_head(topic: &str, message_bytes: usize) -> Vec<u8> {
    let mut packet = vec![0x30];
    length_into(&mut packet, 2 + topic.len() + message_bytes);
    packet.extend_from_slice(&u16::try_from(topic.len()).unwrap_or(u16::MAX).to_be_bytes());
    packet.extend_from_slice(topic.as_bytes());
    packet
}

fn length_into(packet: &mut Vec<u8>, mut length: usize) {
    loop {
        let byte = (length % 128) as u8;
        length /= 128;
        packet.push(if 0 < length { byte | 0x80 } else { byte });
        if length == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONNECT: &[u8] =
        &[0x10, 15, 0, 6, b'M', b'Q', b'I', b's', b'd', b'p', 3, 2, 0, 60, 0, 1, b'c'];

    #[test]
    fn packets_are_read_however_they_arrive() {
        let connect = Packet::Connect { client: "c".to_owned(), keep_alive_seconds: 60 };
        for cut in 0..CONNECT.len() {
            let mut arrived = CONNECT[..cut].to_vec();
            assert_eq!(take(&mut arrived), Ok(None), "{cut}");
            arrived.extend_from_slice(&CONNECT[cut..]);
            arrived.extend_from_slice(&[0xC0, 0]);
            assert_eq!(take(&mut arrived), Ok(Some(connect.clone())));
            assert_eq!(take(&mut arrived), Ok(Some(Packet::Ping)));
        }
        let mut arrived = vec![0x82, 11, 0, 7, 0, 1, b'a', 0, 0, 2, b'b', b'c', 1];
        let topics = vec!["a".to_owned(), "bc".to_owned()];
        assert_eq!(take(&mut arrived), Ok(Some(Packet::Subscribe { id: 7, topics })));
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        for wrong in [
            &[0x10, 3, 0, 6, b'M'][..],
            &[0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
            &[0x10, 0xFF, 0xFF, 0x7F],
            &[0xF0, 0],
            &[0x82, 5, 0, 7, 0, 9, b'a'],
        ] {
            assert_eq!(take(&mut wrong.to_vec()), Err(Malformed), "{wrong:?}");
        }
    }

    #[test]
    fn lengths_take_as_many_bytes_as_they_need() {
        assert_eq!(publish_head("t", 2), [0x30, 5, 0, 1, b't']);
        assert_eq!(publish_head("t", 125)[..3], [0x30, 0x80, 1]);
        assert_eq!(subscribed(1, &[true, false]), [0x90, 4, 0, 1, 0, 0x80]);
    }
}
