//! Dates and times: ISO 8601's extended forms as java.time reads them, offsets with seconds allowed.

/// Seconds from `-1000000000-01-01T00:00Z` to `1000000000-12-31T23:59:59.999999999Z`, which the scalar's
/// description in introspection names. DataStore keeps milliseconds in it, so 32 bits don't do.
pub(super) fn is_timestamp(seconds: i64) -> bool {
    (-31_557_014_167_219_200..=31_556_889_864_403_199).contains(&seconds)
}

/// `1970-01-01`, `1970-01-01Z`, `-2017-05-01+05:30`.
pub(super) fn is_date(text: &str) -> bool {
    let mut reader = Reader::new(text);
    reader.date().is_some() && (reader.is_done() || reader.offset().is_some() && reader.is_done())
}

/// `12:30`, `12:30Z`, `12:30:24.500+05:30`.
pub(super) fn is_time(text: &str) -> bool {
    let mut reader = Reader::new(text);
    reader.time().is_some() && (reader.is_done() || reader.offset().is_some() && reader.is_done())
}

/// `1970-01-01T12:00Z`: the offset is compulsory.
pub(super) fn is_date_time(text: &str) -> bool {
    let mut reader = Reader::new(text);
    let is_read = || {
        reader.date()?;
        reader.any(b"Tt")?;
        reader.time()?;
        reader.offset()?;
        Some(())
    };
    let mut is_read = is_read;
    is_read().is_some() && reader.is_done()
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Reader { rest: text.as_bytes() }
    }

    fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    fn any(&mut self, bytes: &[u8]) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        bytes.contains(first).then(|| {
            self.rest = rest;
            *first
        })
    }

    /// Between `least` and `most` digits.
    fn digits(&mut self, least: usize, most: usize) -> Option<i64> {
        let count = self.rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if count < least {
            return None;
        }
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        Some(digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0')))
    }

    fn two(&mut self, most: i64) -> Option<i64> {
        self.digits(2, 2).filter(|value| *value <= most)
    }

    /// A year of more than four digits needs its sign.
    fn date(&mut self) -> Option<()> {
        let sign = self.any(b"+-");
        let before = self.rest.len();
        let year = self.digits(4, if sign.is_some() { 9 } else { 4 })?;
        if sign == Some(b'+') && before - self.rest.len() == 4 {
            return None;
        }
        let year = if sign == Some(b'-') { -year } else { year };
        self.any(b"-")?;
        let month = self.two(12).filter(|month| 1 <= *month)?;
        self.any(b"-")?;
        self.two(days(year, month)).filter(|day| 1 <= *day).map(drop)
    }

    fn time(&mut self) -> Option<()> {
        self.two(23)?;
        self.any(b":")?;
        self.two(59)?;
        if self.any(b":").is_some() {
            self.two(59)?;
            if self.any(b".").is_some() {
                self.digits(1, 9)?;
            }
        }
        Some(())
    }

    /// `Z` or `±hh:mm[:ss]`, up to 18 hours either way.
    fn offset(&mut self) -> Option<()> {
        if self.any(b"Zz").is_some() {
            return Some(());
        }
        self.any(b"+-")?;
        let hours = self.two(18)?;
        self.any(b":")?;
        let minutes = self.two(59)?;
        let seconds = if self.any(b":").is_some() { self.two(59)? } else { 0 };
        (hours < 18 || minutes + seconds == 0).then_some(())
    }
}

fn days(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
