//! The CRC of bytes whose halves' CRCs are known, without a look at the bytes.
//!
//! Appending zeros to a message changes its CRC by a linear map over the two-element field; that of 2n zeros is the map
//! of n zeros done twice. It holds for CRCs that are reflected and begin and end inverted, as the three of S3 are.

use crate::model::Algorithm;

/// A linear map: what becomes of each bit.
type Map = [u64; 64];

/// The reflected polynomial and the bits of a CRC; nothing for hashes, which can't be joined.
fn parameters(algorithm: Algorithm) -> Option<(u64, usize)> {
    match algorithm {
        Algorithm::Crc32 => Some((0xEDB8_8320, 32)),
        Algorithm::Crc32c => Some((0x82F6_3B78, 32)),
        Algorithm::Crc64Nvme => Some((0x9A6C_9329_AC4B_C9B5, 64)),
        Algorithm::Sha1 | Algorithm::Sha256 => None,
    }
}

/// The CRC, big end first, of two messages one after the other, the second of which has so many bytes.
pub(crate) fn joined(
    algorithm: Algorithm,
    first: &[u8],
    second: &[u8],
    second_bytes: u64,
) -> Option<Vec<u8>> {
    let (polynomial, bits) = parameters(algorithm)?;
    let (first, second) = (number(first, bits)?, number(second, bits)?);
    let joined = behind(first, second_bytes, polynomial, bits) ^ second;
    Some(joined.to_be_bytes()[8 - bits / 8..].to_vec())
}

fn number(bytes: &[u8], bits: usize) -> Option<u64> {
    let is_whole = bytes.len() * 8 == bits;
    is_whole.then(|| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// What a CRC becomes when so many zero bytes follow.
fn behind(mut crc: u64, mut bytes: u64, polynomial: u64, bits: usize) -> u64 {
    let mut map: Map = [0; 64];
    map[0] = polynomial;
    for (place, to) in map.iter_mut().enumerate().take(bits).skip(1) {
        *to = 1 << (place - 1);
    }
    // From one zero bit to a zero byte.
    for _ in 0..3 {
        map = twice(&map, bits);
    }
    while bytes != 0 {
        if bytes & 1 == 1 {
            crc = apply(&map, crc);
        }
        map = twice(&map, bits);
        bytes >>= 1;
    }
    crc
}

fn apply(map: &Map, crc: u64) -> u64 {
    let set = |place: &usize| crc >> place & 1 == 1;
    (0..64).filter(set).fold(0, |sum, place| sum ^ map[place])
}

fn twice(map: &Map, bits: usize) -> Map {
    let mut doubled = [0; 64];
    for (to, from) in doubled.iter_mut().zip(map).take(bits) {
        *to = apply(map, *from);
    }
    doubled
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    use super::*;
    use crate::incoming::{hasher, value};

    fn crc(algorithm: Algorithm, bytes: &[u8]) -> Vec<u8> {
        let mut hasher = hasher(&[algorithm]);
        hasher.update(bytes);
        let text = value(&hasher.finalize(), algorithm).expect("was asked for");
        BASE64_STANDARD.decode(text).expect("is Base64")
    }

    #[test]
    fn the_joined_crc_is_that_of_the_joined_bytes() {
        let bytes: Vec<u8> = (0..1000_u32).map(|n| (n * n % 251) as u8).collect();
        for algorithm in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme] {
            for at in [0, 1, 500, 999, 1000] {
                let (first, second) = bytes.split_at(at);
                let (one, two) = (crc(algorithm, first), crc(algorithm, second));
                let found = joined(algorithm, &one, &two, second.len() as u64);
                assert_eq!(found, Some(crc(algorithm, &bytes)), "{algorithm:?} at {at}");
            }
        }
        assert_eq!(joined(Algorithm::Sha1, &[0; 20], &[0; 20], 1), None);
    }
}
