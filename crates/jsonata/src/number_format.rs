//! `$formatNumber`: numbers as pictures describe them (XPath 3.1 `format-number`).

use crate::error::{Result, fault};
use crate::functions::round;
use crate::integer_format::common_interval;

/// The characters that pictures are written with.
#[derive(Debug)]
pub(crate) struct Symbols {
    decimal_separator: char,
    grouping_separator: char,
    exponent_separator: char,
    minus_sign: String,
    percent: String,
    per_mille: String,
    zero_digit: char,
    digit: char,
    pattern_separator: char,
}

impl Default for Symbols {
    fn default() -> Self {
        Symbols {
            decimal_separator: '.',
            grouping_separator: ',',
            exponent_separator: 'e',
            minus_sign: "-".to_owned(),
            percent: "%".to_owned(),
            per_mille: "‰".to_owned(),
            zero_digit: '0',
            digit: '#',
            pattern_separator: ';',
        }
    }
}

impl Symbols {
    /// Names that aren't known change nothing.
    pub(crate) fn set(&mut self, name: &str, text: &str) {
        let single = text.chars().next();
        let target = match name {
            "decimal-separator" => &mut self.decimal_separator,
            "grouping-separator" => &mut self.grouping_separator,
            "exponent-separator" => &mut self.exponent_separator,
            "zero-digit" => &mut self.zero_digit,
            "digit" => &mut self.digit,
            "pattern-separator" => &mut self.pattern_separator,
            "minus-sign" => return self.minus_sign = text.to_owned(),
            "percent" => return self.percent = text.to_owned(),
            "per-mille" => return self.per_mille = text.to_owned(),
            _ => return,
        };
        *target = single.unwrap_or(*target);
    }

    fn is_mandatory(&self, char: char) -> bool {
        (char as u32).checked_sub(self.zero_digit as u32).is_some_and(|digit| digit < 10)
    }

    fn is_digit(&self, char: char) -> bool {
        self.is_mandatory(char) || char == self.digit
    }

    fn is_active(&self, char: char) -> bool {
        self.is_digit(char)
            || [
                self.decimal_separator,
                self.exponent_separator,
                self.grouping_separator,
                self.pattern_separator,
            ]
            .contains(&char)
    }
}

pub(crate) fn format(number: f64, picture: &str, symbols: &Symbols) -> Result<String> {
    let pictures: Vec<&str> = picture.split(symbols.pattern_separator).collect();
    if 2 < pictures.len() {
        return Err(fault("D3080"));
    }
    let mut layouts = Vec::new();
    for picture in &pictures {
        let parts = Parts::of(picture, symbols);
        parts.validate(symbols)?;
        layouts.push(Layout::of(&parts, symbols));
    }
    if number < 0.0 && layouts.len() == 1 {
        layouts[0].prefix.insert_str(0, &symbols.minus_sign);
    }
    let layout = if number < 0.0 { layouts.last() } else { layouts.first() };
    let layout = layout.expect("a text splits into one picture at least");
    Ok(layout.format(number.abs(), symbols))
}

/// A sub-picture, taken apart.
struct Parts<'a> {
    picture: &'a str,
    prefix: &'a str,
    suffix: &'a str,
    active: &'a str,
    mantissa: &'a str,
    exponent: Option<&'a str>,
    integer: &'a str,
    fraction: &'a str,
}

