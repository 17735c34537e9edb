use crate::error::Result;
use crate::eval::Evaluator;
use crate::functions::{Arguments, Row};
use crate::value::Value;

pub(super) const ROWS: &[Row] = &[
    ("string", "<x-b?:s>", 1, |this, arguments| {
        let value = arguments.value(0);
        if value.as_str().is_some() {
            return Ok(value.clone());
        }
        let pretty = arguments.value(1).as_bool() == Some(true);
        match value.stringified(pretty, &this.meter)? {
            Some(text) => this.text(text),
            None => Ok(Value::Undefined),
        }
    }),
    ("substring", "<s-nn?:s>", 3, substring),
    ("substringBefore", "<s-s:s>", 2, |this, arguments| {
        this.part(arguments, |text, mark| text.find(mark).map(|at| &text[..at]))
    }),
    ("substringAfter", "<s-s:s>", 2, |this, arguments| {
        this.part(arguments, |text, mark| text.find(mark).map(|at| &text[at + mark.len()..]))
    }),
    ("lowercase", "<s-:s>", 1, |this, arguments| this.map_text(arguments, str::to_lowercase)),
    ("uppercase", "<s-:s>", 1, |this, arguments| this.map_text(arguments, str::to_uppercase)),
    ("length", "<s-:n>", 1, |this, arguments| {
        let Some(text) = arguments.text(0) else { return Ok(Value::Undefined) };
        this.meter.work(text.len() as u64 / 64)?;
        Ok(Value::Number(text.chars().count() as f64))
    }),
    ("trim", "<s-:s>", 1, |this, arguments| {
        this.map_text(arguments, |text| {
            let words = text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join(" ")
        })
    }),
    ("pad", "<s-ns?:s>", 3, pad),
    ("join", "<a<s>s?:s>", 2, join),
];

impl Evaluator<'_> {
    pub(super) fn map_text(
        &mut self,
        arguments: &Arguments,
        change: impl FnOnce(&str) -> String,
    ) -> Result<Value> {
        let Some(text) = arguments.text(0) else { return Ok(Value::Undefined) };
        self.meter.work(text.len() as u64 / 16)?;
        self.text(change(text))
    }

    /// A part of the first argument, or all of it if there is no such part.
    fn part(
        &mut self,
        arguments: &Arguments,
        part: impl for<'t> FnOnce(&'t str, &str) -> Option<&'t str>,
    ) -> Result<Value> {
        let Some(text) = arguments.text(0) else { return Ok(Value::Undefined) };
        self.meter.work(text.len() as u64 / 64)?;
        match arguments.text(1).and_then(|mark| part(text, mark)) {
            Some(part) => self.text(part),
            None => Ok(arguments.value(0).clone()),
        }
    }
}

fn substring(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let Some(text) = arguments.text(0) else { return Ok(Value::Undefined) };
    let length = arguments.number(2)?;
    let start = match (arguments.number(1)?, length) {
        (Some(start), _) => start,
        (None, None) => 0.0,
        (None, Some(_)) => return this.text(""),
    };
    this.meter.work(text.len() as u64 / 16)?;
    let count = text.chars().count() as f64;
    let start = if count + start < 0.0 { 0.0 } else { start };
    let end = match length {
        Some(length) if length <= 0.0 => return this.text(""),
        Some(length) if 0.0 <= start => start + length,
        Some(length) => count + start + length,
        None => count,
    };
    // As JavaScript slices: fractions are cut off, negative places count from the end.
    let place = |place: f64| {
        let place = place.trunc();
        if place < 0.0 { (place + count).max(0.0) } else { place.min(count) }
    };
    let (start, end) = (place(start) as usize, place(end) as usize);
    let part: String = text.chars().skip(start).take(end.saturating_sub(start)).collect();
    this.text(part)
}

fn pad(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let Some(text) = arguments.text(0) else { return Ok(Value::Undefined) };
    let width = arguments.number(1)?.unwrap_or(0.0);
    let missing = width.abs() as usize;
    let missing = missing.saturating_sub(text.chars().count());
    let filler = arguments.text(2).filter(|text| !text.is_empty()).unwrap_or(" ");
    this.meter.work(missing as u64 / 16)?;
    this.meter.charge(missing).map(drop)?;
    let padding: String = filler.chars().cycle().take(missing).collect();
    this.text(if width < 0.0 { padding + text } else { text.to_owned() + &padding })
}

fn join(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let Some(view) = arguments.value(0).view() else { return Ok(Value::Undefined) };
    let separator = arguments.text(1).unwrap_or_default();
    let mut joined = String::new();
    for (place, item) in view.iter().enumerate() {
        if 0 < place {
            joined.push_str(separator);
        }
        joined.push_str(item.as_str().unwrap_or_default());
        this.meter.work(1 + joined.len() as u64 / (1 << 20))?;
        this.meter.charge(joined.len()).map(drop)?;
    }
    this.text(joined)
}
