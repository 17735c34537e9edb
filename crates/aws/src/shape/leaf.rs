//! The types that hold no others. A wrong type is worded as AWS's deserializer words it:
//! `NUMBER_VALUE can not be converted to a String`.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::marker::PhantomData;

use base::Timestamp;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};

use super::constraint::Measured;
use super::{Path, Shape, Shown, Violations};

/// What AWS says of a structure or map where something else belongs.
pub(super) const UNEXPECTED_MAP: &str = "Start of structure or map found where not expected.";
/// What AWS says of a list where something else belongs.
pub(super) const UNEXPECTED_LIST: &str = "Start of list found where not expected";

/// A simple value on the wire: a text, a number or a truth value.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf<T>(pub T);

/// A JSON token that isn't the start of something.
pub enum Token<'a> {
    Boolean(bool),
    Integer(i128),
    Decimal(f64),
    Text(Cow<'a, str>),
}

/// A type that one JSON token can stand for.
pub trait Simple: Sized + Display {
    /// How AWS names the type in "… can not be converted to …".
    const NAME: &'static str;

    /// The value, if the token can stand for it.
    fn of(token: Token<'_>) -> Option<Self>;
}

impl Simple for String {
    const NAME: &'static str = "a String";
    fn of(token: Token<'_>) -> Option<Self> {
        match token {
            Token::Text(text) => Some(text.into_owned()),
            Token::Boolean(_) | Token::Integer(_) | Token::Decimal(_) => None,
        }
    }
}

impl Simple for bool {
    const NAME: &'static str = "a Boolean";
    fn of(token: Token<'_>) -> Option<Self> {
        match token {
            Token::Boolean(value) => Some(value),
            Token::Text(_) | Token::Integer(_) | Token::Decimal(_) => None,
        }
    }
}

impl Simple for i32 {
    const NAME: &'static str = "an Integer";
    fn of(token: Token<'_>) -> Option<Self> {
        match token {
            Token::Integer(value) => value.try_into().ok(),
            Token::Boolean(_) | Token::Text(_) | Token::Decimal(_) => None,
        }
    }
}

impl Simple for i64 {
    const NAME: &'static str = "a Long";
    fn of(token: Token<'_>) -> Option<Self> {
        match token {
            Token::Integer(value) => value.try_into().ok(),
            Token::Boolean(_) | Token::Text(_) | Token::Decimal(_) => None,
        }
    }
}

impl Simple for f64 {
    const NAME: &'static str = "a Double";
    fn of(token: Token<'_>) -> Option<Self> {
        match token {
            Token::Integer(value) => Some(value as f64),
            Token::Decimal(value) => Some(value),
            Token::Boolean(_) | Token::Text(_) => None,
        }
    }
}

impl<'de, T: Simple> Deserialize<'de> for Leaf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LeafVisitor(PhantomData)).map(Leaf)
    }
}

struct LeafVisitor<T>(PhantomData<T>);

impl<T: Simple> LeafVisitor<T> {
    fn convert<E: serde::de::Error>(kind: &str, token: Token<'_>) -> Result<T, E> {
        let refusal = || E::custom(format_args!("{kind} can not be converted to {}", T::NAME));
        T::of(token).ok_or_else(refusal)
    }
}

impl<'de, T: Simple> Visitor<'de> for LeafVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<T, E> {
        let kind = if value { "TRUE_VALUE" } else { "FALSE_VALUE" };
        Self::convert(kind, Token::Boolean(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<T, E> {
        Self::convert("NUMBER_VALUE", Token::Integer(value.into()))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<T, E> {
        Self::convert("NUMBER_VALUE", Token::Integer(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<T, E> {
        Self::convert("DECIMAL_VALUE", Token::Decimal(value))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<T, E> {
        Self::convert("STRING_VALUE", Token::Text(Cow::Borrowed(value)))
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<T, E> {
        Self::convert("STRING_VALUE", Token::Text(Cow::Owned(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<T, A::Error> {
        Err(A::Error::custom(UNEXPECTED_LIST))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<T, A::Error> {
        Err(A::Error::custom(UNEXPECTED_MAP))
    }
}

impl<T: Display> Shown for Leaf<T> {
    fn show(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Measured for Leaf<String> {
    fn length(&self) -> usize {
        self.0.chars().count()
    }
}

impl<T: Simple> Shape for T {
    type Wire = Leaf<T>;

    fn from_wire(wire: Leaf<T>, _: &Path<'_>, _: &mut Violations) -> Option<T> {
        Some(wire.0)
    }
}

/// An instant as the JSON protocols carry it: epoch seconds with a millisecond fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EpochSeconds(pub Timestamp);

impl From<Timestamp> for EpochSeconds {
    fn from(instant: Timestamp) -> Self {
        EpochSeconds(instant)
    }
}

impl Serialize for EpochSeconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0.as_epoch_seconds())
    }
}

impl Display for EpochSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_epoch_seconds().fmt(f)
    }
}

impl Simple for EpochSeconds {
    const NAME: &'static str = "milliseconds since epoch";
    fn of(token: Token<'_>) -> Option<Self> {
        let seconds = f64::of(token)?;
        Some(EpochSeconds(Timestamp::from_millis((seconds * 1000.0).round() as i64)))
    }
}