impl<'a> Parts<'a> {
    fn of(picture: &'a str, symbols: &Symbols) -> Parts<'a> {
        let marks = |char: char| symbols.is_active(char) && char != symbols.exponent_separator;
        let start = picture.find(marks).unwrap_or(0);
        let end = picture.rfind(marks).map_or(picture.len(), |at| {
            at + picture[at..].chars().next().map_or(0, char::len_utf8)
        });
        let (prefix, active, suffix) = (&picture[..start], &picture[start..end], &picture[end..]);
        // An exponent without digits stands at the very end.
        let within =
            picture[start..].find(symbols.exponent_separator).filter(|at| start + at <= end);
        let (mantissa, exponent) = match within {
            None => (active, None),
            Some(at) => {
                let after = (at + symbols.exponent_separator.len_utf8()).min(active.len());
                (&active[..at], Some(&active[after..]))
            }
        };
        let (integer, fraction) = mantissa
            .split_once(symbols.decimal_separator)
            .unwrap_or((mantissa, if exponent.is_none() { suffix } else { "" }));
        Parts { picture, prefix, suffix, active, mantissa, exponent, integer, fraction }
    }

    /// Of all rules that are broken, the last one is named, as the reference implementation does.
    fn validate(&self, symbols: &Symbols) -> Result<()> {
        let (decimal, grouping) = (symbols.decimal_separator, symbols.grouping_separator);
        let repeats = |text: &str| self.picture.find(text) != self.picture.rfind(text);
        let (percent, per_mille) = (&*symbols.percent, &*symbols.per_mille);
        let scaled = [percent, per_mille].map(|sign| self.picture.contains(sign));
        let beside_decimal = [(grouping, decimal), (decimal, grouping)]
            .iter()
            .any(|(first, second)| self.picture.contains(&format!("{first}{second}")));
        let has_decimal = self.picture.contains(decimal);
        let mandatory = |char: char| symbols.is_mandatory(char);
        let optional = symbols.digit;
        let before_optional = self.integer.find(optional).map(|at| &self.integer[..at]);
        let after_optional = self.fraction.rfind(optional).map(|at| &self.fraction[at..]);
        let rules = [
            (self.picture.matches(decimal).count() > 1, "D3081"),
            (repeats(percent), "D3082"),
            (repeats(per_mille), "D3083"),
            (scaled == [true, true], "D3084"),
            (!self.mantissa.contains(|char| symbols.is_digit(char)), "D3085"),
            (self.active.contains(|char| !symbols.is_active(char)), "D3086"),
            (has_decimal && beside_decimal, "D3087"),
            (!has_decimal && self.integer.ends_with(grouping), "D3088"),
            (self.picture.contains(&format!("{grouping}{grouping}")), "D3089"),
            (before_optional.is_some_and(|part| part.contains(mandatory)), "D3090"),
            (after_optional.is_some_and(|part| part.contains(mandatory)), "D3091"),
            (self.exponent.is_some_and(|part| !part.is_empty()) && scaled.contains(&true), "D3092"),
            (
                self.exponent.is_some_and(|part| part.is_empty() || !part.chars().all(mandatory)),
                "D3093",
            ),
        ];
        match rules.iter().rev().find(|(broken, _)| *broken) {
            Some((_, code)) => Err(fault(code)),
            None => Ok(()),
        }
    }
}

/// What a sub-picture asks for.
struct Layout {
    prefix: String,
    suffix: String,
    factor: f64,
    shows_decimal: bool,
    integer_groups: Vec<usize>,
    regular_groups: Option<usize>,
    fraction_groups: Vec<usize>,
    integer_min: usize,
    scaling: i32,
    fraction_min: usize,
    fraction_max: usize,
    exponent_min: usize,
}

impl Layout {
    fn of(parts: &Parts<'_>, symbols: &Symbols) -> Layout {
        let mandatory =
            |text: &str| text.chars().filter(|char| symbols.is_mandatory(*char)).count();
        let digits = |text: &str| text.chars().filter(|char| symbols.is_digit(*char)).count();
        let separators = |text: &str| -> Vec<usize> {
            text.match_indices(symbols.grouping_separator).map(|(at, _)| at).collect()
        };
        let integer_groups: Vec<usize> =
            separators(parts.integer).iter().map(|at| digits(&parts.integer[*at..])).collect();
        let fraction_groups =
            separators(parts.fraction).iter().map(|at| digits(&parts.fraction[..*at])).collect();
        let mut integer_min = mandatory(parts.integer);
        let scaling = integer_min as i32;
        let (mut fraction_min, mut fraction_max) =
            (mandatory(parts.fraction), digits(parts.fraction));
        let has_exponent = parts.exponent.is_some();
        if integer_min == 0 && fraction_max == 0 {
            if has_exponent {
                (fraction_min, fraction_max) = (1, 1);
            } else {
                integer_min = 1;
            }
        }
        if has_exponent && integer_min == 0 && parts.integer.contains(symbols.digit) {
            integer_min = 1;
        }
        if integer_min == 0 && fraction_min == 0 {
            fraction_min = 1;
        }
        let factor = if parts.picture.contains(&symbols.percent) {
            100.0
        } else if parts.picture.contains(&symbols.per_mille) {
            1000.0
        } else {
            1.0
        };
        Layout {
            prefix: parts.prefix.to_owned(),
            suffix: parts.suffix.to_owned(),
            factor,
            shows_decimal: parts.picture.contains(symbols.decimal_separator),
            regular_groups: common_interval(&integer_groups),
            integer_groups,
            fraction_groups,
            integer_min,
            scaling,
            fraction_min,
            fraction_max,
            exponent_min: parts.exponent.map_or(0, mandatory),
        }
    }

