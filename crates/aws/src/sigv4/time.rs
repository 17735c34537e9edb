//! Instants as signatures write them: ISO 8601 in its basic format, `20150830T123600Z`.

use base::Timestamp;

pub(super) fn format(instant: Timestamp) -> String {
    let extended = instant.to_string();
    let (seconds, _) = extended.split_once('.').unwrap_or((&extended, ""));
    let mut basic: String = seconds.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    basic.push('Z');
    basic
}

/// The instant in the basic form of ISO 8601, as `X-Amz-Date` has it: `20150830T123600Z`.
pub fn parse(basic: &str) -> Option<Timestamp> {
    let digits_where_they_belong = basic.len() == 16
        && basic.bytes().enumerate().all(|(index, byte)| match index {
            8 => byte == b'T',
            15 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        });
    if !digits_where_they_belong {
        return None;
    }
    let [year, month, day] = [&basic[..4], &basic[4..6], &basic[6..8]];
    let [hour, minute, second] = [&basic[9..11], &basic[11..13], &basic[13..15]];
    Timestamp::parse_rfc3339(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let instant = Timestamp::from_millis(1_440_938_160_000);
        assert_eq!(format(instant), "20150830T123600Z");
        assert_eq!(parse("20150830T123600Z"), Some(instant));
    }

    #[test]
    fn reads_nothing_else() {
        for text in ["", "20150830", "2015-08-30T12:36:00Z", "20150830t123600Z", "20151330T123600Z"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("2015083éT12360Z"), None, "no panic between bytes of a letter");
    }
}
