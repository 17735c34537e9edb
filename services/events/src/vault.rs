//! Secrets at rest: ChaCha20-Poly1305 under a key of the house, a random nonce before each text.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};

use base::Entropy;

const NONCE_BYTES: usize = 12;

pub(crate) struct Vault(ChaCha20Poly1305);

impl Vault {
    pub(crate) fn new(key: [u8; 32]) -> Self {
        Vault(ChaCha20Poly1305::new(Key::from_slice(&key)))
    }

    /// Encrypts a text for the thing of that name: put in the place of another's, it doesn't open.
    pub(crate) fn seal(&self, name: &str, text: &str, entropy: &mut Entropy) -> Vec<u8> {
        let mut nonce = [0; NONCE_BYTES];
        entropy.fill(&mut nonce);
        let payload = Payload { msg: text.as_bytes(), aad: name.as_bytes() };
        let sealed = self.0.encrypt(Nonce::from_slice(&nonce), payload);
        [&nonce[..], &sealed.expect("a text in memory is within the cipher's bounds")].concat()
    }

    /// The text that was sealed for that name; `None` if it wasn't, or not with this key.
    pub(crate) fn open(&self, name: &str, sealed: &[u8]) -> Option<String> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_BYTES)?;
        let payload = Payload { msg: sealed, aad: name.as_bytes() };
        let text = self.0.decrypt(Nonce::from_slice(nonce), payload).ok()?;
        String::from_utf8(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_with_its_name_and_key_only() {
        let vault = Vault::new([7; 32]);
        let sealed = vault.seal("a", "secret", &mut Entropy::from_number(1));
        assert!(!sealed.windows(6).any(|window| window == b"secret"));
        assert_eq!(vault.open("a", &sealed).as_deref(), Some("secret"));
        assert_eq!(vault.open("b", &sealed), None);
        assert_eq!(Vault::new([8; 32]).open("a", &sealed), None);
        assert_eq!(vault.open("a", &sealed[..5]), None);
    }
}
