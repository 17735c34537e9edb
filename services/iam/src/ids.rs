//! Ids and secrets as AWS forms them.

use base::Entropy;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The unique id of a thing: four letters that say of what kind, and seventeen more.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
pub(crate) fn unique(prefix: &str, entropy: &mut Entropy) -> String {
    let mut bytes = [0; 17];
    entropy.fill(&mut bytes);
    let letters = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    prefix.chars().chain(letters).collect()
}

/// Where in the eighty bits of a key's id the account stands, as on AWS: GetAccessKeyInfo reads it from any key.
const ACCOUNT_SHIFT: u32 = 39;
const ACCOUNT_BITS: u128 = (1 << 40) - 1;

/// The id of a key of that account: `AKIA` for a long-lived one, `ASIA` for a temporary one.
pub(crate) fn access_key(prefix: &str, account: &str, entropy: &mut Entropy) -> String {
    let mut random = [0; 16];
    entropy.fill(&mut random);
    let number: u128 = account.parse().unwrap_or_default();
    let room = ACCOUNT_BITS << ACCOUNT_SHIFT;
    let bits = (u128::from_be_bytes(random) & !room) | ((number & ACCOUNT_BITS) << ACCOUNT_SHIFT);
    // The first bit is always set on AWS: ids begin with `ASIAQ` or later.
    let bits = bits | 1 << 79;
    let letter = |place: u32| {
        let five = (bits >> (75 - 5 * place)) & 31;
        char::from(ALPHABET[usize::try_from(five).expect("five bits")])
    };
    prefix.chars().chain((0..16).map(letter)).collect()
}

/// The account that a key's id carries.
pub(crate) fn account_of_key(access_key_id: &str) -> Option<String> {
    let letters = access_key_id.get(4..20).filter(|_| access_key_id.len() == 20)?;
    let mut bits: u128 = 0;
    for letter in letters.bytes() {
        let five = ALPHABET.iter().position(|known| *known == letter)?;
        bits = bits << 5 | u128::try_from(five).ok()?;
    }
    Some(format!("{:012}", bits >> ACCOUNT_SHIFT & ACCOUNT_BITS))
}

/// Forty characters of Base64: 240 random bits.
pub(crate) fn secret(entropy: &mut Entropy) -> String {
    let mut bytes = [0; 30];
    entropy.fill(&mut bytes);
    STANDARD_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_carries_its_account() {
        let mut entropy = Entropy::from_number(1);
        for account in ["000000000000", "210987654321", "999999999999"] {
            let id = access_key("AKIA", account, &mut entropy);
            assert_eq!((id.len(), account_of_key(&id).as_deref()), (20, Some(account)));
        }
        // A key of AWS's, published with its account by those who found where it stands.
        let found = account_of_key("ASIAQNZGKIQY56JQ7WML");
        assert_eq!(found.as_deref(), Some("029608264753"));
        assert_eq!(account_of_key("AKIA"), None);
        assert_eq!(account_of_key("AKIA0000000000000000"), None);
    }

    #[test]
    fn unique_ids_have_their_length() {
        assert_eq!(unique("AIDA", &mut Entropy::from_number(1)).len(), 21);
    }
}
