//! Values of requests on their way to the database.
//!
//! Each has a type that AWS gives it: a text is `text` even where the column is a `uuid`, unless a hint says otherwise.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type};

use crate::errors::Error;
use crate::wire::{FieldValue, SqlParameter, TypeHint};

/// One value, as text where it isn't bytes.
#[derive(Debug, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) r#type: Type,
    value: Option<Value>,
}

#[derive(Debug, PartialEq)]
enum Value {
    Text(String),
    Bytes(Vec<u8>),
}

/// The values of a statement's parameters, in its order.
pub(crate) fn bind(names: &[String], given: &[SqlParameter]) -> Result<Vec<Parameter>, Error> {
    let of_name = |name: &String| {
        let found = given.iter().find(|parameter| parameter.name.as_ref() == Some(name));
        // By analogy: the sentence is of the first generation of the service.
        let found =
            found.ok_or_else(|| Error::bad_request(format!("Cannot find parameter: {name}")))?;
        Parameter::of(found)
    };
    names.iter().map(of_name).collect()
}

impl Parameter {
    fn of(parameter: &SqlParameter) -> Result<Self, Error> {
        let name = parameter.name.as_deref().unwrap_or_default();
        let Some(value) = &parameter.value else {
            let sentence = format!("The parameter {name} has no value.");
            return Err(Error::Validation(sentence));
        };
        let (r#type, value) = match value {
            FieldValue { array_value: Some(_), .. } => {
                return Err(Error::bad_request("Array parameters are not supported."));
            }
            FieldValue { is_null: Some(true), .. } => (Type::UNKNOWN, None),
            FieldValue { boolean_value: Some(value), .. } => {
                (Type::BOOL, Some(Value::Text(value.to_string())))
            }
            FieldValue { long_value: Some(value), .. } => {
                (Type::INT8, Some(Value::Text(value.to_string())))
            }
            FieldValue { double_value: Some(value), .. } => {
                (Type::FLOAT8, Some(Value::Text(value.to_string())))
            }
            FieldValue { blob_value: Some(value), .. } => {
                let bytes = STANDARD.decode(value);
                let bytes = bytes.map_err(|_| aws_blob(name))?;
                (Type::BYTEA, Some(Value::Bytes(bytes)))
            }
            FieldValue { string_value: Some(value), .. } => {
                (Type::TEXT, Some(Value::Text(value.clone())))
            }
            _ => return Err(Error::Validation(format!("The parameter {name} has no value."))),
        };
        let is_hinted = matches!(r#type, Type::TEXT | Type::UNKNOWN);
        let hinted = parameter.type_hint.filter(|_| is_hinted).map(of_hint);
        Ok(Parameter { r#type: hinted.unwrap_or(r#type), value })
    }
}

fn aws_blob(name: &str) -> Error {
    Error::Validation(format!("The blobValue of the parameter {name} isn't in base64."))
}

fn of_hint(hint: TypeHint) -> Type {
    match hint {
        TypeHint::Json => Type::JSON,
        TypeHint::Uuid => Type::UUID,
        TypeHint::Timestamp => Type::TIMESTAMP,
        TypeHint::Date => Type::DATE,
        TypeHint::Time => Type::TIME,
        TypeHint::Decimal => Type::NUMERIC,
    }
}

impl ToSql for Parameter {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        match &self.value {
            None => return Ok(IsNull::Yes),
            Some(Value::Text(text)) => out.extend_from_slice(text.as_bytes()),
            Some(Value::Bytes(bytes)) => out.extend_from_slice(bytes),
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        match &self.value {
            Some(Value::Bytes(_)) => Format::Binary,
            Some(Value::Text(_)) | None => Format::Text,
        }
    }

    tokio_postgres::types::to_sql_checked!();
}

type Fault = Box<dyn std::error::Error + Sync + Send>;
