//! The patterns of Java's `DateTimeFormatter`, in English.

use jiff::Zoned;
use jiff::civil::{Date, Time};
use jiff::tz::{Offset, TimeZone};

/// One piece of a pattern.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    Literal(String),
    /// A letter, so many times.
    Field(char, usize),
    /// `[`: what follows may be missing when a text is read.
    Optional(Vec<Part>),
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const FIELDS: &str = "GuyDMLdQqYwWFEecaHhKkmsSAnNVzOXxZ";

/// So many of one letter are the most that Java allows of any.
const LETTERS_MAX: usize = 19;
const NESTING_MAX: usize = 32;

/// # Errors
/// What is wrong with the pattern, in Java's words.
pub(super) fn parse(pattern: &str) -> Result<Vec<Part>, String> {
    let mut chars = pattern.chars().peekable();
    let mut open: Vec<Vec<Part>> = vec![Vec::new()];
    while let Some(char) = chars.next() {
        let part = match char {
            '\'' => {
                let mut literal = String::new();
                loop {
                    match chars.next() {
                        Some('\'') if chars.next_if_eq(&'\'').is_some() => literal.push('\''),
                        Some('\'') if literal.is_empty() => break literal.push('\''),
                        Some('\'') => break,
                        Some(char) => literal.push(char),
                        None => {
                            return Err("Pattern ends with an incomplete string literal: "
                                .to_owned()
                                + pattern);
                        }
                    }
                }
                Part::Literal(literal)
            }
            '[' if NESTING_MAX < open.len() => return Err("Pattern is nested too deeply".into()),
            '[' => {
                open.push(Vec::new());
                continue;
            }
            ']' if 1 < open.len() => Part::Optional(open.pop().unwrap_or_default()),
            ']' => return Err("Pattern invalid as it contains ] without previous [".into()),
            char if FIELDS.contains(char) => {
                let mut count = 1;
                while chars.next_if_eq(&char).is_some() {
                    count += 1;
                }
                if LETTERS_MAX < count {
                    return Err(format!("Too many pattern letters: {char}"));
                }
                Part::Field(char, count)
            }
            char if char.is_ascii_alphabetic() => {
                return Err(format!("Unknown pattern letter: {char}"));
            }
            char if "{}#".contains(char) => {
                return Err(format!("Pattern includes reserved character: '{char}'"));
            }
            char => Part::Literal(char.into()),
        };
        open.last_mut().expect("the pattern itself is never closed").push(part);
    }
    // What is still open at the end counts as closed there, as in Java.
    while 1 < open.len() {
        let inner = Part::Optional(open.pop().unwrap_or_default());
        open.last_mut().expect("the pattern itself is never closed").push(inner);
    }
    Ok(open.pop().unwrap_or_default())
}

pub(super) fn format(parts: &[Part], at: &Zoned) -> Result<String, String> {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Literal(literal) => text.push_str(literal),
            Part::Optional(parts) => text.push_str(&format(parts, at)?),
            Part::Field(letter, count) => text.push_str(&field(*letter, *count, at)?),
        }
    }
    Ok(text)
}

fn field(letter: char, count: usize, at: &Zoned) -> Result<String, String> {
    let padded = |number: i64| format!("{number:0count$}");
    let named = |names: &[&str], place: usize| match count {
        1..=3 => names[place][..3].to_owned(),
        4 => names[place].to_owned(),
        _ => names[place][..1].to_owned(),
    };
    let hour = i64::from(at.hour());
    let nano_of_day = i64::from(at.hour()) * 3_600_000_000_000
        + i64::from(at.minute()) * 60_000_000_000
        + i64::from(at.second()) * 1_000_000_000
        + i64::from(at.subsec_nanosecond());
    Ok(match letter {
        'G' => if 0 < at.year() { "AD" } else { "BC" }.to_owned(),
        'u' | 'y' if count == 2 => format!("{:02}", at.year().rem_euclid(100)),
        'u' | 'y' => padded(at.year().into()),
        'D' => padded(at.day_of_year().into()),
        'M' | 'L' if 3 <= count => named(&MONTHS, at.month() as usize - 1),
        'M' | 'L' => padded(at.month().into()),
        'd' => padded(at.day().into()),
        'Q' | 'q' if count <= 2 => padded(i64::from((at.month() - 1) / 3 + 1)),
        'Q' | 'q' => format!("Q{}", (at.month() - 1) / 3 + 1),
        'Y' | 'w' | 'W' | 'F' => week(letter, count, at.date()),
        'E' => named(&WEEKDAYS, at.weekday().to_monday_zero_offset() as usize),
        // Weeks begin on Sunday in the locale that AWS runs in.
        'e' | 'c' if count <= 2 => padded(i64::from(at.weekday().to_sunday_one_offset())),
        'e' | 'c' => named(&WEEKDAYS, at.weekday().to_monday_zero_offset() as usize),
        'a' => if hour < 12 { "AM" } else { "PM" }.to_owned(),
        'H' => padded(hour),
        'h' => padded((hour + 11) % 12 + 1),
        'K' => padded(hour % 12),
        'k' => padded((hour + 23) % 24 + 1),
        'm' => padded(at.minute().into()),
        's' => padded(at.second().into()),
        'S' => format!("{:09}", at.subsec_nanosecond()).chars().take(count).collect(),
        'n' => padded(at.subsec_nanosecond().into()),
        'A' => padded(nano_of_day / 1_000_000),
        'N' => padded(nano_of_day),
        'V' | 'z' => zone_text(letter, at),
        _ => offset_text(letter, count, at.offset().seconds()),
    })
}

