//! The scalars of AppSync: what each accepts, as graphql-java and AppSync word it.
//!
//! In: [`Scalar::parse_literal`] for what stands in a document, [`Scalar::parse_value`] for variables.
//! Out: [`Scalar::serialize`]. What the texts of the AWS scalars look like is in `text` and `time`.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/scalars.html>

mod text;
mod time;

use json::{Kind, Number, Value, write_string};

use crate::ast::Literal;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Int,
    Float,
    String,
    Boolean,
    Id,
    Date,
    Time,
    DateTime,
    Timestamp,
    Email,
    Json,
    Url,
    Phone,
    IpAddress,
}

impl Scalar {
    pub(crate) fn named(name: &str) -> Option<Scalar> {
        Some(match name {
            "Int" => Scalar::Int,
            "Float" => Scalar::Float,
            "String" => Scalar::String,
            "Boolean" => Scalar::Boolean,
            "ID" => Scalar::Id,
            "AWSDate" => Scalar::Date,
            "AWSTime" => Scalar::Time,
            "AWSDateTime" => Scalar::DateTime,
            "AWSTimestamp" => Scalar::Timestamp,
            "AWSEmail" => Scalar::Email,
            "AWSJSON" => Scalar::Json,
            "AWSURL" => Scalar::Url,
            "AWSPhone" => Scalar::Phone,
            "AWSIPAddress" => Scalar::IpAddress,
            _ => return None,
        })
    }

    /// The value of a literal; `None` if it isn't one of this scalar.
    pub(crate) fn parse_literal(self, literal: &Literal) -> Option<Value> {
        match (self, literal) {
            (Scalar::Int, Literal::Int(digits)) => {
                digits.parse::<i32>().ok().map(|int| i64::from(int).into())
            }
            (Scalar::Float, Literal::Int(digits) | Literal::Float(digits)) => number(digits),
            (Scalar::Boolean, Literal::Boolean(value)) => Some((*value).into()),
            (Scalar::String | Scalar::Id, Literal::String(text)) => Some((&**text).into()),
            (Scalar::Id, Literal::Int(digits)) => Some((&**digits).into()),
            (Scalar::Timestamp, Literal::Int(digits)) => digits
                .parse::<i64>()
                .ok()
                .filter(|seconds| time::is_timestamp(*seconds))
                .map(Value::from),
            (Scalar::Json, Literal::String(text)) => Value::parse(text).ok(),
            (_, Literal::String(text)) => self.accepts(text).then(|| (&**text).into()),
            _ => None,
        }
    }

    /// The value of a variable.
    ///
    /// # Errors
    /// graphql-java's sentence, or AppSync's.
    pub(crate) fn parse_value(self, value: &Value) -> Result<Value, String> {
        match self {
            Scalar::Int => int(value).map(Value::from).ok_or_else(|| mismatch("Int", value)),
            Scalar::Float => float(value).ok_or_else(|| mismatch("Float", value)),
            Scalar::Boolean => {
                boolean(value).map(Value::from).ok_or_else(|| mismatch("Boolean", value))
            }
            Scalar::String if value.kind() == Kind::String => Ok(value.clone()),
            Scalar::String => Ok(java_text(value).into()),
            Scalar::Id => id(value).ok_or_else(|| mismatch("ID", value)),
            Scalar::Timestamp => value
                .as_i64()
                .filter(|seconds| time::is_timestamp(*seconds))
                .map(Value::from)
                .ok_or_else(|| self.complaint("parse", value)),
            Scalar::Json => value
                .as_str()
                .and_then(|text| Value::parse(text).ok())
                .ok_or_else(|| self.complaint("parse", value)),
            Scalar::Date
            | Scalar::Time
            | Scalar::DateTime
            | Scalar::Email
            | Scalar::Url
            | Scalar::Phone
            | Scalar::IpAddress => value
                .as_str()
                .filter(|text| self.accepts(text))
                .map(|_| value.clone())
                .ok_or_else(|| self.complaint("parse", value)),
        }
    }

    /// Appends a value of a resolver as it goes to the client.
    ///
    /// # Errors
    /// graphql-java's sentence, or AppSync's; nothing is appended.
    pub(crate) fn serialize(self, value: &Value, out: &mut String) -> Result<(), String> {
        match self {
            Scalar::Int => match int(value) {
                Some(_) if value.kind() == Kind::Number && value.as_i64().is_some() => {
                    value.write_to(out);
                }
                Some(int) => out.push_str(&int.to_string()),
                None => return Err(mismatch("Int", value)),
            },
            Scalar::Float => match float(value) {
                Some(float) => float.write_to(out),
                None => return Err(mismatch("Float", value)),
            },
            Scalar::Boolean => match boolean(value) {
                Some(value) => out.push_str(if value { "true" } else { "false" }),
                None => return Err(mismatch("Boolean", value)),
            },
            Scalar::String if value.kind() == Kind::String => value.write_to(out),
            Scalar::String => write_string(&java_text(value), out),
            Scalar::Id => match id(value) {
                Some(id) => id.write_to(out),
                None => return Err(mismatch("ID", value)),
            },
            Scalar::Timestamp => match value.as_i64().filter(|at| time::is_timestamp(*at)) {
                Some(_) => value.write_to(out),
                None => return Err(self.complaint("serialize", value)),
            },
            Scalar::Json => write_string(&value.to_string(), out),
            Scalar::Date
            | Scalar::Time
            | Scalar::DateTime
            | Scalar::Email
            | Scalar::Url
            | Scalar::Phone
            | Scalar::IpAddress => match value.as_str() {
                Some(text) if self.accepts(text) => value.write_to(out),
                _ => return Err(self.complaint("serialize", value)),
            },
        }
        Ok(())
    }

