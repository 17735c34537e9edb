//! From a request to a connection of messages (RFC 6455 §4.2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::header::{
    CONNECTION, HeaderMap, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{Method, Response, StatusCode};
use sha1::{Digest as _, Sha1};

/// What the specification has the server append to the client's key.
const SALT: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const VERSION: &str = "13";

/// A client's wish to speak WebSocket.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'h> {
    key: &'h str,
    headers: &'h HeaderMap,
}

/// Why a wish to speak WebSocket can't be granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAWebSocket {
    /// It isn't a GET with the headers that it takes.
    #[error("The request is no WebSocket handshake.")]
    Malformed,
    /// It is for another version of the protocol.
    #[error("Only version 13 of WebSocket is spoken here.")]
    Version,
}

impl NotAWebSocket {
    /// The reply that says so.
    pub fn reply(self) -> Response<()> {
        let mut reply = Response::new(());
        match self {
            NotAWebSocket::Malformed => *reply.status_mut() = StatusCode::BAD_REQUEST,
            NotAWebSocket::Version => {
                *reply.status_mut() = StatusCode::UPGRADE_REQUIRED;
                let version = HeaderValue::from_static(VERSION);
                reply.headers_mut().insert(SEC_WEBSOCKET_VERSION, version);
            }
        }
        reply
    }
}

/// Whether a request wants to become a WebSocket, well or badly.
pub fn is_asked_for(headers: &HeaderMap) -> bool {
    has_token(headers, &UPGRADE, "websocket")
}

impl<'h> Offer<'h> {
    /// Reads the wish out of a request's head.
    ///
    /// # Errors
    /// The request is no handshake, or one of another version.
    pub fn of(method: &Method, headers: &'h HeaderMap) -> Result<Self, NotAWebSocket> {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        if method != Method::GET
            || !is_asked_for(headers)
            || !has_token(headers, &CONNECTION, "upgrade")
        {
            return Err(NotAWebSocket::Malformed);
        }
        if text(&SEC_WEBSOCKET_VERSION) != Some(VERSION) {
            return Err(NotAWebSocket::Version);
        }
        let key = text(&SEC_WEBSOCKET_KEY).ok_or(NotAWebSocket::Malformed)?;
        let is_key = BASE64.decode(key).is_ok_and(|bytes| bytes.len() == 16);
        if is_key { Ok(Offer { key, headers }) } else { Err(NotAWebSocket::Malformed) }
    }

    /// The protocols that the client would speak, the one it likes best first.
    pub fn protocols(&self) -> impl Iterator<Item = &'h str> + use<'h> {
        tokens(self.headers, &SEC_WEBSOCKET_PROTOCOL)
    }

    /// The reply that grants it: the connection is a WebSocket once it has been sent.
    pub fn accept(&self, protocol: Option<&'static str>) -> Response<()> {
        let digest = Sha1::new().chain_update(self.key).chain_update(SALT).finalize();
        let mut reply = Response::new(());
        *reply.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = reply.headers_mut();
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        if let Ok(accepted) = HeaderValue::from_str(&BASE64.encode(digest)) {
            headers.insert(SEC_WEBSOCKET_ACCEPT, accepted);
        }
        if let Some(protocol) = protocol {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
        }
        reply
    }
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    tokens(headers, name).any(|found| found.eq_ignore_ascii_case(token))
}

/// The members of a list that may be spread over several headers.
fn tokens<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'h str> + use<'h> {
    let values = headers.get_all(name).iter();
    let texts = values.filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).map(str::trim).filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    const ASKED: [(&str, &str); 5] = [
        ("upgrade", "WebSocket"),
        ("connection", "keep-alive, Upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-websocket-protocol", "graphql-ws, header-abc"),
    ];

    #[test]
    fn the_example_of_the_specification_is_accepted() {
        let headers = headers(&ASKED);
        let offer = Offer::of(&Method::GET, &headers).expect("it is one");
        assert_eq!(offer.protocols().collect::<Vec<_>>(), ["graphql-ws", "header-abc"]);
        let reply = offer.accept(Some("graphql-ws"));
        assert_eq!(reply.status(), 101);
        assert_eq!(reply.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert_eq!(reply.headers()["sec-websocket-protocol"], "graphql-ws");
    }

    #[test]
    fn what_is_no_handshake_is_refused() {
        let whole = headers(&ASKED);
        let refused = Offer::of(&Method::POST, &whole).map(|_| ());
        assert_eq!(refused, Err(NotAWebSocket::Malformed));
        for missing in ["upgrade", "connection", "sec-websocket-key"] {
            let mut headers = whole.clone();
            headers.remove(missing);
            let refused = Offer::of(&Method::GET, &headers).map(|_| ());
            assert_eq!(refused, Err(NotAWebSocket::Malformed), "{missing}");
        }
        let mut older = whole;
        older.insert("sec-websocket-version", HeaderValue::from_static("8"));
        let refused = Offer::of(&Method::GET, &older).map(|_| ());
        assert_eq!(refused, Err(NotAWebSocket::Version));
        assert_eq!(NotAWebSocket::Version.reply().headers()["sec-websocket-version"], "13");
    }
}
