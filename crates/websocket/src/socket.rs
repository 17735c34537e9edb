//! A connection of messages.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::ready;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};

use crate::frame::{self, Frame, Malformed, Opcode};

/// How much is read at once, onto the stack.
const READ_BYTES: usize = 4 * 1024;

/// A connection after its handshake, seen from the server.
#[derive(Debug)]
pub struct Socket<S> {
    io: S,
    /// What has arrived and is no whole frame yet.
    arrived: Vec<u8>,
    /// The pieces of a message whose last one hasn't come.
    pieces: Option<(Kind, Vec<u8>)>,
    message_bytes_max: usize,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Binary,
}

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
    /// Wants a [pong](crate::pong_into) with the same bytes.
    Ping(Vec<u8>),
    /// Answers a ping.
    Pong,
    /// The client goes; its [close](Socket::close) is to be answered.
    Close,
}

/// Why a server ends a connection (RFC 6455 §7.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// All is said.
    Normal,
    /// The server stops.
    GoingAway,
    /// The client doesn't speak WebSocket.
    Protocol,
    /// The client has sent text that is none.
    NotText,
    /// The client isn't welcome, or too slow.
    Policy,
    /// The client has sent more than the server takes.
    TooLarge,
}

impl Close {
    fn code(self) -> u16 {
        match self {
            Close::Normal => 1000,
            Close::GoingAway => 1001,
            Close::Protocol => 1002,
            Close::NotText => 1007,
            Close::Policy => 1008,
            Close::TooLarge => 1009,
        }
    }
}

/// Why nothing more can be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The connection is gone.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The client is to be told why the connection ends.
    #[error("the client is refused: {0:?}")]
    Refused(Close),
}

