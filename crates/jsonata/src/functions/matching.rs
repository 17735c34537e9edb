//! Functions that look for a text or for what a regular expression, or a function like one, matches.

use std::rc::Rc;
use std::sync::Arc;

use crate::error::{Fault, Result, fault};
use crate::eval::{Evaluator, function_value};
use crate::function::Function;
use crate::functions::{Arguments, Row};
use crate::limits::Meter;
use crate::regex::{Match, Regex};
use crate::value::{Kind, Object, Value};

pub(super) const ROWS: &[Row] = &[
    ("match", "<s-f<s:o>n?:a<o>>", 3, matches),
    ("contains", "<s-(sf):b>", 2, contains),
    ("replace", "<s-(sf)(sf)n?:s>", 4, replace),
    ("split", "<s-(sf)n?:a<s>>", 3, split),
];

/// A match as a matcher function tells of it, in byte offsets.
struct Found {
    start: usize,
    end: usize,
    matched: String,
    /// `Undefined` for groups that took no part.
    groups: Vec<Value>,
    next: Next,
}

enum Next {
    Regex(Arc<Regex>),
    Function(Value),
}

impl Evaluator<'_> {
    /// What a regular expression makes of a text when it is called as a function.
    pub(crate) fn first_match(
        &mut self,
        regex: &Arc<Regex>,
        text: &Arc<str>,
        from: usize,
    ) -> Result<Value> {
        self.meter.work(1 + text.len() as u64 / 8)?;
        let from = byte_offset(text, from);
        match regex.find(text, from, &self.meter)? {
            Some(found) => self.match_object(regex, text, &found),
            None => Ok(Value::Undefined),
        }
    }

    /// The match after the one that ended at `from`.
    pub(crate) fn next_match(
        &mut self,
        regex: &Arc<Regex>,
        text: &Arc<str>,
        from: usize,
    ) -> Result<Value> {
        self.meter.work(1 + text.len() as u64 / 8)?;
        match next_in(regex, text, from, &self.meter)? {
            Some(found) => self.match_object(regex, text, &found),
            None => Ok(Value::Undefined),
        }
    }

    fn match_object(
        &mut self,
        regex: &Arc<Regex>,
        text: &Arc<str>,
        found: &Match,
    ) -> Result<Value> {
        let object = Object::new(&self.meter)?;
        object.insert("match", self.text(&text[found.start..found.end])?)?;
        object.insert("start", Value::Number(units(&text[..found.start])))?;
        object.insert("end", Value::Number(units(&text[..found.end])))?;
        object.insert("groups", self.groups(self.group_texts(text, found)?)?)?;
        let next =
            Function::NextMatch { regex: regex.clone(), text: text.clone(), from: found.end };
        object.insert("next", function_value(next))?;
        Ok(object.into_value())
    }

    fn group_texts(&self, text: &str, found: &Match) -> Result<Vec<Value>> {
        let groups = found.groups.iter();
        let group = |group: &Option<(usize, usize)>| match group {
            Some((start, end)) => self.text(&text[*start..*end]),
            None => Ok(Value::Undefined),
        };
        groups.map(group).collect()
    }

    fn groups(&self, texts: Vec<Value>) -> Result<Value> {
        let mut list = self.list()?;
        texts.into_iter().try_for_each(|text| list.push(text))?;
        Ok(list.array())
    }

    /// The first match of a regular expression, or of a function that works like one.
    fn find(&mut self, matcher: &Rc<Function>, value: &Value, name: &str) -> Result<Option<Found>> {
        let text = value.as_str().unwrap_or_default();
        if let Function::Matcher(regex) = &**matcher {
            self.meter.work(1 + text.len() as u64 / 8)?;
            return match regex.find(text, 0, &self.meter)? {
                Some(found) => self.found(regex, text, &found).map(Some),
                None => Ok(None),
            };
        }
        let result = self.call_back(matcher, vec![value.clone()])?;
        told(&result, text, name)
    }

    fn find_next(&mut self, found: &Found, value: &Value, name: &str) -> Result<Option<Found>> {
        let text = value.as_str().unwrap_or_default();
        match &found.next {
            Next::Regex(regex) => {
                // Mostly the next match is near; to be sure of it may take all of the rest.
                let rest = (text.len() - found.end) as u64;
                self.meter.work(1 + rest / 512)?;
                let next = next_in(regex, text, found.end, &self.meter)?;
                let read = next.as_ref().map_or(rest, |next| (next.end - found.end) as u64);
                self.meter.work(read / 8)?;
                next.map(|next| self.found(regex, text, &next)).transpose()
            }
            Next::Function(next) => {
                let Some(next) = next.as_function() else { return Ok(None) };
                let result = self.call_back(next, Vec::new())?;
                told(&result, text, name)
            }
        }
    }

    fn found(&self, regex: &Arc<Regex>, text: &str, found: &Match) -> Result<Found> {
        Ok(Found {
            start: found.start,
            end: found.end,
            matched: text[found.start..found.end].to_owned(),
            groups: self.group_texts(text, found)?,
            next: Next::Regex(regex.clone()),
        })
    }
}

