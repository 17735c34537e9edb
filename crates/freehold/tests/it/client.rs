//! A client that does exactly what a test says, and no more.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

pub(crate) struct Client(BufReader<TcpStream>);

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        Client(BufReader::new(stream))
    }

    /// Sends bytes as they are.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    /// Sends an operation of the test room, with a host as SDKs make it for some operations.
    pub(crate) fn request(&mut self, operation: &str, body: &str) {
        self.request_with(&format!("X-Amz-Target: TestRoom.{operation}\r\n"), body);
    }

    pub(crate) fn request_with(&mut self, headers: &str, body: &str) {
        let length = body.len();
        self.send(format!(
            "POST / HTTP/1.1\r\nHost: sync-127.0.0.1:4566\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        ));
    }

    /// Sends an operation and reads the answer.
    pub(crate) fn call(&mut self, operation: &str, body: &str) -> Response {
        self.request(operation, body);
        self.read()
    }

    pub(crate) fn read(&mut self) -> Response {
        self.try_read().unwrap()
    }

    pub(crate) fn try_read(&mut self) -> io::Result<Response> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let status = head[9..12].parse().unwrap();
        let response = Response { status, head: head.to_lowercase(), body: String::new() };
        let length = response.header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok(Response { body: String::from_utf8(body).unwrap(), ..response })
    }

    /// Whether the server has closed the connection, waiting for it to.
    pub(crate) fn is_closed(&mut self) -> bool {
        match self.0.read(&mut [0]) {
            Ok(count) => count == 0,
            Err(error) => error.kind() == io::ErrorKind::ConnectionReset,
        }
    }
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        Some(line.split_once(':')?.1.trim())
    }
}

pub(crate) fn call(address: SocketAddr, operation: &str, body: &str) -> Response {
    Client::connect(address).call(operation, body)
}
