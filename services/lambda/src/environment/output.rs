//! What a function writes: taken in line by line, bounded, and handed on to the room of logs.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use service::House;
use tokio::net::unix::pipe;
use tokio::sync::mpsc;
use workload::{Line, Lines};

/// The end of the output that `LogType=Tail` gives.
const TAIL_BYTES: usize = 4 * 1024;
const CHUNK_BYTES: usize = 64 * 1024;

/// The output of an environment: of its process, and what is said about each request.
pub(super) struct Output {
    house: Arc<House>,
    pipe: pipe::Receiver,
    has_ended: bool,
    lines: Lines,
    pending: Vec<Line>,
    tail: Vec<u8>,
    kept_bytes: usize,
    dropped_bytes: usize,
    bytes_max: usize,
    delivery: mpsc::Sender<Vec<Line>>,
}

impl Output {
    /// The output, and the end of the pipe that the process writes to.
    pub(super) fn open(
        house: Arc<House>,
        bytes_max: usize,
        delivery: mpsc::Sender<Vec<Line>>,
    ) -> io::Result<(Self, OwnedFd)> {
        let (reader, writer) = io::pipe()?;
        let output = Output {
            house,
            pipe: pipe::Receiver::from_owned_fd(reader.into())?,
            has_ended: false,
            lines: Lines::default(),
            pending: Vec::new(),
            tail: Vec::new(),
            kept_bytes: 0,
            dropped_bytes: 0,
            bytes_max,
            delivery,
        };
        Ok((output, writer.into()))
    }

    /// Begins the output of another request.
    pub(super) fn begin(&mut self) {
        self.tail.clear();
        (self.kept_bytes, self.dropped_bytes) = (0, 0);
    }

    /// Waits for output and takes it in. Nothing is lost when it is dropped.
    pub(super) async fn read(&mut self) {
        if self.has_ended || self.pipe.readable().await.is_err() {
            return std::future::pending().await;
        }
        let mut chunk = vec![0; CHUNK_BYTES];
        match self.pipe.try_read(&mut chunk) {
            Ok(0) => self.has_ended = true,
            Ok(bytes) => self.take(&chunk[..bytes]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => self.has_ended = true,
        }
    }

    /// Takes in what has been written until now, whether tokio has heard of it or not.
    pub(super) fn drain(&mut self) {
        let mut chunk = vec![0; CHUNK_BYTES];
        // Who writes without end is not waited for.
        let mut left = self.bytes_max;
        while !self.has_ended && 0 < left {
            match rustix::io::read(&self.pipe, &mut chunk) {
                Ok(0) => self.has_ended = true,
                Ok(bytes) => {
                    left = left.saturating_sub(bytes);
                    self.take(&chunk[..bytes]);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        for line in self.lines.take(bytes) {
            self.end_line(&line);
        }
    }

    fn end_line(&mut self, bytes: &[u8]) {
        if self.bytes_max < self.kept_bytes + bytes.len() {
            self.dropped_bytes += bytes.len();
            return;
        }
        self.kept_bytes += bytes.len() + 1;
        // Runtimes write the line ends inside an event as carriage returns.
        let text = String::from_utf8_lossy(bytes).trim_end_matches('\r').replace('\r', "\n");
        self.say(text);
    }

    /// Adds a line of ours.
    pub(super) fn say(&mut self, text: String) {
        self.tail.extend_from_slice(text.as_bytes());
        self.tail.push(b'\n');
        if TAIL_BYTES * 16 < self.tail.len() {
            self.tail.drain(..self.tail.len() - TAIL_BYTES);
        }
        if !text.is_empty() {
            self.pending.push(Line { at: self.house.now(), text });
        }
    }

    /// Ends the output of a request, before what is said about it as a whole.
    pub(super) fn end(&mut self) {
        if let Some(rest) = self.lines.rest() {
            self.end_line(&rest);
        }
        if 0 < self.dropped_bytes {
            self.say(format!(
                "{} more bytes of output were dropped: one invocation logs at most {} bytes",
                self.dropped_bytes, self.bytes_max
            ));
        }
    }

    /// The end of the request's output.
    pub(super) fn tail(&self) -> Vec<u8> {
        self.tail[self.tail.len().saturating_sub(TAIL_BYTES)..].to_vec()
    }

    /// Hands on what there is. While the room of logs is slow, lines wait here; a request can't add more than its bound.
    pub(super) fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        if let Ok(place) = self.delivery.try_reserve() {
            place.send(std::mem::take(&mut self.pending));
        } else if self.bytes_max < self.pending.iter().map(|line| line.text.len()).sum() {
            tracing::warn!(lines = self.pending.len(), "the room of logs is too slow: dropped");
            self.pending.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use aws::PageTokens;
    use base::{Entropy, ManualClock, Timestamp};

    use super::*;

    fn output(bytes_max: usize) -> (Output, std::fs::File, mpsc::Receiver<Vec<Line>>) {
        let clock = Arc::new(ManualClock::starting_at(Timestamp::from_millis(5)));
        let (entropy, tokens) = (Entropy::from_number(1), PageTokens::new([1; 32]));
        let house = Arc::new(House::new("000000000000", "us-east-1", clock, entropy, tokens));
        let (delivery, delivered) = mpsc::channel(1);
        let (output, writer) = Output::open(house, bytes_max, delivery).unwrap();
        (output, std::fs::File::from(writer), delivered)
    }

    fn texts(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[tokio::test]
    async fn lines_are_handed_on_whole() {
        let (mut output, mut process, mut delivered) = output(1_000);
        process.write_all(b"one\ntwo\rand two\nthr").unwrap();
        output.drain();
        output.flush();
        assert_eq!(texts(&delivered.recv().await.unwrap()), ["one", "two\nand two"]);
        process.write_all(b"ee").unwrap();
        output.drain();
        output.end();
        output.flush();
        assert_eq!(texts(&delivered.recv().await.unwrap()), ["three"]);
        assert_eq!(output.tail(), b"one\ntwo\nand two\nthree\n");
    }

    #[tokio::test]
    async fn a_flood_is_dropped_and_said() {
        let (mut output, mut process, mut delivered) = output(100);
        for _ in 0..50 {
            process.write_all(b"nine byte\n").unwrap();
        }
        while output.dropped_bytes < 9 * 40 {
            output.drain();
        }
        output.end();
        output.flush();
        let lines = delivered.recv().await.unwrap();
        assert_eq!(lines.len(), 11);
        assert!(lines[10].text.starts_with("360 more bytes of output were dropped"));
    }
}