/// A match that isn't the first one must not be empty: it would be found again for ever.
fn next_in(regex: &Regex, text: &str, from: usize, meter: &Meter) -> Result<Option<Match>> {
    if text.len() <= from {
        return Ok(None);
    }
    match regex.find(text, from, meter)? {
        Some(found) if found.start == found.end => Err(fault("D1004")),
        found => Ok(found),
    }
}

/// What a matcher function returned.
fn told(result: &Value, text: &str, name: &str) -> Result<Option<Found>> {
    if result.is_undefined() {
        return Ok(None);
    }
    let wrong = || fault("T1010").token(name);
    let fields = result.fields().ok_or_else(wrong)?;
    let number = |name| fields.get(name).and_then(|value| value.as_f64());
    let next = fields.get("next").unwrap_or_default();
    let groups = fields.get("groups").unwrap_or_default();
    let right = number("start").is_some()
        || number("end").is_some()
        || groups.is_array()
        || next.kind() == Kind::Function;
    if !right {
        return Err(wrong());
    }
    let start = byte_offset(text, number("start").unwrap_or_default() as usize);
    let end = byte_offset(text, number("end").unwrap_or_default() as usize).max(start);
    let matched = fields.get("match").unwrap_or_default();
    Ok(Some(Found {
        start,
        end,
        matched: matched.as_str().unwrap_or_default().to_owned(),
        groups: groups.view().map(|view| view.iter().collect()).unwrap_or_default(),
        next: Next::Function(next),
    }))
}

/// The length in UTF-16 units, which places in matches count.
fn units(text: &str) -> f64 {
    text.encode_utf16().count() as f64
}

/// Places of matches that follow each other, counted on from one to the next.
#[derive(Default)]
struct Places {
    offset: usize,
    units: f64,
}

impl Places {
    fn of(&mut self, text: &str, offset: usize) -> f64 {
        if offset < self.offset {
            *self = Places::default();
        }
        self.units += units(&text[self.offset..offset]);
        self.offset = offset;
        self.units
    }
}

fn byte_offset(text: &str, units: usize) -> usize {
    let mut left = units;
    for (offset, char) in text.char_indices() {
        if left == 0 {
            return offset;
        }
        left = left.saturating_sub(char.len_utf16());
    }
    text.len()
}

/// The limit in an argument: nothing below zero.
fn limit(arguments: &Arguments, place: usize, code: &'static str) -> Result<usize> {
    match arguments.number(place)? {
        None => Ok(usize::MAX),
        Some(limit) if limit < 0.0 => {
            let wrong: Box<Fault> = fault(code).value(arguments.value(place));
            Err(wrong.with("index", place as i64 + 1))
        }
        Some(limit) => Ok(limit.ceil() as usize),
    }
}

fn matches(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let text = arguments.value(0);
    let (Some(plain), Some(matcher)) = (text.as_str(), arguments.function(1)) else {
        return Ok(Value::Undefined);
    };
    let limit = limit(arguments, 2, "D3040")?;
    let mut list = this.list()?;
    if limit == 0 {
        return Ok(list.sequence());
    }
    let mut found = this.find(matcher, text, "match")?;
    let mut places = Places::default();
    while let Some(current) = found.filter(|_| list.len() < limit) {
        let object = Object::new(&this.meter)?;
        object.insert("match", this.text(current.matched.as_str())?)?;
        object.insert("index", Value::Number(places.of(plain, current.start)))?;
        object.insert("groups", this.groups(current.groups.clone())?)?;
        list.push(object.into_value())?;
        found = this.find_next(&current, text, "match")?;
    }
    Ok(list.sequence())
}

fn contains(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let value = arguments.value(0);
    let Some(text) = value.as_str() else { return Ok(Value::Undefined) };
    let found = match (arguments.function(1), arguments.text(1)) {
        (Some(matcher), _) => this.find(matcher, value, "contains")?.is_some(),
        (None, Some(part)) => {
            this.meter.work(text.len() as u64 / 64)?;
            text.contains(part)
        }
        (None, None) => return Ok(Value::Undefined),
    };
    Ok(Value::bool(found))
}

