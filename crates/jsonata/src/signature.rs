//! Signatures of functions, `<s-nn?:s>`: which arguments fit, and which the context stands in for.

use std::rc::Rc;

use crate::error::{Fault, Result, fault};
use crate::limits::Meter;
use crate::value::{Kind, List, Value};

#[derive(Debug)]
pub(crate) struct Signature {
    parameters: Vec<Parameter>,
}

#[derive(Debug, Default)]
struct Parameter {
    /// The letters of types that fit; `m` is a missing value.
    fits: String,
    is_array: bool,
    /// What the items of the array must be.
    subtype: Option<String>,
    context: bool,
    optional: bool,
    repeats: bool,
}

impl Signature {
    /// The position of a fault is the offset in `text`.
    pub(crate) fn parse(text: &str) -> Result<Signature> {
        let chars: Vec<char> = text.chars().collect();
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut at = 1;
        while at < chars.len() && chars[at] != ':' && chars[at] != '>' {
            let symbol = chars[at];
            match symbol {
                's' | 'n' | 'b' | 'l' | 'o' => {
                    parameters.push(Parameter::of(&format!("{symbol}m")))
                }
                'a' => parameters.push(Parameter { is_array: true, ..Parameter::of("asnblfom") }),
                'f' => parameters.push(Parameter::of("f")),
                'j' => parameters.push(Parameter::of("asnblom")),
                'x' => parameters.push(Parameter::of("asnblfom")),
                '(' => {
                    let end = closing(&chars, at, '(', ')');
                    let choice: String = chars[at + 1..end].iter().collect();
                    if choice.contains('<') {
                        return Err(fault("S0402").at(at as u32).with("value", choice));
                    }
                    parameters.push(Parameter::of(&(choice + "m")));
                    at = end;
                }
                '<' => {
                    let end = closing(&chars, at, '<', '>');
                    let subtype: String = chars[at + 1..end].iter().collect();
                    match parameters.last_mut() {
                        Some(last) if last.is_array || last.fits == "f" => {
                            last.subtype = Some(subtype);
                        }
                        _ => return Err(fault("S0401").at(at as u32).with("value", subtype)),
                    }
                    at = end;
                }
                '-' | '?' | '+' => {
                    if let Some(last) = parameters.last_mut() {
                        last.context |= symbol == '-';
                        last.optional |= symbol != '+';
                        last.repeats |= symbol == '+';
                    }
                }
                _ => {}
            }
            at += 1;
        }
        Ok(Signature { parameters })
    }

    /// The arguments as the function takes them: context filled in, single values made arrays.
    pub(crate) fn validate(
        &self,
        arguments: Vec<Value>,
        context: &Value,
        meter: &Rc<Meter>,
    ) -> Result<Vec<Value>> {
        let letters: Vec<char> = arguments.iter().map(letter).collect();
        let mut counts = Vec::with_capacity(self.parameters.len());
        if fit(&self.parameters, &letters, true, &mut counts).is_none() {
            return Err(self.mismatch(&letters));
        }
        let mut validated = Vec::with_capacity(self.parameters.len());
        let mut place = 0;
        for (parameter, count) in self.parameters.iter().zip(counts) {
            if count == 0 && parameter.context {
                if !parameter.fits.contains(letter(context)) {
                    return Err(fault("T0411").with("index", place as i64 + 1));
                }
                validated.push(context.clone());
                continue;
            }
            // A parameter that takes nothing takes an argument all the same, as in the reference
            // implementation: `<s?n:n>` called with a number has it in the first place.
            for _ in 0..count.max(1) {
                let argument = arguments.get(place).cloned().unwrap_or_default();
                place += 1;
                validated.push(if count == 0 {
                    argument
                } else {
                    parameter.accept(argument, place as i64, meter)?
                });
            }
        }
        Ok(validated)
    }

    /// Names the first argument that no parameter so far could take.
    fn mismatch(&self, letters: &[char]) -> Box<Fault> {
        let mut good = 0;
        for last in 1..=self.parameters.len() {
            match fit(&self.parameters[..last], letters, false, &mut Vec::new()) {
                Some(length) => good = length,
                None => break,
            }
        }
        fault("T0410").with("index", good as i64 + 1)
    }
}

impl Parameter {
    fn of(fits: &str) -> Self {
        Parameter { fits: fits.to_owned(), ..Parameter::default() }
    }

    fn accept(&self, argument: Value, place: i64, meter: &Rc<Meter>) -> Result<Value> {
        if !self.is_array || argument.is_undefined() {
            return Ok(argument);
        }
        let wrong = |subtype: &str| {
            let kind = match subtype.chars().next() {
                Some('a') => "arrays",
                Some('b') => "booleans",
                Some('f') => "functions",
                Some('n') => "numbers",
                Some('o') => "objects",
                Some('s') => "strings",
                _ => subtype,
            };
            fault("T0412").with("index", place).with("type", kind)
        };
        let Some(view) = argument.view() else {
            match &self.subtype {
                Some(subtype) if *subtype != letter(&argument).to_string() => {
                    return Err(wrong(subtype));
                }
                _ => {}
            }
            let mut list = List::with_capacity(1, meter)?;
            list.push(argument)?;
            return Ok(list.array());
        };
        if let Some(subtype) = &self.subtype {
            meter.work(view.len() as u64)?;
            let wanted = subtype.chars().next();
            if view.iter().any(|item| Some(letter(&item)) != wanted) {
                return Err(wrong(subtype));
            }
        }
        Ok(argument)
    }
}

fn closing(chars: &[char], open: usize, opens: char, closes: char) -> usize {
    let mut depth = 0;
    for (at, char) in chars.iter().enumerate().skip(open) {
        if *char == closes {
            depth -= 1;
            if depth == 0 {
                return at;
            }
        } else if *char == opens {
            depth += 1;
        }
    }
    chars.len().max(open + 1)
}

fn letter(value: &Value) -> char {
    match value.kind() {
        Kind::Undefined => 'm',
        Kind::Null => 'l',
        Kind::Bool => 'b',
        Kind::Number => 'n',
        Kind::String => 's',
        Kind::Array => 'a',
        Kind::Object => 'o',
        Kind::Function => 'f',
    }
}

/// How many arguments each parameter takes, as many as it can; the number of all that are taken.
fn fit(
    parameters: &[Parameter],
    letters: &[char],
    whole: bool,
    counts: &mut Vec<usize>,
) -> Option<usize> {
    let Some((parameter, others)) = parameters.split_first() else {
        return (!whole || letters.is_empty()).then_some(0);
    };
    let most = if parameter.repeats { letters.len() } else { 1 };
    let fitting =
        letters.iter().take(most).take_while(|letter| parameter.fits.contains(**letter)).count();
    let least = usize::from(!parameter.optional);
    for count in (least..=fitting).rev() {
        counts.push(count);
        if let Some(taken) = fit(others, &letters[count..], whole, counts) {
            return Some(count + taken);
        }
        counts.pop();
    }
    None
}
