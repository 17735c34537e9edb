//! Any bytes as the frames of a WebSocket's client: the same is heard however they arrive, and answers are within bounds.

use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use websocket::{Error, Message, Socket};

const MESSAGE_BYTES_MAX: usize = 1_000;
const PIECES: [usize; 3] = [1, 7, usize::MAX];

pub(crate) fn run(bytes: &[u8]) {
    let [one, seven, all] = PIECES.map(|piece| heard(bytes, piece));
    assert_eq!(one, all);
    assert_eq!(seven, all);
}

/// What is heard to the end, and why that is the end.
fn heard(bytes: &[u8], piece: usize) -> (Vec<Message>, String) {
    let mut socket = Socket::new(Wire { bytes, piece }, MESSAGE_BYTES_MAX);
    let mut messages = Vec::new();
    loop {
        let next = pin!(socket.next()).poll(&mut Context::from_waker(Waker::noop()));
        match next {
            Poll::Ready(Ok(message)) => messages.push(checked(message)),
            Poll::Ready(Err(Error::Refused(why))) => return (messages, format!("{why:?}")),
            Poll::Ready(Err(Error::Io(error))) => return (messages, error.to_string()),
            Poll::Pending => panic!("all that comes is there"),
        }
    }
}

fn checked(message: Message) -> Message {
    let length = match &message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) => bytes.len(),
        Message::Pong | Message::Close => 0,
    };
    assert!(length <= MESSAGE_BYTES_MAX, "{length}");
    message
}

/// A connection on which so many bytes come at once.
struct Wire<'b> {
    bytes: &'b [u8],
    piece: usize,
}

impl AsyncRead for Wire<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        read: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let length = self.piece.min(self.bytes.len()).min(read.remaining());
        let (piece, rest) = self.bytes.split_at(length);
        read.put_slice(piece);
        self.bytes = rest;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire<'_> {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