fn split(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let value = arguments.value(0);
    let Some(text) = value.as_str() else { return Ok(Value::Undefined) };
    let limit = limit(arguments, 2, "D3020")?;
    this.meter.work(text.len() as u64 / 16)?;
    let mut list = this.list()?;
    if let Some(separator) = arguments.text(1) {
        // JavaScript cuts off a fraction here.
        let limit = arguments.number(2)?.map_or(limit, |limit| limit as usize);
        let parts: Box<dyn Iterator<Item = &str>> = match separator {
            "" => Box::new(text.split("").filter(|part| !part.is_empty())),
            _ => Box::new(text.split(separator)),
        };
        for part in parts.take(limit) {
            list.push(this.text(part)?)?;
        }
        return Ok(list.array());
    }
    let Some(matcher) = arguments.function(1).filter(|_| 0 < limit) else {
        return Ok(list.array());
    };
    let mut start = 0;
    let mut found = this.find(matcher, value, "split")?;
    while let Some(current) = found.filter(|_| list.len() < limit) {
        list.push(this.text(&text[start.min(current.start)..current.start])?)?;
        start = current.end;
        found = this.find_next(&current, value, "split")?;
    }
    if list.len() < limit {
        list.push(this.text(&text[start..])?)?;
    }
    Ok(list.array())
}

fn replace(this: &mut Evaluator<'_>, arguments: &Arguments) -> Result<Value> {
    let value = arguments.value(0);
    let Some(text) = value.as_str() else { return Ok(Value::Undefined) };
    if arguments.text(1) == Some("") {
        return Err(fault("D3010").value(arguments.value(1)).with("index", 2));
    }
    let limit = limit(arguments, 3, "D3011")?;
    this.meter.work(text.len() as u64 / 16)?;
    let mut out = String::new();
    let mut position = 0;
    if let Some(pattern) = arguments.text(1) {
        for (at, _) in text.match_indices(pattern).take(limit) {
            let wrong = || fault("D3012").value(arguments.value(2));
            out.push_str(&text[position..at]);
            out.push_str(arguments.text(2).ok_or_else(wrong)?);
            position = at + pattern.len();
            this.meter.charge(out.len()).map(drop)?;
        }
    } else if let Some(matcher) = arguments.function(1).filter(|_| 0 < limit) {
        let mut found = this.find(matcher, value, "replace")?;
        let (mut count, mut places) = (0, Places::default());
        while let Some(current) = found.filter(|_| count < limit) {
            out.push_str(&text[position.min(current.start)..current.start]);
            let start = places.of(text, current.start);
            this.substitute(arguments, &current, start, &mut out)?;
            this.meter.charge(out.len()).map(drop)?;
            position = (current.start + current.matched.len()).min(text.len());
            count += 1;
            found = this.find_next(&current, value, "replace")?;
        }
        while !text.is_char_boundary(position) {
            position += 1;
        }
    }
    out.push_str(&text[position..]);
    this.text(out)
}

impl Evaluator<'_> {
    fn substitute(
        &mut self,
        arguments: &Arguments,
        found: &Found,
        start: f64,
        out: &mut String,
    ) -> Result<()> {
        if let Some(template) = arguments.text(2) {
            fill(template, found, out);
            return Ok(());
        }
        let Some(replacer) = arguments.function(2) else { return Ok(()) };
        let object = Object::new(&self.meter)?;
        object.insert("match", self.text(found.matched.as_str())?)?;
        object.insert("start", Value::Number(start))?;
        object.insert("end", Value::Number(start + units(&found.matched)))?;
        object.insert("groups", self.groups(found.groups.clone())?)?;
        let value = self.call_back(replacer, vec![object.into_value()])?;
        match value.as_str() {
            Some(value) => out.push_str(value),
            None => return Err(fault("D3012").value(&value)),
        }
        Ok(())
    }
}

/// A replacement in which `$n` stands for a group, `$0` for the match, `$$` for a dollar.
fn fill(template: &str, found: &Found, out: &mut String) {
    let mut rest = template;
    while let Some(dollar) = rest.find('$') {
        out.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('0') {
            out.push_str(&found.matched);
            rest = after;
        } else {
            rest = fill_group(rest, found, out);
        }
    }
    out.push_str(rest);
}

/// As many digits belong to the number as there may be groups.
fn fill_group<'t>(rest: &'t str, found: &Found, out: &mut String) -> &'t str {
    let count = found.groups.len();
    let most = count.max(1).ilog10() as usize + 1;
    let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    let number = |digits: usize| rest[..digits].parse::<usize>().ok();
    let mut length = digits;
    if 1 < most && number(digits).is_some_and(|number| count < number) {
        length = digits.min(most - 1);
    }
    match number(length) {
        None => {
            out.push('$');
            rest
        }
        Some(group) => {
            let group = group.checked_sub(1).and_then(|place| found.groups.get(place));
            out.push_str(group.and_then(Value::as_str).unwrap_or_default());
            &rest[length..]
        }
    }
}
