//! JSON Web Tokens: read, and held against the keys of their issuer. Times are the caller's to check.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use json::Value;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey};

/// A token as it came.
pub struct Token<'t> {
    /// What is signed.
    message: &'t str,
    signature: &'t str,
    header: Value,
    /// What it claims.
    pub claims: Value,
}

impl<'t> Token<'t> {
    /// Reads the header `Authorization`, with or without `Bearer`.
    pub fn parse(authorization: &'t str) -> Option<Self> {
        let text = authorization.trim();
        let text = text.strip_prefix("Bearer ").map_or(text, str::trim);
        let (message, signature) = text.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let (header, claims) = (part(header)?, part(claims)?);
        Some(Token { message, signature, header, claims })
    }

    /// The key that it says it was signed with.
    pub fn key_id(&self) -> Option<String> {
        self.header_text("kid")
    }

    /// A claim that is a text.
    pub fn claim(&self, name: &str) -> Option<String> {
        self.claims.get(name)?.as_str().map(str::to_owned)
    }

    /// A claim that is an instant, in seconds.
    pub fn instant(&self, name: &str) -> Option<i64> {
        self.claims.get(name)?.as_f64().map(|seconds| seconds as i64)
    }

    /// Whether that key has signed it. Keys that both sides share aren't taken.
    pub fn is_signed_by(&self, key: &Jwk) -> bool {
        let algorithm = self.header_text("alg").and_then(|name| name.parse::<Algorithm>().ok());
        let Some(algorithm) = algorithm else { return false };
        if matches!(algorithm, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512) {
            return false;
        }
        let Ok(key) = DecodingKey::from_jwk(key) else { return false };
        let message = self.message.as_bytes();
        jsonwebtoken::crypto::verify(self.signature, message, &key, algorithm).unwrap_or(false)
    }

    fn header_text(&self, name: &str) -> Option<String> {
        self.header.get(name)?.as_str().map(str::to_owned)
    }
}

fn part(text: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    Value::parse(std::str::from_utf8(&bytes).ok()?)
        .ok()
        .filter(|it| it.kind() == json::Kind::Object)
}
