//! Texts as the Java classes write them that AppSync is made of.

/// `java.net.URLEncoder`: a blank is `+`.
pub(crate) fn url_encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// `java.net.URLDecoder`; `None` where a `%` isn't followed by two digits.
pub(crate) fn url_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                (digit()? * 16 + digit()?) as u8
            }
            byte => byte,
        });
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Apache Commons' `StringEscapeUtils.escapeEcmaScript`.
pub(crate) fn escape_ecma_script(text: &str) -> String {
    let mut escaped = String::new();
    for char in text.chars() {
        match char {
            '\'' | '"' | '\\' | '/' => escaped.extend(['\\', char]),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            '\u{8}' => escaped.push_str("\\b"),
            '\u{c}' => escaped.push_str("\\f"),
            ' '..='\u{7f}' => escaped.push(char),
            _ => {
                let mut units = [0; 2];
                for unit in char.encode_utf16(&mut units) {
                    escaped.push_str(&format!("\\u{unit:04X}"));
                }
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_encoding_goes_there_and_back() {
        assert_eq!(url_encode("a b/ü*~"), "a+b%2F%C3%BC*%7E");
        assert_eq!(url_decode("a+b%2F%C3%BC*%7E").as_deref(), Some("a b/ü*~"));
        assert_eq!(url_decode("%4"), None);
    }

    #[test]
    fn scripts_are_escaped_beyond_ascii() {
        assert_eq!(escape_ecma_script("a'b/\u{e9}\n"), r"a\'b\/\u00E9\n");
    }
}
