use base::{Entropy, Timestamp};
use json::Value;

use crate::context::Context;
use crate::outcome::{Effects, Failure};

/// What a function may use besides its arguments.
pub struct Call<'a> {
    pub context: &'a Context,
    /// What `util.time.now…` tell, all through the run.
    pub now: Timestamp,
    pub entropy: &'a mut Entropy,
    pub effects: &'a mut Effects,
}

/// The arguments of a function. What wasn't passed is `null`, as both languages have it.
#[derive(Clone, Copy)]
pub struct Args<'a>(pub &'a [Value]);

impl<'a> Args<'a> {
    pub fn len(self) -> usize {
        self.0.len()
    }

    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    pub fn value(self, place: usize) -> &'a Value {
        const NULL: &Value = &Value::NULL;
        self.0.get(place).unwrap_or(NULL)
    }

    /// The argument, if one was passed that isn't `null`.
    pub fn given(self, place: usize) -> Option<&'a Value> {
        Some(self.value(place)).filter(|value| !value.is_null())
    }

    /// The text of a scalar; that of `null` is empty, that of a container its JSON.
    pub fn text(self, place: usize) -> String {
        text_of(self.value(place))
    }

    pub fn string(self, place: usize, function: &str) -> Result<&'a str, Failure> {
        self.value(place).as_str().ok_or_else(|| unfit(function, "String", self.value(place)))
    }

    pub fn number(self, place: usize, function: &str) -> Result<f64, Failure> {
        self.value(place).as_f64().ok_or_else(|| unfit(function, "Number", self.value(place)))
    }

    pub fn integer(self, place: usize, function: &str) -> Result<i64, Failure> {
        let value = self.value(place);
        let whole = value.as_f64().filter(|number| number.fract() == 0.0).map(|whole| whole as i64);
        value.as_i64().or(whole).ok_or_else(|| unfit(function, "Integer", value))
    }
}

fn unfit(function: &str, wanted: &str, value: &Value) -> Failure {
    let kind = super::functions::core::type_name(value);
    Failure::fault(format!("{function}: expected a {wanted} but got {kind}"))
}

pub(crate) fn text_of(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None if value.is_null() => String::new(),
        None => value.to_string(),
    }
}