impl From<Malformed> for Error {
    fn from(malformed: Malformed) -> Self {
        Error::Refused(match malformed {
            Malformed::Protocol => Close::Protocol,
            Malformed::TooLarge => Close::TooLarge,
        })
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// A connection that has just been upgraded. Messages that are larger end it.
    pub fn new(io: S, message_bytes_max: usize) -> Self {
        Socket { io, arrived: Vec::new(), pieces: None, message_bytes_max }
    }

    /// The next message. Nothing is lost when it isn't awaited to the end.
    ///
    /// # Errors
    /// The connection is gone, or has to be [closed](Socket::close).
    pub async fn next(&mut self) -> Result<Message, Error> {
        loop {
            while let Some(frame) = frame::take(&mut self.arrived, self.message_bytes_max)? {
                if let Some(message) = self.message(frame)? {
                    return Ok(message);
                }
            }
            self.read().await?;
        }
    }

    async fn read(&mut self) -> io::Result<()> {
        poll_fn(|cx| {
            let mut space = [MaybeUninit::uninit(); READ_BYTES];
            let mut read = ReadBuf::uninit(&mut space);
            ready!(Pin::new(&mut self.io).poll_read(cx, &mut read))?;
            if read.filled().is_empty() {
                return std::task::Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            self.arrived.extend_from_slice(read.filled());
            std::task::Poll::Ready(Ok(()))
        })
        .await
    }

    /// The message that a frame ends, if it does.
    fn message(&mut self, frame: Frame) -> Result<Option<Message>, Error> {
        let Frame { is_final, opcode, payload } = frame;
        let (kind, whole) = match (opcode, self.pieces.take()) {
            (Opcode::Close, _) => return Ok(Some(Message::Close)),
            (Opcode::Ping, pieces) => {
                self.pieces = pieces;
                return Ok(Some(Message::Ping(payload)));
            }
            (Opcode::Pong, pieces) => {
                self.pieces = pieces;
                return Ok(Some(Message::Pong));
            }
            (Opcode::Text, None) => (Kind::Text, payload),
            (Opcode::Binary, None) => (Kind::Binary, payload),
            (Opcode::Continuation, Some((kind, mut pieces))) => {
                if self.message_bytes_max < pieces.len() + payload.len() {
                    return Err(Error::Refused(Close::TooLarge));
                }
                pieces.extend_from_slice(&payload);
                (kind, pieces)
            }
            (Opcode::Text | Opcode::Binary, Some(_)) | (Opcode::Continuation, None) => {
                return Err(Error::Refused(Close::Protocol));
            }
        };
        if !is_final {
            self.pieces = Some((kind, whole));
            return Ok(None);
        }
        Ok(Some(match kind {
            Kind::Text => {
                let text = String::from_utf8(whole);
                Message::Text(text.map_err(|_| Error::Refused(Close::NotText))?)
            }
            Kind::Binary => Message::Binary(whole),
        }))
    }

    /// Writes what [`text_into`](crate::text_into), [`binary_into`](crate::binary_into) and
    /// [`pong_into`](crate::pong_into) have made.
    ///
    /// # Errors
    /// The connection is gone. So it is if this isn't awaited to the end: half a frame may have left.
    pub async fn write(&mut self, frames: &[u8]) -> io::Result<()> {
        self.io.write_all(frames).await?;
        self.io.flush().await
    }

    /// Says why the connection ends, and waits until the client has taken note: what is on its way to a client gets lost
    /// where a connection is dropped that has something unread.
    ///
    /// # Errors
    /// The connection is gone already.
    pub async fn close(&mut self, why: Close) -> io::Result<()> {
        let mut frame = Vec::new();
        frame::control_into(&mut frame, Opcode::Close, &why.code().to_be_bytes());
        self.write(&frame).await?;
        self.io.shutdown().await?;
        loop {
            self.arrived = Vec::new();
            self.read().await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame as a client sends it.
    fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [1, 2, 3, 4];
        let mut frame = vec![first, 0x80 | u8::try_from(payload.len()).unwrap()];
        frame.extend_from_slice(&mask);
        frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        frame
    }

    async fn heard(bytes: &[u8]) -> (Vec<Message>, Error) {
        let (mut client, server) = tokio::io::duplex(1024);
        client.write_all(bytes).await.unwrap();
        drop(client);
        let mut socket = Socket::new(server, 16);
        let mut messages = Vec::new();
        loop {
            match socket.next().await {
                Ok(message) => messages.push(message),
                Err(error) => return (messages, error),
            }
        }
    }

    #[tokio::test]
    async fn a_message_in_pieces_is_one_and_a_ping_may_come_between() {
        let bytes = [masked(0x01, b"Hel"), masked(0x89, b"?"), masked(0x80, b"lo")].concat();
        let (messages, _) = heard(&bytes).await;
        assert_eq!(messages, [Message::Ping(b"?".to_vec()), Message::Text("Hello".to_owned())]);
    }

    #[tokio::test]
    async fn a_client_is_told_what_it_did_wrong() {
        let refusal = async |bytes: &[u8]| match heard(bytes).await.1 {
            Error::Refused(why) => why,
            Error::Io(error) => panic!("{error}"),
        };
        assert_eq!(refusal(&masked(0x81, &[0xFF])).await, Close::NotText);
        assert_eq!(refusal(&masked(0x81, &[b'a'; 17])).await, Close::TooLarge);
        let pieces = [masked(0x01, &[b'a'; 9]), masked(0x80, &[b'a'; 9])].concat();
        assert_eq!(refusal(&pieces).await, Close::TooLarge);
        assert_eq!(refusal(&masked(0x80, b"end")).await, Close::Protocol);
        let twice = [masked(0x01, b"a"), masked(0x81, b"b")].concat();
        assert_eq!(refusal(&twice).await, Close::Protocol);
    }

    #[tokio::test]
    async fn a_connection_that_breaks_off_is_an_error() {
        assert!(matches!(heard(&masked(0x81, b"Hello")[..4]).await.1, Error::Io(_)));
    }

    #[tokio::test]
    async fn a_close_arrives_before_the_end() {
        let (client, server) = tokio::io::duplex(1024);
        let mut socket = Socket::new(server, 16);
        let (mut reader, writer) = tokio::io::split(client);
        let closing = socket.close(Close::GoingAway);
        let read = async {
            let mut bytes = [0; 4];
            tokio::io::AsyncReadExt::read_exact(&mut reader, &mut bytes).await.unwrap();
            drop((reader, writer));
            bytes
        };
        let (_, bytes) = tokio::join!(closing, read);
        assert_eq!(bytes, [0x88, 2, 0x03, 0xE9]);
    }
}
