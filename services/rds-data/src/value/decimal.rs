//! PostgreSQL's `numeric`: digits of base 10,000.

use super::Bytes;

const NEGATIVE: i16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const NEGATIVE_INFINITY: u16 = 0xF000;

/// A decimal as PostgreSQL writes it; nothing of bytes that are none.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    let mut bytes = Bytes(bytes);
    let count = usize::try_from(bytes.i16()?).ok()?;
    let weight = bytes.i16()?;
    let sign = bytes.i16()?;
    let scale = usize::try_from(bytes.i16()?).ok()?;
    match sign as u16 {
        NAN => return Some("NaN".to_owned()),
        INFINITY => return Some("Infinity".to_owned()),
        NEGATIVE_INFINITY => return Some("-Infinity".to_owned()),
        _ => {}
    }
    let digits: Vec<i16> = (0..count).map(|_| bytes.i16()).collect::<Option<_>>()?;
    let group = |place: i32| {
        let place = usize::try_from(place).ok();
        place.and_then(|place| digits.get(place)).copied().unwrap_or(0)
    };
    let weight = i32::from(weight);

    let whole: String = (0..=weight).map(|place| format!("{:04}", group(place))).collect();
    let whole = whole.trim_start_matches('0');
    let groups = i32::try_from(scale.div_ceil(4)).ok()?;
    let mut fraction: String =
        (1..=groups).map(|place| format!("{:04}", group(weight + place))).collect();
    fraction.truncate(scale);

    let sign = if sign == NEGATIVE { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(weight: i16, sign: i16, scale: i16, digits: &[i16], expected: &str) {
        let head = [digits.len() as i16, weight, sign, scale];
        let words = head.iter().chain(digits);
        let bytes: Vec<u8> = words.flat_map(|word| word.to_be_bytes()).collect();
        assert_eq!(text(&bytes).as_deref(), Some(expected));
    }

    #[test]
    fn digits_stand_before_and_after_the_point() {
        check(0, 0, 0, &[], "0");
        check(0, 0, 2, &[], "0.00");
        check(0, NEGATIVE, 2, &[12, 5000], "-12.50");
        check(1, 0, 0, &[1], "10000");
        check(2, 0, 1, &[1, 0, 3, 5000], "100000003.5");
        check(-1, 0, 4, &[1], "0.0001");
        check(-2, 0, 8, &[12], "0.00000012");
        check(0, NAN as i16, 0, &[], "NaN");
    }
}
