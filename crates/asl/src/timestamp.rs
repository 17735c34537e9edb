//! Timestamps in data: what `IsTimestamp`, `TimestampEquals` and `TimestampPath` take for one.

use base::Timestamp;

/// An instant, finer than the milliseconds that AWS records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant {
    timestamp: Timestamp,
    /// Nanoseconds past the millisecond.
    nanos: u32,
}

impl Instant {
    /// AWS's messages speak of an "ISO-8601 extended offset date-time format", the words of Java's
    /// `ISO_OFFSET_DATE_TIME`, and that is what this reads: seconds and their fraction may be left
    /// out, `t` and `z` may be small, an offset must be there.
    pub(crate) fn parse(text: &str) -> Option<Instant> {
        let (date, rest) = text.split_at_checked(10)?;
        let rest = rest.strip_prefix(['T', 't'])?;
        let clock = rest.find(['Z', 'z', '+', '-'])?;
        let (clock, offset) = rest.split_at(clock);
        let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
        let seconds = match clock.len() {
            5 => ":00",
            8 => "",
            _ => return None,
        };
        let digits = !fraction.is_empty() && fraction.bytes().all(|digit| digit.is_ascii_digit());
        // A second 60 is read elsewhere, as a leap second; not by Java.
        let leap = clock.as_bytes().ends_with(b"60");
        if !digits || 9 < fraction.len() || leap || !is_offset(offset) {
            return None;
        }
        let nanos: u32 = format!("{fraction:0<9}").parse().ok()?;
        let offset = offset.to_ascii_uppercase();
        let whole = format!("{date}T{clock}{seconds}.{:03}{offset}", nanos / 1_000_000);
        Some(Instant { timestamp: Timestamp::parse_rfc3339(&whole)?, nanos: nanos % 1_000_000 })
    }

    /// To the millisecond.
    pub(crate) fn timestamp(self) -> Timestamp {
        self.timestamp
    }
}

/// `Z`, or hours and minutes, and seconds if need be.
fn is_offset(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['+', '-']) else {
        return matches!(text, "Z" | "z");
    };
    matches!(rest.len(), 5 | 8)
        && rest.split(':').all(|part| part.len() == 2 && part.bytes().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_java_reads() {
        let millis = |text| Instant::parse(text).map(|instant| instant.timestamp().as_millis());
        assert_eq!(millis("1970-01-01T00:00:01Z"), Some(1000));
        assert_eq!(millis("1970-01-01T01:00:01.5+01:00"), Some(1500));
        assert_eq!(millis("1970-01-01T00:01Z"), Some(60_000));
        assert_eq!(millis("1970-01-01t00:00:00z"), Some(0));
        assert_eq!(millis("1970-01-01T00:00:00.000000001Z"), Some(0));
        for text in [
            "",
            "2023-02-24",
            "2012-10-09T19:00:55",
            "2016-12-05 21:29:29Z",
            "05-12-2016T21:29:29Z",
            "2016-13-05T21:29:29Z",
            "2016-02-30T21:29:29Z",
            "2016-12-05T25:29:29Z",
            "2016-12-05T21:29:60Z",
            "2016-12-05T24:00:00Z",
            "2016-12-05T00éb+00:00",
            "2016-12-05T21Z",
            "2016-12-05T21:29:29.Z",
            "2016-12-05T21:29:29.0000000001Z",
            "2016-12-05T21:29:29+0100",
            "2016-12-05T21:29:29+01",
            "2016-12-05T21:29:29Z[UTC]",
            "2016-12-05T21:29:29Zé",
            "2016-12-0éT21:29:29Z",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }

    #[test]
    fn instants_of_equal_milliseconds_still_differ() {
        let parse = |text| Instant::parse(text).expect("is a timestamp");
        assert!(parse("2020-01-01T00:00:00.0001Z") < parse("2020-01-01T00:00:00.0002Z"));
        assert_eq!(parse("2020-01-01T01:00:00+01:00"), parse("2020-01-01T00:00:00.000Z"));
    }
}