    fn format(&self, number: f64, symbols: &Symbols) -> String {
        let (mantissa, exponent) = self.scaled(number * self.factor);
        let places = self.fraction_max.min(340);
        let text = format!("{:.places$}", round(mantissa, places as i32));
        let (integer, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let integer = integer.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        let integer = zeros(self.integer_min, integer) + integer;
        let fraction = fraction.to_owned() + &zeros(self.fraction_min, fraction);
        let mut out = self.prefix.clone();
        self.push_integer(&integer, symbols, &mut out);
        if self.shows_decimal && !fraction.is_empty() {
            out.push(symbols.decimal_separator);
            for (place, digit) in fraction.chars().enumerate() {
                if 0 < place && self.fraction_groups.contains(&place) {
                    out.push(symbols.grouping_separator);
                }
                out.push(localized(digit, symbols));
            }
        }
        if let Some(exponent) = exponent {
            out.push(symbols.exponent_separator);
            if exponent < 0 {
                out.push_str(&symbols.minus_sign);
            }
            let digits = exponent.abs().to_string();
            let digits = zeros(self.exponent_min, &digits) + &digits;
            out.extend(digits.chars().map(|digit| localized(digit, symbols)));
        }
        out + &self.suffix
    }

    /// With an exponent: the mantissa has as many digits before the point as the picture demands.
    fn scaled(&self, number: f64) -> (f64, Option<i32>) {
        if self.exponent_min == 0 {
            return (number, None);
        }
        let (least, most) = (10f64.powi(self.scaling - 1), 10f64.powi(self.scaling));
        let (mut mantissa, mut exponent) = (number, 0);
        while mantissa != 0.0 && mantissa < least {
            mantissa *= 10.0;
            exponent -= 1;
        }
        while most < mantissa {
            mantissa /= 10.0;
            exponent += 1;
        }
        (mantissa, Some(exponent))
    }

    fn push_integer(&self, digits: &str, symbols: &Symbols, out: &mut String) {
        let count = digits.len();
        for (place, digit) in digits.chars().enumerate() {
            let from_right = count - place;
            let separates = match self.regular_groups {
                Some(every) => from_right.is_multiple_of(every),
                None => self.integer_groups.contains(&from_right),
            };
            if 0 < place && separates {
                out.push(symbols.grouping_separator);
            }
            out.push(localized(digit, symbols));
        }
    }
}

/// The zeros that `digits` lack to be so many.
fn zeros(least: usize, digits: &str) -> String {
    "0".repeat(least.saturating_sub(digits.len()))
}

fn localized(digit: char, symbols: &Symbols) -> char {
    digit
        .to_digit(10)
        .and_then(|digit| char::from_u32(symbols.zero_digit as u32 + digit))
        .unwrap_or(digit)
}