/// What counts in weeks: years, weeks of the year and of the month, and sevens of days of the month.
/// A week begins on Sunday and belongs to the year that it ends in, as in the locale that AWS runs in.
fn week(letter: char, count: usize, date: Date) -> String {
    let day = i64::from(date.weekday().to_sunday_zero_offset());
    let last = date.saturating_add(jiff::Span::new().days(6 - day));
    let number = match letter {
        'Y' if count == 2 => i64::from(last.year().rem_euclid(100)),
        'Y' => i64::from(last.year()),
        'w' => i64::from((last.day_of_year() + 6) / 7),
        // The days of the month until the end of the week, rounded up to weeks.
        'W' => (i64::from(date.day()) + 6 - day + 6) / 7,
        _ => i64::from((date.day() + 6) / 7),
    };
    format!("{number:0count$}")
}

fn zone_text(letter: char, at: &Zoned) -> String {
    let name = at.time_zone().iana_name().map(str::to_owned);
    match letter {
        'z' if at.offset().is_zero() && name.as_deref().is_none_or(|name| name == "UTC") => {
            "UTC".into()
        }
        'z' => at.strftime("%Z").to_string(),
        _ => name.unwrap_or_else(|| offset_text('X', 3, at.offset().seconds())),
    }
}

fn offset_text(letter: char, count: usize, seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
    let plain = format!("{sign}{hours:02}{minutes:02}");
    let colon = format!("{sign}{hours:02}:{minutes:02}");
    match (letter, count) {
        ('X', _) | ('Z', 5) if seconds == 0 => "Z".into(),
        ('X' | 'x', 1) if minutes == 0 => format!("{sign}{hours:02}"),
        ('X' | 'x', 1 | 2 | 4) | ('Z', 1..=3) => plain,
        ('X' | 'x', _) | ('Z', 5) => colon,
        _ if seconds == 0 => "GMT".into(),
        ('O', 1) if minutes == 0 => format!("GMT{sign}{hours}"),
        ('O', 1) => format!("GMT{sign}{hours}:{minutes:02}"),
        _ => format!("GMT{colon}"),
    }
}

/// What was read so far.
#[derive(Clone, Default)]
struct Read {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: Option<i64>,
    hour_of_half: Option<i64>,
    afternoon: Option<bool>,
    minute: i64,
    second: i64,
    nano: i64,
    nano_of_day: Option<i64>,
    zone: Option<TimeZone>,
}

/// The milliseconds of the instant that the text names; `zone` is used where the text has none.
pub(super) fn read(parts: &[Part], text: &str, zone: Option<TimeZone>) -> Result<i64, String> {
    let mut read = Read::default();
    let rest = read_parts(parts, text, &mut read)?;
    if !rest.is_empty() {
        let at = text.len() - rest.len();
        return Err(format!("unparsed text found at index {at}"));
    }
    let zone = read.zone.clone().or(zone).ok_or("Unable to obtain Instant: no time zone")?;
    let date = read.date()?;
    let time = read.time()?;
    let instant = date.to_datetime(time).to_zoned(zone).map_err(|error| error.to_string())?;
    Ok(instant.timestamp().as_millisecond())
}

fn read_parts<'t>(parts: &[Part], mut text: &'t str, read: &mut Read) -> Result<&'t str, String> {
    for (place, part) in parts.iter().enumerate() {
        text = match part {
            Part::Literal(literal) => text
                .strip_prefix(literal.as_str())
                .ok_or_else(|| format!("'{literal}' expected before '{text}'"))?,
            Part::Optional(parts) => {
                let mut tried = read.clone();
                match read_parts(parts, text, &mut tried) {
                    Ok(rest) => {
                        *read = tried;
                        rest
                    }
                    Err(_) => text,
                }
            }
            Part::Field(letter, count) => {
                let adjacent = matches!(parts.get(place + 1), Some(Part::Field(..)));
                read.field(*letter, *count, adjacent, text)
                    .ok_or_else(|| format!("'{letter}' expected before '{text}'"))?
            }
        };
    }
    Ok(text)
}

