use crate::datetime::{self, ISO_PICTURE, Picture};
use crate::error::{Result, fault};
use crate::eval::Evaluator;
use crate::functions::{Arguments, Row};
use crate::value::Value;

pub(super) const ROWS: &[Row] = &[
    ("now", "<s?s?:s>", 2, |this, arguments| {
        if arguments.text(0).is_none() && arguments.text(1).is_none() {
            return this.text(this.now.to_string());
        }
        let now = this.now.as_millis() as f64;
        this.format_instant(now, arguments.text(0), arguments.text(1))
    }),
    ("millis", "<:n>", 0, |this, _| Ok(Value::Number(this.now.as_millis() as f64))),
    ("fromMillis", "<n-s?s?:s>", 3, |this, arguments| match arguments.number(0)? {
        None => Ok(Value::Undefined),
        Some(millis) => this.format_instant(millis, arguments.text(1), arguments.text(2)),
    }),
    ("toMillis", "<s-s?:n>", 2, to_millis),
];

impl Evaluator<'_> {
    fn format_instant(
        &mut self,
        millis: f64,
        picture: Option<&str>,
        zone: Option<&str>,
    ) -> Result<Value> {
        let picture = picture.unwrap_or(ISO_PICTURE);
        self.read_picture(picture)?;
        let picture = Picture::parse(picture)?;
        let offset = zone.map_or(0, offset_minutes);
        let text = datetime::format(datetime::in_range(millis)?, &picture, offset, &self.meter)?;
        self.text(text)
    }
}

/// `±HHMM` in minutes.
fn offset_minutes(zone: &str) -> i64 {
    let (sign, digits) = match zone.trim().strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, zone.trim().trim_start_matches('+')),
    };
    let end = digits.find(|char: char| !char.is_ascii_digit()).unwrap_or(digits.len());
    let number: i64 = digits[..end.min(6)].parse().unwrap_or(0);
    sign * (number / 100 * 60 + number % 100)
}

fn to_millis(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let Some(text) = arguments.text(0) else { return Ok(Value::Undefined) };
    let Some(picture) = arguments.text(1) else {
        return match datetime::parse_iso(text) {
            Some(millis) => Ok(Value::Number(millis)),
            None => Err(fault("D3110").value(arguments.value(0))),
        };
    };
    this.read_picture(picture)?;
    let picture = Picture::parse(picture)?;
    let millis = datetime::parse(text, &picture, this.now.as_millis(), &this.meter)?;
    Ok(millis.map_or(Value::Undefined, Value::Number))
}
