use std::collections::HashMap;

use regex::RegexBuilder;

use crate::datetime::calendar::{Civil, DAYS, MONTHS};
use crate::datetime::picture::{Marker, Part, Picture};
use crate::datetime::{MILLIS_MAX, millis_of};
use crate::error::{Result, fault};
use crate::integer_format::{Case, Grouping, IntegerPicture, Primary};
use crate::limits::Meter;

/// Steps that compiling a character of a pattern counts: a picture may be of words, whose pattern is long.
const COMPILING_STEPS: usize = 20;

/// The instant that the text names, in milliseconds; nothing if it doesn't look like the picture.
/// What is missing before the parts that are named is taken from `now`.
pub(crate) fn parse(text: &str, picture: &Picture, now: i64, meter: &Meter) -> Result<Option<f64>> {
    let mut pattern = "^".to_owned();
    for part in &picture.parts {
        pattern.push_str(&format!("({})", part.regex()?));
    }
    pattern.push('$');
    meter.work((text.len() + COMPILING_STEPS * pattern.len()) as u64)?;
    let regex = RegexBuilder::new(&pattern).case_insensitive(true).build();
    let Some(found) = regex.ok().as_ref().and_then(|regex| regex.captures(text)) else {
        return Ok(None);
    };
    let mut components = HashMap::new();
    for (part, group) in picture.parts.iter().zip(found.iter().skip(1)) {
        if let (Part::Marker(marker), Some(group)) = (part, group) {
            let value = marker.read(group.as_str())?;
            if !value.is_nan() {
                components.insert(marker.component, value);
            }
        }
    }
    if components.is_empty() {
        return Ok(None);
    }
    Components(components).instant(now).map(Some)
}

impl Part {
    fn regex(&self) -> Result<String> {
        match self {
            Part::Literal(text) => Ok(regex::escape(text)),
            Part::Marker(marker) => marker.regex(),
        }
    }
}

impl Marker {
    fn regex(&self) -> Result<String> {
        match (&self.integer, self.component) {
            (Some(picture), 'z' | 'Z') => {
                let prefix = if self.component == 'z' { "GMT" } else { "" };
                let minutes = match zone_separator(picture) {
                    Some(separator) => format!("{}[0-9]+", regex::escape(&separator.to_string())),
                    None => String::new(),
                };
                Ok(format!("{prefix}[-+][0-9]+{minutes}"))
            }
            (Some(picture), _) => picture.regex(),
            (None, 'M' | 'x' | 'F' | 'P') => Ok("[a-zA-Z]+".to_owned()),
            (None, component) => Err(fault("D3133").with("value", component.to_string())),
        }
    }

    fn read(&self, text: &str) -> Result<f64> {
        match (&self.integer, self.component) {
            (Some(picture), 'z' | 'Z') => Ok(read_zone(text, zone_separator(picture))),
            // Milliseconds are what the first three digits of a fraction say.
            (Some(_), 'f') => {
                let digits: String = text.chars().chain("00".chars()).take(3).collect();
                Ok(digits.parse().unwrap_or(f64::NAN))
            }
            (Some(picture), _) => match (&picture.primary, picture.case) {
                (Primary::Letters | Primary::Roman, Case::Upper) => {
                    picture.read(&text.to_uppercase())
                }
                (Primary::Letters | Primary::Roman, _) => picture.read(&text.to_lowercase()),
                _ => picture.read(text),
            },
            (None, 'P') => Ok(f64::from(u8::from(text.eq_ignore_ascii_case("pm")))),
            (None, component) => {
                let names: &[&str] = if component == 'F' { &DAYS } else { &MONTHS };
                let width = self.width_max.unwrap_or(usize::MAX);
                let found = names.iter().position(|name| {
                    name.chars().take(width).collect::<String>().eq_ignore_ascii_case(text)
                });
                Ok(found.map_or(f64::NAN, |place| (place + 1) as f64))
            }
        }
    }
}

/// What stands between the hours and the minutes of an offset.
fn zone_separator(picture: &IntegerPicture) -> Option<char> {
    match &picture.primary {
        Primary::Decimal(decimal) => match decimal.grouping {
            Grouping::Regular { separator, .. } => Some(separator),
            Grouping::Irregular(_) => None,
        },
        _ => None,
    }
}

