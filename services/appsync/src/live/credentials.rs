//! Where clients put what says who they are, as a WebSocket's handshake can't have any header from a browser.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html>

use ::http::HeaderMap;
use ::http::header::{HeaderName, HeaderValue};
use ::http::request::Parts;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use json::{Kind, Value};
use websocket::Offer;

use crate::reply::Refusal;

/// What the subprotocol begins with that is none, but the headers.
const PREFIX: &str = "header-";
const PARAMETER: &str = "header";

/// Clients pad or don't.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The headers of a handshake: in a subprotocol, in the query, or where headers belong.
pub(super) fn carried(head: &Parts, offer: &Offer<'_>) -> Result<HeaderMap, Refusal> {
    let query = head.uri.query().unwrap_or_default();
    let in_query = || {
        let mut parameters = aws::sigv4::query_parameters(query);
        parameters.find(|(name, _)| name == PARAMETER).map(|(_, value)| value)
    };
    let in_protocols = offer.protocols().find_map(|protocol| protocol.strip_prefix(PREFIX));
    match in_protocols.map(str::to_owned).or_else(in_query) {
        Some(encoded) => {
            let unreadable = || Refusal::bad_request("The authorization header can't be read.");
            decoded(&encoded).ok_or_else(unreadable)
        }
        None => Ok(head.headers.clone()),
    }
}

fn decoded(encoded: &str) -> Option<HeaderMap> {
    // Of either alphabet; a blank was a plus before somebody took the query for a form.
    let encoded: String = encoded
        .chars()
        .map(|c| match c {
            '-' | ' ' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    let bytes = LENIENT.decode(encoded).ok()?;
    headers(&Value::parse(std::str::from_utf8(&bytes).ok()?).ok()?)
}

/// Headers that were written as an object; none if it isn't one.
pub(super) fn headers(object: &Value) -> Option<HeaderMap> {
    if object.kind() != Kind::Object {
        return None;
    }
    let header = |(name, value): (&str, Value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_str(value.as_str()?).ok()?))
    };
    Some(object.entries().filter_map(header).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_from_either_alphabet_padded_or_not() {
        // {"host":"a?>b","x-api-key":"da2-1"}
        for encoded in [
            "eyJob3N0IjoiYT8+YiIsIngtYXBpLWtleSI6ImRhMi0xIn0=",
            "eyJob3N0IjoiYT8-YiIsIngtYXBpLWtleSI6ImRhMi0xIn0",
            "eyJob3N0IjoiYT8 YiIsIngtYXBpLWtleSI6ImRhMi0xIn0",
        ] {
            let headers = decoded(encoded).unwrap();
            assert_eq!(headers["host"], "a?>b", "{encoded}");
            assert_eq!(headers["x-api-key"], "da2-1", "{encoded}");
        }
        assert!(decoded("W10").is_none());
        assert!(decoded("?").is_none());
    }
}