    /// Whether a text is one of this scalar, for those whose values are texts of a format.
    fn accepts(self, text: &str) -> bool {
        match self {
            Scalar::Date => time::is_date(text),
            Scalar::Time => time::is_time(text),
            Scalar::DateTime => time::is_date_time(text),
            Scalar::Email => text::is_email(text),
            Scalar::Url => text::is_url(text),
            Scalar::Phone => text::is_phone(text),
            Scalar::IpAddress => text::is_ip_address(text),
            Scalar::Int
            | Scalar::Float
            | Scalar::String
            | Scalar::Boolean
            | Scalar::Id
            | Scalar::Timestamp
            | Scalar::Json => false,
        }
    }

    /// AppSync's sentence. Seen on AWS for dates, date-times and phone numbers; the others are of that form.
    fn complaint(self, attempt: &str, value: &Value) -> String {
        let what = match self {
            Scalar::Date => "a valid date",
            Scalar::Time => "a valid time",
            Scalar::DateTime => "a valid DateTime Object",
            Scalar::Timestamp => "a valid timestamp",
            Scalar::Email => "a valid email address",
            Scalar::Json => "valid JSON",
            Scalar::Url => "a valid URL",
            Scalar::Phone => "a valid phone number",
            Scalar::IpAddress => "a valid IP address",
            Scalar::Int | Scalar::Float | Scalar::String | Scalar::Boolean | Scalar::Id => {
                "a valid value"
            }
        };
        format!("Unable to {attempt} `{}` as {what}.", java_text(value))
    }
}

fn mismatch(expected: &str, value: &Value) -> String {
    format!("Expected type '{expected}' but was '{}'.", java_type(value))
}

fn number(text: &str) -> Option<Value> {
    Value::parse(text).ok().filter(|value| value.kind() == Kind::Number)
}

/// Whole, and of 32 bits; a text that says so counts too, as in graphql-java.
fn int(value: &Value) -> Option<i64> {
    let whole = |float: f64| (float.fract() == 0.0).then_some(float as i64);
    let int = match value.as_str() {
        Some(text) => text.parse().ok().or_else(|| whole(number(text)?.as_f64()?))?,
        None => value.as_i64().or_else(|| whole(value.as_f64()?))?,
    };
    i32::try_from(int).ok().map(i64::from)
}

fn float(value: &Value) -> Option<Value> {
    match value.as_str() {
        Some(text) => number(text),
        None => (value.kind() == Kind::Number).then(|| value.clone()),
    }
}

fn boolean(value: &Value) -> Option<bool> {
    match value.kind() {
        Kind::Bool => value.as_bool(),
        Kind::String => Some(value.as_str()?.eq_ignore_ascii_case("true")),
        Kind::Number => Some(value.as_f64()? != 0.0),
        Kind::Null | Kind::Array | Kind::Object => None,
    }
}

fn id(value: &Value) -> Option<Value> {
    match value.kind() {
        Kind::String => Some(value.clone()),
        Kind::Number => {
            value.as_number().filter(Number::is_integer_text).map(|id| id.to_string().into())
        }
        Kind::Null | Kind::Bool | Kind::Array | Kind::Object => None,
    }
}

/// The class of a value in Java, which graphql-java's sentences name.
pub(crate) fn java_type(value: &Value) -> &'static str {
    match value.kind() {
        Kind::Null => "null",
        Kind::Bool => "Boolean",
        Kind::String => "String",
        Kind::Array => "ArrayList",
        Kind::Object => "LinkedHashMap",
        Kind::Number => match value.as_i64() {
            Some(int) if i32::try_from(int).is_ok() => "Integer",
            Some(_) => "Long",
            None if value.as_number().is_some_and(|number| number.is_integer_text()) => {
                "BigInteger"
            }
            None => "Double",
        },
    }
}

/// A value as Java's `toString` writes it: `{a=1, b=[x, y]}`.
pub(crate) fn java_text(value: &Value) -> String {
    let mut text = String::new();
    write_java(value, &mut text);
    text
}

fn write_java(value: &Value, out: &mut String) {
    match value.kind() {
        Kind::String => out.push_str(value.as_str().unwrap_or_default()),
        Kind::Null | Kind::Bool | Kind::Number => value.write_to(out),
        Kind::Array => {
            out.push('[');
            for (i, item) in value.items().enumerate() {
                out.push_str(if i == 0 { "" } else { ", " });
                write_java(&item, out);
            }
            out.push(']');
        }
        Kind::Object => {
            out.push('{');
            for (i, (key, member)) in value.entries().enumerate() {
                out.push_str(if i == 0 { "" } else { ", " });
                out.push_str(key);
                out.push('=');
                write_java(&member, out);
            }
            out.push('}');
        }
    }
}
