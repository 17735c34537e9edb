//! Values of the database on their way to the client, from PostgreSQL's binary form.
//!
//! <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api-operations.html> lists the types that AWS
//! returns; others are refused as AWS refuses them.

mod address;
mod decimal;
mod time;

use tokio_postgres::types::{FromSql, Kind, Type};

use crate::errors::Error;
use crate::wire::{DecimalReturnType, LongReturnType, ResultSetOptions};

/// One value of a record.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Field {
    Null,
    Boolean(bool),
    Long(i64),
    Double(f64),
    Text(String),
    Blob(Vec<u8>),
    Array(Array),
}

/// The elements of an array, which have one type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Array {
    Booleans(Vec<Option<bool>>),
    Longs(Vec<Option<i64>>),
    Doubles(Vec<Option<f64>>),
    Texts(Vec<Option<String>>),
}

/// The bytes of a value of any type; none of NULL.
pub(crate) struct Raw<'r>(pub(crate) Option<&'r [u8]>);

impl<'r> FromSql<'r> for Raw<'r> {
    fn from_sql(_: &Type, bytes: &'r [u8]) -> Result<Self, Fault> {
        Ok(Raw(Some(bytes)))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Fault> {
        Ok(Raw(None))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

type Fault = Box<dyn std::error::Error + Sync + Send>;

impl Field {
    /// The value of those bytes, in the form that the request asks for.
    pub(crate) fn read(
        r#type: &Type,
        bytes: Option<&[u8]>,
        options: &ResultSetOptions,
    ) -> Result<Field, Error> {
        let Some(bytes) = bytes else { return Ok(Field::Null) };
        let field = match r#type.kind() {
            Kind::Array(element) => Field::Array(Array::read(r#type, element, bytes)?),
            _ => scalar(r#type, bytes)?,
        };
        let is_decimal = *r#type == Type::NUMERIC;
        let longs_are_texts = options.long_return_type == Some(LongReturnType::Text);
        let decimals_are_numbers =
            options.decimal_return_type == Some(DecimalReturnType::DoubleOrLong);
        Ok(match field {
            Field::Long(number) if longs_are_texts => Field::Text(number.to_string()),
            Field::Text(text) if is_decimal && decimals_are_numbers => number(&text),
            field => field,
        })
    }
}

/// A decimal without a fraction is a long.
fn number(decimal: &str) -> Field {
    let long = decimal.parse().map(Field::Long);
    long.or_else(|_| decimal.parse().map(Field::Double))
        .unwrap_or_else(|_| Field::Text(decimal.to_owned()))
}

fn scalar(r#type: &Type, bytes: &[u8]) -> Result<Field, Error> {
    match r#type.kind() {
        Kind::Enum(_) => return text(bytes),
        Kind::Domain(base) => return scalar(base, bytes),
        _ => {}
    }
    let field = match *r#type {
        Type::BOOL => Some(Field::Boolean(bytes != [0])),
        Type::INT2 => fixed(bytes).map(|it| Field::Long(i16::from_be_bytes(it).into())),
        Type::INT4 => fixed(bytes).map(|it| Field::Long(i32::from_be_bytes(it).into())),
        Type::OID => fixed(bytes).map(|it| Field::Long(u32::from_be_bytes(it).into())),
        Type::INT8 => fixed(bytes).map(|it| Field::Long(i64::from_be_bytes(it))),
        Type::FLOAT4 => fixed(bytes).map(|it| Field::Double(widened(f32::from_be_bytes(it)))),
        Type::FLOAT8 => fixed(bytes).map(|it| Field::Double(f64::from_be_bytes(it))),
        Type::NUMERIC => decimal::text(bytes).map(Field::Text),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::JSON | Type::VOID => {
            return text(bytes);
        }
        // One byte before it says the version.
        Type::JSONB => return text(bytes.get(1..).unwrap_or_default()),
        Type::BYTEA => Some(Field::Blob(bytes.to_vec())),
        Type::UUID => fixed(bytes).map(|it| Field::Text(uuid(it))),
        Type::DATE => fixed(bytes).map(|it| Field::Text(time::date(i32::from_be_bytes(it)))),
        Type::TIME => fixed(bytes).map(|it| Field::Text(time::time(i64::from_be_bytes(it)))),
        // Instants are told in UTC, without saying so.
        Type::TIMESTAMP | Type::TIMESTAMPTZ => {
            fixed(bytes).map(|it| Field::Text(time::timestamp(i64::from_be_bytes(it))))
        }
        Type::INET | Type::CIDR => address::text(bytes).map(Field::Text),
        _ if r#type.name() == "vector" => vector(bytes).map(Field::Text),
        _ => return Err(Error::UnsupportedType(r#type.name().to_owned())),
    };
    field.ok_or_else(unreadable)
}

impl Array {
    fn read(r#type: &Type, element: &Type, bytes: &[u8]) -> Result<Array, Error> {
        let mut bytes = Bytes(bytes);
        let dimensions = bytes.i32().ok_or_else(unreadable)?;
        // Whether there are NULLs, and the type of the elements: both are known.
        bytes.take(8).ok_or_else(unreadable)?;
        let mut fields = Vec::new();
        match dimensions {
            0 => {}
            1 => {
                let count = bytes.i32().ok_or_else(unreadable)?;
                bytes.take(4).ok_or_else(unreadable)?;
                for _ in 0..count {
                    let len = bytes.i32().ok_or_else(unreadable)?;
                    fields.push(match usize::try_from(len) {
                        Err(_) => None,
                        Ok(len) => Some(scalar(element, bytes.take(len).ok_or_else(unreadable)?)?),
                    });
                }
            }
            _ => return Err(Error::MultidimensionalArray),
        }
        let unsupported = || Error::UnsupportedType(r#type.name().to_owned());
        Array::of(element, fields).ok_or_else(unsupported)
    }

    fn of(element: &Type, fields: Vec<Option<Field>>) -> Option<Array> {
        macro_rules! all {
            ($kind:ident) => {
                fields
                    .into_iter()
                    .map(|field| match field {
                        None => Some(None),
                        Some(Field::$kind(value)) => Some(Some(value)),
                        Some(_) => None,
                    })
                    .collect::<Option<_>>()
            };
        }
        match *element {
            Type::BOOL => all!(Boolean).map(Array::Booleans),
            Type::INT2 | Type::INT4 | Type::INT8 => all!(Long).map(Array::Longs),
            Type::FLOAT4 | Type::FLOAT8 => all!(Double).map(Array::Doubles),
            _ => all!(Text).map(Array::Texts),
        }
    }
}

/// Bytes that are read from the front.
struct Bytes<'b>(&'b [u8]);

impl<'b> Bytes<'b> {
    fn take(&mut self, len: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn i16(&mut self) -> Option<i16> {
        fixed(self.take(2)?).map(i16::from_be_bytes)
    }

    fn i32(&mut self) -> Option<i32> {
        fixed(self.take(4)?).map(i32::from_be_bytes)
    }
}

fn fixed<const LEN: usize>(bytes: &[u8]) -> Option<[u8; LEN]> {
    bytes.try_into().ok()
}

fn text(bytes: &[u8]) -> Result<Field, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| unreadable())?;
    Ok(Field::Text(text.to_owned()))
}

/// The double that reads as the float does: 1.1 stays 1.1.
fn widened(number: f32) -> f64 {
    number.to_string().parse().unwrap_or_else(|_| number.into())
}

fn uuid(bytes: [u8; 16]) -> String {
    let digits = format!("{:032x}", u128::from_be_bytes(bytes));
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}

/// A vector of the extension pgvector: `[1,2.5]`.
fn vector(bytes: &[u8]) -> Option<String> {
    let mut bytes = Bytes(bytes);
    let count = bytes.i16()?;
    bytes.i16()?;
    let numbers: Option<Vec<String>> =
        (0..count).map(|_| Some(f32::from_be_bytes(fixed(bytes.take(4)?)?).to_string())).collect();
    Some(format!("[{}]", numbers?.join(",")))
}

/// Bytes that are no value of their type.
fn unreadable() -> Error {
    Error::Database("A value of the database can't be read.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(r#type: &Type, bytes: &[u8], options: &ResultSetOptions) -> Field {
        Field::read(r#type, Some(bytes), options).expect("is a value")
    }

    #[test]
    fn options_choose_the_form_of_numbers() {
        let plain = ResultSetOptions { decimal_return_type: None, long_return_type: None };
        let other = ResultSetOptions {
            decimal_return_type: Some(DecimalReturnType::DoubleOrLong),
            long_return_type: Some(LongReturnType::Text),
        };
        // 12.50: one digit of base 10,000 before the point, one after it, two decimals shown.
        let decimal = [0, 2, 0, 0, 0, 0, 0, 2, 0, 12, 0x13, 0x88];
        assert_eq!(read(&Type::NUMERIC, &decimal, &plain), Field::Text("12.50".into()));
        assert_eq!(read(&Type::NUMERIC, &decimal, &other), Field::Double(12.5));
        assert_eq!(read(&Type::INT4, &[0, 0, 0, 7], &plain), Field::Long(7));
        assert_eq!(read(&Type::INT4, &[0, 0, 0, 7], &other), Field::Text("7".into()));
    }

    #[test]
    fn bytes_that_are_cut_short_are_refused() {
        let options = ResultSetOptions { decimal_return_type: None, long_return_type: None };
        for r#type in [Type::INT4, Type::NUMERIC, Type::UUID, Type::INT4_ARRAY, Type::INET] {
            assert!(Field::read(&r#type, Some(&[0, 1]), &options).is_err(), "{type}");
        }
    }
}
