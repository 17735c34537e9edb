//! What expressions work on. A value that was read stays JSON; only what is made here has a form of its own.

mod array;
mod drop;
mod equality;
mod object;
mod output;

use std::rc::Rc;
use std::sync::Arc;

pub(crate) use array::{Array, Flags, List, View};
pub(crate) use drop::Debris;
pub(crate) use equality::{compare_text, equal};
pub(crate) use object::{Fields, Object};
pub(crate) use output::{Output, number_text};

use crate::error::Result;
use crate::frame::Tuples;
use crate::function::Function;
use crate::limits::{Charge, Meter, SHORT};

#[derive(Clone, Default)]
pub(crate) enum Value {
    #[default]
    Undefined,
    /// Read from outside, or a literal.
    Json(json::Value),
    Number(f64),
    String(Text),
    Array(Rc<Array>),
    Object(Rc<Object>),
    Function(Rc<Function>),
    /// What a path with bindings yields inside another one; never seen by users.
    Tuples(Rc<Tuples>),
}

/// A string that was made here. Long ones are counted for as long as they live.
#[derive(Clone)]
pub(crate) struct Text {
    pub(crate) text: Arc<str>,
    _charge: Option<Rc<Charge>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Undefined,
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
    Function,
}

impl Value {
    pub(crate) fn bool(bool: bool) -> Value {
        Value::Json(bool.into())
    }

    pub(crate) fn text(text: impl Into<Arc<str>>, meter: &Rc<Meter>) -> Result<Value> {
        let text = text.into();
        let charge =
            if text.len() <= SHORT { None } else { Some(Rc::new(meter.charge(text.len())?)) };
        Ok(Value::String(Text { text, _charge: charge }))
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Value::Undefined => Kind::Undefined,
            Value::Json(value) => match value.kind() {
                json::Kind::Null => Kind::Null,
                json::Kind::Bool => Kind::Bool,
                json::Kind::Number => Kind::Number,
                json::Kind::String => Kind::String,
                json::Kind::Array => Kind::Array,
                json::Kind::Object => Kind::Object,
            },
            Value::Number(_) => Kind::Number,
            Value::String(_) => Kind::String,
            Value::Array(_) | Value::Tuples(_) => Kind::Array,
            Value::Object(_) => Kind::Object,
            Value::Function(_) => Kind::Function,
        }
    }

    pub(crate) fn is_undefined(&self) -> bool {
        matches!(self, Value::Undefined)
    }

    pub(crate) fn is_array(&self) -> bool {
        self.kind() == Kind::Array
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Json(value) => value.as_bool(),
            _ => None,
        }
    }

    pub(crate) fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            Value::Json(value) => value.as_f64(),
            _ => None,
        }
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(&text.text),
            Value::Json(value) => value.as_str(),
            _ => None,
        }
    }

    pub(crate) fn as_function(&self) -> Option<&Rc<Function>> {
        match self {
            Value::Function(function) => Some(function),
            _ => None,
        }
    }

    /// The items of an array.
    pub(crate) fn view(&self) -> Option<View<'_>> {
        match self {
            Value::Array(array) => Some(View::Made(array)),
            Value::Json(value) if value.kind() == json::Kind::Array => Some(View::Json(value)),
            _ => None,
        }
    }

    /// The members of an object.
    pub(crate) fn fields(&self) -> Option<Fields<'_>> {
        match self {
            Value::Object(object) => Some(Fields::Made(object)),
            Value::Json(value) if value.kind() == json::Kind::Object => Some(Fields::Json(value)),
            _ => None,
        }
    }

    /// How this value is marked, if it is an array that was made here.
    pub(crate) fn flags(&self) -> Flags {
        match self {
            Value::Array(array) => array.flags(),
            _ => Flags::default(),
        }
    }

    pub(crate) fn is_sequence(&self) -> bool {
        self.flags().sequence
    }

    /// A sequence of one item stands for that item, one of none for nothing.
    pub(crate) fn collapsed(self) -> Value {
        let Value::Array(array) = &self else { return self };
        let flags = array.flags();
        if !flags.sequence {
            return self;
        }
        match array.len() {
            0 => Value::Undefined,
            1 if !flags.keep_singleton => array.get(0),
            _ => self,
        }
    }

    fn nesting(&self) -> u16 {
        match self {
            Value::Array(array) => array.nesting(),
            Value::Object(object) => object.nesting(),
            _ => 0,
        }
    }
}

impl From<json::Value> for Value {
    fn from(value: json::Value) -> Self {
        Value::Json(value)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Value::Number(number)
    }
}
