//! Integers as pictures describe them: decimal patterns, letters, Roman numerals and words
//! (XPath 3.1 `format-integer`, in English).

mod words;

use std::rc::Rc;

use crate::error::{Result, fault};
use crate::limits::Meter;

#[derive(Clone, Debug)]
pub(crate) struct IntegerPicture {
    pub(crate) primary: Primary,
    pub(crate) case: Case,
    pub(crate) ordinal: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Primary {
    Letters,
    Roman,
    Words,
    Decimal(Decimal),
    /// Some other numbering, which isn't supported.
    Sequence(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Upper,
    Lower,
    Title,
}

#[derive(Clone, Debug)]
pub(crate) struct Decimal {
    /// The zero of the digits that the picture is written in.
    zero: u32,
    pub(crate) mandatory: usize,
    pub(crate) optional: usize,
    pub(crate) grouping: Grouping,
    /// How many digits to read, where nothing else says where the number ends.
    pub(crate) width: Option<usize>,
}

#[derive(Clone, Debug)]
pub(crate) enum Grouping {
    /// After every so many digits.
    Regular { every: usize, separator: char },
    /// At these distances from the right end.
    Irregular(Vec<(usize, char)>),
}

/// The zeros of the decimal digits that Unicode has in its basic plane.
const ZEROS: [u32; 37] = [
    0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66,
    0xde6, 0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
    0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

const ROMAN: [(u32, &str); 13] = [
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
];

impl IntegerPicture {
    pub(crate) fn parse(picture: &str) -> Result<IntegerPicture> {
        let (primary, modifier) = match picture.rsplit_once(';') {
            Some((primary, modifier)) => (primary, modifier),
            None => (picture, ""),
        };
        let ordinal = modifier.starts_with('o');
        let (primary, case) = match primary {
            "A" => (Primary::Letters, Case::Upper),
            "a" => (Primary::Letters, Case::Lower),
            "I" => (Primary::Roman, Case::Upper),
            "i" => (Primary::Roman, Case::Lower),
            "W" => (Primary::Words, Case::Upper),
            "Ww" => (Primary::Words, Case::Title),
            "w" => (Primary::Words, Case::Lower),
            _ => (decimal(primary)?, Case::Lower),
        };
        Ok(IntegerPicture { primary, case, ordinal })
    }

    pub(crate) fn format(&self, value: f64, meter: &Rc<Meter>) -> Result<String> {
        let size = value.abs();
        let mut text = match &self.primary {
            Primary::Letters => letters(size),
            Primary::Roman => {
                // A letter for each thousand.
                meter.charge((size / 1000.0).min(1e15) as usize).map(drop)?;
                roman(size)
            }
            Primary::Words => words::spelled(size, self.ordinal),
            Primary::Decimal(decimal) => {
                meter.charge(decimal.mandatory.saturating_mul(size_of::<char>())).map(drop)?;
                decimal.format(size, self.ordinal)
            }
            Primary::Sequence(picture) => {
                return Err(fault("D3130").with("value", picture.as_str()));
            }
        };
        match (&self.primary, self.case) {
            (Primary::Decimal(_), _) | (_, Case::Title) => {}
            (_, Case::Upper) => text = text.to_uppercase(),
            (_, Case::Lower) => text = text.to_lowercase(),
        }
        Ok(if value < 0.0 { format!("-{text}") } else { text })
    }

    /// Not a number for what the picture can't mean.
    pub(crate) fn read(&self, text: &str) -> Result<f64> {
        Ok(match &self.primary {
            Primary::Letters => {
                let base = if self.case == Case::Upper { 'A' } else { 'a' };
                let place = |char: char| f64::from(char as u32) - f64::from(base as u32) + 1.0;
                text.chars().fold(0.0, |sum, char| sum * 26.0 + place(char))
            }
            Primary::Roman if self.case == Case::Upper => read_roman(text),
            Primary::Roman => read_roman(&text.to_uppercase()),
            Primary::Words => words::read(&text.to_lowercase()),
            Primary::Decimal(decimal) => decimal.read(text, self.ordinal),
            Primary::Sequence(picture) => {
                return Err(fault("D3130").with("value", picture.as_str()));
            }
        })
    }

    /// A regular expression for the texts that [`read`](IntegerPicture::read) reads.
    pub(crate) fn regex(&self) -> Result<String> {
        Ok(match &self.primary {
            Primary::Letters => "[A-Za-z]+".to_owned(),
            Primary::Roman => "[MDCLXVI]+".to_owned(),
            Primary::Words => words::regex(),
            Primary::Decimal(decimal) => {
                let ordinal = if self.ordinal { "(?:th|st|nd|rd)" } else { "" };
                match decimal.width {
                    Some(width) => format!("[0-9]{{{width}}}{ordinal}"),
                    None => format!("[0-9]+{ordinal}"),
                }
            }
            Primary::Sequence(picture) => {
                return Err(fault("D3130").with("value", picture.as_str()));
            }
        })
    }

    pub(crate) fn decimal(&mut self) -> Option<&mut Decimal> {
        match &mut self.primary {
            Primary::Decimal(decimal) => Some(decimal),
            _ => None,
        }
    }
}

fn decimal(picture: &str) -> Result<Primary> {
    let mut zero = None;
    let (mut mandatory, mut optional) = (0, 0);
    let mut separators: Vec<(usize, char)> = Vec::new();
    for char in picture.chars().rev() {
        let code = char as u32;
        if let Some(group) = ZEROS.into_iter().find(|zero| (*zero..=*zero + 9).contains(&code)) {
            if *zero.get_or_insert(group) != group {
                return Err(fault("D3131"));
            }
            mandatory += 1;
        } else if char == '#' {
            optional += 1;
        } else {
            separators.push((mandatory + optional, char));
        }
    }
    let Some(zero) = zero else { return Ok(Primary::Sequence(picture.to_owned())) };
    let grouping = match (regular_interval(&separators), separators.first()) {
        (Some(every), Some((_, separator))) => Grouping::Regular { every, separator: *separator },
        _ => Grouping::Irregular(separators),
    };
    Ok(Primary::Decimal(Decimal { zero, mandatory, optional, grouping, width: None }))
}

/// The distance between separators that are all the same and equally far apart.
fn regular_interval(separators: &[(usize, char)]) -> Option<usize> {
    let (_, first) = separators.first()?;
    if separators.iter().any(|(_, char)| char != first) {
        return None;
    }
    let places: Vec<usize> = separators.iter().map(|(place, _)| *place).collect();
    common_interval(&places)
}

pub(crate) fn common_interval(places: &[usize]) -> Option<usize> {
    let divisor = |mut a: usize, mut b: usize| {
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let factor = places.iter().copied().reduce(divisor).filter(|factor| 0 < *factor)?;
    (1..=places.len()).all(|index| places.contains(&(index * factor))).then_some(factor)
}

impl Decimal {
    fn format(&self, value: f64, ordinal: bool) -> String {
        let digits = format!("{value}");
        let zeros = std::iter::repeat_n('0', self.mandatory.saturating_sub(digits.len()));
        let digits: Vec<char> = zeros.chain(digits.chars()).collect();
        let localized = |char: char| match char.to_digit(10) {
            Some(digit) => char::from_u32(self.zero + digit).unwrap_or(char),
            None => char,
        };
        let count = digits.len();
        let mut text: Vec<char> = digits.into_iter().map(localized).collect();
        match &self.grouping {
            Grouping::Regular { every, separator } => {
                for groups in (1..=(count - 1) / every).rev() {
                    text.insert(text.len() - groups * every, *separator);
                }
            }
            Grouping::Irregular(separators) => {
                let within = separators.iter().filter(|(from_right, _)| *from_right <= count);
                for (from_right, separator) in within.rev() {
                    text.insert(text.len() - from_right, *separator);
                }
            }
        }
        let suffix = if ordinal { ordinal_suffix(&text) } else { "" };
        text.into_iter().chain(suffix.chars()).collect()
    }

    fn read(&self, text: &str, ordinal: bool) -> f64 {
        let end = if ordinal { text.len().saturating_sub(2) } else { text.len() };
        let separates = |char: char| match &self.grouping {
            Grouping::Regular { separator, .. } => char == *separator,
            Grouping::Irregular(separators) => separators.iter().any(|(_, s)| *s == char),
        };
        let digit = |char: char| (char as u32).checked_sub(self.zero).filter(|digit| *digit < 10);
        let chars = text.get(..end).unwrap_or_default().trim_start().chars();
        let mut chars = chars.filter(|char| !separates(*char)).peekable();
        let negative = chars.next_if_eq(&'-').is_some();
        let mut value = None;
        while let Some(digit) = chars.next().and_then(digit) {
            value = Some(value.unwrap_or(0.0) * 10.0 + f64::from(digit));
        }
        let value = value.unwrap_or(f64::NAN);
        if negative { -value } else { value }
    }
}

fn ordinal_suffix(digits: &[char]) -> &'static str {
    let teens = digits.len().checked_sub(2).is_some_and(|place| digits[place] == '1');
    match digits.last() {
        Some('1') if !teens => "st",
        Some('2') if !teens => "nd",
        Some('3') if !teens => "rd",
        _ => "th",
    }
}

fn letters(mut value: f64) -> String {
    let mut letters = Vec::new();
    while 0.0 < value {
        letters.push((b'a' + ((value - 1.0) % 26.0) as u8) as char);
        value = ((value - 1.0) / 26.0).floor();
    }
    letters.into_iter().rev().collect()
}

fn roman(mut value: f64) -> String {
    let mut text = String::new();
    for (worth, letters) in ROMAN {
        while f64::from(worth) <= value {
            text.push_str(letters);
            value -= f64::from(worth);
        }
    }
    text
}

/// In capitals.
fn read_roman(text: &str) -> f64 {
    let (mut sum, mut most) = (0.0, 1.0);
    for char in text.chars().rev() {
        let found = ROMAN.iter().find(|(_, letters)| letters.to_uppercase().chars().eq([char]));
        let Some((worth, _)) = found else { return f64::NAN };
        let worth = f64::from(*worth);
        if worth < most {
            sum -= worth;
        } else {
            most = worth;
            sum += worth;
        }
    }
    sum
}
