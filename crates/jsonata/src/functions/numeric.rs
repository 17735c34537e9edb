use crate::error::{Result, fault};
use crate::eval::Evaluator;
use crate::functions::{Arguments, Row};
use crate::integer_format::IntegerPicture;
use crate::number_format;
use crate::value::{Value, number_text};

pub(super) const ROWS: &[Row] = &[
    ("number", "<(nsb)-:n>", 1, number),
    ("floor", "<n-:n>", 1, |_, arguments| map(arguments, f64::floor)),
    ("ceil", "<n-:n>", 1, |_, arguments| map(arguments, f64::ceil)),
    ("abs", "<n-:n>", 1, |_, arguments| map(arguments, f64::abs)),
    ("round", "<n-n?:n>", 2, |_, arguments| {
        let places = arguments.number(1)?.unwrap_or(0.0) as i32;
        map(arguments, |number| round(number, places))
    }),
    ("sqrt", "<n-:n>", 1, |_, arguments| match arguments.number(0)? {
        Some(number) if number < 0.0 => {
            Err(fault("D3060").value(arguments.value(0)).with("index", 1))
        }
        _ => map(arguments, f64::sqrt),
    }),
    ("power", "<n-n:n>", 2, power),
    ("formatNumber", "<n-so?:s>", 3, format_number),
    ("formatBase", "<n-n?:s>", 2, format_base),
    ("formatInteger", "<n-s:s>", 2, format_integer),
    ("parseInteger", "<s-s:n>", 2, parse_integer),
];

/// Step Functions has a `$random` of its own.
pub(super) const PLAIN_ROWS: &[Row] =
    &[("random", "<:n>", 0, |this, _| Ok(Value::Number(this.entropy.next_unit())))];

fn map(arguments: &Arguments, change: impl FnOnce(f64) -> f64) -> Result<Value> {
    Ok(arguments.number(0)?.map_or(Value::Undefined, |number| Value::Number(change(number))))
}

fn number(_: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let value = arguments.value(0);
    if let Some(bool) = value.as_bool() {
        return Ok(Value::Number(f64::from(u8::from(bool))));
    }
    let Some(text) = value.as_str() else { return Ok(value.clone()) };
    match read_number(text) {
        Some(number) => Ok(Value::Number(number)),
        None => Err(fault("D3030").value(value).with("index", 1)),
    }
}

fn read_number(text: &str) -> Option<f64> {
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        let head = text.get(..2).filter(|head| head.eq_ignore_ascii_case(prefix));
        if head.is_some() {
            let digits = &text[2..];
            let valid = !digits.is_empty() && digits.chars().all(|char| char.is_digit(radix));
            let value = |sum: f64, char: char| {
                sum * f64::from(radix) + f64::from(char.to_digit(radix).unwrap_or_default())
            };
            return valid.then(|| digits.chars().fold(0.0, value));
        }
    }
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            (mantissa, exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
        }
        None => (unsigned, "0"),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let valid = digits(whole) && digits(fraction) && digits(exponent);
    text.parse().ok().filter(|number: &f64| valid && number.is_finite())
}

/// Half to even, at that many decimal places. The shift is done in the text, where it is exact.
pub(crate) fn round(number: f64, places: i32) -> f64 {
    let shifted = shift(number, places);
    let mut rounded = (shifted + 0.5).floor();
    if (rounded - shifted).abs() == 0.5 && (rounded % 2.0).abs() == 1.0 {
        rounded -= 1.0;
    }
    shift(rounded, places.saturating_neg()) + 0.0
}

fn shift(number: f64, places: i32) -> f64 {
    if places == 0 || !number.is_finite() {
        return number;
    }
    let text = number_text(number);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    format!("{mantissa}e{}", exponent.saturating_add(places)).parse().unwrap_or(number)
}

fn power(_: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let Some(base) = arguments.number(0)? else { return Ok(Value::Undefined) };
    let result = arguments.number(1)?.map(|exponent| base.powf(exponent));
    match result.filter(|result| result.is_finite()) {
        Some(result) => Ok(Value::Number(result)),
        None => Err(fault("D3061")
            .value(arguments.value(0))
            .with("index", 1)
            .with("exp", arguments.value(1).shown())),
    }
}

fn format_number(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let Some(number) = arguments.number(0)? else { return Ok(Value::Undefined) };
    let picture = arguments.text(1).unwrap_or_default();
    this.read_picture(picture)?;
    let mut symbols = number_format::Symbols::default();
    if let Some(options) = arguments.value(2).fields() {
        for (name, value) in options.entries() {
            if let Some(text) = value.as_str() {
                symbols.set(&name, text);
            }
        }
    }
    this.text(number_format::format(number, picture, &symbols)?)
}

fn format_base(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let Some(number) = arguments.number(0)? else { return Ok(Value::Undefined) };
    let number = round(number, 0);
    let radix = round(arguments.number(1)?.unwrap_or(10.0), 0);
    if !(2.0..=36.0).contains(&radix) {
        return Err(fault("D3100").value(&Value::Number(radix)));
    }
    if radix == 10.0 {
        return this.text(number_text(number));
    }
    let mut digits = Vec::new();
    let mut rest = number.abs();
    while 1.0 <= rest {
        let digit = (rest % radix) as u32;
        digits.push(char::from_digit(digit, radix as u32).unwrap_or('0'));
        rest = (rest / radix).floor();
    }
    if digits.is_empty() {
        digits.push('0');
    }
    if number < 0.0 {
        digits.push('-');
    }
    this.text(digits.into_iter().rev().collect::<String>())
}

fn format_integer(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let Some(number) = arguments.number(0)? else { return Ok(Value::Undefined) };
    let picture = arguments.text(1).unwrap_or_default();
    this.read_picture(picture)?;
    let picture = IntegerPicture::parse(picture)?;
    this.text(picture.format(number.floor(), &this.meter)?)
}

fn parse_integer(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let Some(text) = arguments.text(0) else { return Ok(Value::Undefined) };
    let picture = arguments.text(1).unwrap_or_default();
    this.read_picture(picture)?;
    let picture = IntegerPicture::parse(picture)?;
    picture.read(text).map(Value::Number)
}

impl Evaluator<'_> {
    /// Pictures are short; working through one may take the square of its length.
    pub(super) fn read_picture(&self, picture: &str) -> Result<()> {
        let length = picture.len() as u64;
        self.meter.work(1 + length.saturating_mul(length) / 64)
    }
}