/// Minutes east of Greenwich.
fn read_zone(text: &str, separator: Option<char>) -> f64 {
    let text = text.trim_start_matches(|char: char| char.is_ascii_alphabetic());
    let negative = text.starts_with('-');
    let digits = &text[1..];
    let (hours, minutes) = match separator {
        Some(separator) => digits.split_once(separator).unwrap_or((digits, "0")),
        None if digits.len() <= 2 => (digits, "0"),
        None => digits.split_at(2),
    };
    let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
    let offset = number(hours) * 60.0 + number(minutes);
    if negative { -offset } else { offset }
}

struct Components(HashMap<char, f64>);

impl Components {
    /// Whether some of `wanted`, and none of the other letters of `of`, were read with a value.
    fn only(&self, of: &str, wanted: &str) -> bool {
        let given = |component: &char| self.0.get(component).is_some_and(|value| *value != 0.0);
        let given: Vec<char> = of.chars().filter(given).collect();
        !given.is_empty() && given.iter().all(|component| wanted.contains(*component))
    }

    fn instant(mut self, now: i64) -> Result<f64> {
        const DATE: &str = "YXMxWwdD";
        const TIME: &str = "PHhmsf";
        let by_date = self.only(DATE, "YMD");
        let by_day = !by_date && self.only(DATE, "Yd");
        let by_month_week = self.only(DATE, "XxwF");
        let by_week = !by_month_week && self.only(DATE, "XWF");
        let half_days = !self.only(TIME, "Hmsf") && self.only(TIME, "Phmsf");
        let date = match () {
            () if by_day => "Yd",
            () if by_month_week => "XxwF",
            () if by_week => "XWF",
            () => "YMD",
        };
        let time = if half_days { "Phmsf" } else { "Hmsf" };
        self.complete(date.chars().chain(time.chars()), now)?;
        if by_month_week || by_week {
            return Err(fault("D3136"));
        }
        Ok(self.millis(by_day, half_days))
    }

    /// Parts above those that are named come from `now`, parts below are the first there are;
    /// between them none may be missing.
    fn complete(&mut self, parts: impl Iterator<Item = char>, now: i64) -> Result<()> {
        let now = Civil::of(now);
        let (mut started, mut ended) = (false, false);
        for part in parts {
            match (self.0.contains_key(&part), started) {
                (true, _) if ended => return Err(fault("D3136")),
                (true, _) => started = true,
                (false, true) => {
                    self.0.insert(part, f64::from(u8::from("MDd".contains(part))));
                    ended = true;
                }
                (false, false) => {
                    self.0.insert(part, now.component(part) as f64);
                }
            }
        }
        Ok(())
    }

    fn millis(&self, by_day: bool, half_days: bool) -> f64 {
        let part = |component: char| self.0.get(&component).copied().unwrap_or(0.0);
        let mut year = part('Y');
        // As JavaScript's `Date.UTC` has it.
        if (0.0..100.0).contains(&year) {
            year += 1900.0;
        }
        let (month, day) =
            if by_day { (0.0, part('d')) } else { ((part('M') - 1.0).max(0.0), part('D')) };
        let mut hour = part('H');
        if half_days {
            hour = if part('h') == 12.0 { 0.0 } else { part('h') } + 12.0 * part('P');
        }
        let whole = [year, month, day, hour, part('m'), part('s'), part('f')];
        let offset = self.0.get(&'Z').or(self.0.get(&'z')).copied().unwrap_or(0.0);
        if whole.iter().chain([&offset]).any(|part| !part.is_finite() || 1e8 < part.abs()) {
            return f64::NAN;
        }
        let midnight = millis_of(year as i64, month as i64, day as i64) as f64;
        let minutes = hour * 60.0 + part('m') - offset;
        let instant = midnight + minutes * 60_000.0 + part('s') * 1000.0 + part('f');
        if instant.abs() <= MILLIS_MAX { instant } else { f64::NAN }
    }
}