impl Read {
    fn field<'t>(
        &mut self,
        letter: char,
        count: usize,
        adjacent: bool,
        text: &'t str,
    ) -> Option<&'t str> {
        match letter {
            'M' | 'L' if 3 <= count => {
                let (place, rest) = name(&MONTHS, count, text)?;
                self.month = Some(place as i64 + 1);
                return Some(rest);
            }
            'E' | 'e' | 'c' => return name(&WEEKDAYS, count, text).map(|(_, rest)| rest),
            'G' => return text.strip_prefix("AD"),
            'a' => {
                self.afternoon = Some(text.get(..2)?.eq_ignore_ascii_case("PM"));
                return text.get(2..);
            }
            'V' | 'z' | 'O' | 'X' | 'x' | 'Z' => return self.zone(text),
            _ => {}
        }
        // Digits: as many as the letters where the next field follows at once, else as many as there are.
        let most = match (letter, count) {
            ('S', _) => count,
            ('y' | 'u', 2) => 2,
            _ if adjacent => count,
            (_, 1) | ('y' | 'u', _) => 19,
            _ => count,
        };
        let negative = text.starts_with('-');
        let digits = text.strip_prefix('-').unwrap_or(text);
        let length = digits.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if length < if count == 1 { 1 } else { count } || (negative && !"yu".contains(letter)) {
            return None;
        }
        let number: i64 = digits[..length].parse().ok()?;
        let number = if negative { -number } else { number };
        match letter {
            'y' | 'u' if count == 2 => self.year = Some(2000 + number),
            'y' | 'u' => self.year = Some(number),
            'M' | 'L' => self.month = Some(number),
            'd' => self.day = Some(number),
            'D' => self.day_of_year = Some(number),
            'H' => self.hour = Some(number),
            'k' => self.hour = Some(number % 24),
            'h' => self.hour_of_half = Some(number % 12),
            'K' => self.hour_of_half = Some(number),
            'm' => self.minute = number,
            's' => self.second = number,
            'S' => self.nano = number * 10_i64.checked_pow(9_u32.checked_sub(length as u32)?)?,
            'n' => self.nano = number,
            'A' => self.nano_of_day = number.checked_mul(1_000_000),
            'N' => self.nano_of_day = Some(number),
            _ => {}
        }
        Some(&digits[length..])
    }

    fn zone<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        if let Some(rest) = text.strip_prefix('Z') {
            self.zone = Some(TimeZone::UTC);
            return Some(rest);
        }
        if let Some((seconds, rest)) = offset(text) {
            self.zone = Some(TimeZone::fixed(Offset::from_seconds(seconds).ok()?));
            return Some(rest);
        }
        let is_part = |char: char| char.is_ascii_alphanumeric() || "/_+-:".contains(char);
        let end = text.find(|char| !is_part(char)).unwrap_or(text.len());
        self.zone = Some(super::zone_named(&text[..end])?);
        Some(&text[end..])
    }

    fn date(&self) -> Result<Date, String> {
        let year = self.year.and_then(|year| i16::try_from(year).ok()).ok_or("no year")?;
        if let (Some(day), None) = (self.day_of_year, self.month) {
            let first = Date::new(year, 1, 1).map_err(|error| error.to_string())?;
            let day = first.checked_add(jiff::Span::new().days(day - 1));
            return day.map_err(|error| error.to_string());
        }
        let part = |part: Option<i64>| i8::try_from(part.unwrap_or(1)).unwrap_or(0);
        Date::new(year, part(self.month), part(self.day)).map_err(|error| error.to_string())
    }

    fn time(&self) -> Result<Time, String> {
        let mut time = [self.hour.unwrap_or(0), self.minute, self.second, self.nano];
        if let (None, Some(hour)) = (self.hour, self.hour_of_half) {
            time[0] = hour + if self.afternoon == Some(true) { 12 } else { 0 };
        }
        if let Some(nanos) = self.nano_of_day {
            let seconds = nanos / 1_000_000_000;
            time = [seconds / 3600, seconds / 60 % 60, seconds % 60, nanos % 1_000_000_000];
        }
        let part = |place: usize| i8::try_from(time[place]).unwrap_or(-1);
        Time::new(part(0), part(1), part(2), i32::try_from(time[3]).unwrap_or(-1))
            .map_err(|error| error.to_string())
    }
}

/// The place of the name that the text begins with, and what follows it.
fn name<'t>(names: &[&str], count: usize, text: &'t str) -> Option<(usize, &'t str)> {
    names.iter().enumerate().find_map(|(place, name)| {
        let name = if count == 4 { name } else { &name[..3] };
        text.strip_prefix(name).map(|rest| (place, rest))
    })
}

/// `+08:00`, `+0800`, `+08`, `+8`: the seconds and what follows.
pub(super) fn offset(text: &str) -> Option<(i32, &str)> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits =
        |text: &str, most: usize| text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let rest = &text[1..];
    let length = digits(rest, 2);
    let hours: i32 = rest.get(..length)?.parse().ok()?;
    let rest = &rest[length..];
    let tail = rest.strip_prefix(':').unwrap_or(rest);
    if digits(tail, 2) < 2 {
        return Some((sign * hours * 3600, rest));
    }
    let minutes: i32 = tail[..2].parse().ok()?;
    Some((sign * (hours * 3600 + minutes * 60), &tail[2..]))
}
