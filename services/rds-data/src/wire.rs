//! What the operations take and give, as the service's model (`rds-data/2018-08-01`) declares it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use crate::value::{Array, Field};

aws::string_enums! {
    pub(crate) enum TypeHint {
        Json = "JSON", Uuid = "UUID", Timestamp = "TIMESTAMP", Date = "DATE", Time = "TIME", Decimal = "DECIMAL",
    }
    pub(crate) enum RecordsFormatType { None = "NONE", Json = "JSON" }
    pub(crate) enum DecimalReturnType { Text = "STRING", DoubleOrLong = "DOUBLE_OR_LONG" }
    pub(crate) enum LongReturnType { Text = "STRING", Long = "LONG" }
}

aws::structures! { Camel;
    /// An array of a request, of which it matters only that it is one.
    pub(crate) struct ArrayValue {}
    /// One member of it is there.
    pub(crate) struct FieldValue {
        optional is_null: bool,
        optional boolean_value: bool,
        optional long_value: i64,
        optional double_value: f64,
        optional string_value: String,
        optional blob_value: String,
        optional array_value: ArrayValue,
    }
    pub(crate) struct SqlParameter {
        optional name: String,
        optional value: FieldValue,
        optional type_hint: TypeHint,
    }
    pub(crate) struct ResultSetOptions {
        optional decimal_return_type: DecimalReturnType,
        optional long_return_type: LongReturnType,
    }
    pub(crate) struct ExecuteStatementInput {
        required resource_arn: String [length(11, 570)],
        required secret_arn: String [length(11, 570)],
        required sql: String [length(0, 65_536)],
        optional database: String [length(0, 64)],
        optional schema: String [length(0, 64)],
        optional parameters: Vec<SqlParameter>,
        optional transaction_id: String [length(0, 192)],
        optional include_result_metadata: bool,
        optional continue_after_timeout: bool,
        optional result_set_options: ResultSetOptions,
        optional format_records_as: RecordsFormatType,
    }
    pub(crate) struct BatchExecuteStatementInput {
        required resource_arn: String [length(11, 570)],
        required secret_arn: String [length(11, 570)],
        required sql: String [length(0, 65_536)],
        optional database: String [length(0, 64)],
        optional schema: String [length(0, 64)],
        optional parameter_sets: Vec<Vec<SqlParameter>>,
        optional transaction_id: String [length(0, 192)],
    }
    pub(crate) struct BeginTransactionInput {
        required resource_arn: String [length(11, 570)],
        required secret_arn: String [length(11, 570)],
        optional database: String [length(0, 64)],
        optional schema: String [length(0, 64)],
    }
    pub(crate) struct BeginTransactionOutput {
        required transaction_id: String,
    }
    /// Of the operations that end a transaction.
    pub(crate) struct TransactionInput {
        required resource_arn: String [length(11, 570)],
        required secret_arn: String [length(11, 570)],
        required transaction_id: String [length(0, 192)],
    }
    pub(crate) struct TransactionOutput {
        required transaction_status: String,
    }
    pub(crate) struct ExecuteSqlInput {
        required db_cluster_or_instance_arn: String [length(11, 570)],
        required aws_secret_store_arn: String [length(11, 570)],
        required sql_statements: String [length(0, 65_536)],
    }
}

/// The reply of an operation that never gives one.
#[derive(Debug, Serialize)]
pub(crate) enum Nothing {}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExecuteStatementOutput {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) records: Option<Vec<Vec<Field>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) column_metadata: Option<Vec<ColumnMetadata>>,
    pub(crate) number_of_records_updated: u64,
    /// PostgreSQL tells none: the clause `RETURNING` does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) generated_fields: Option<Vec<Field>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) formatted_records: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BatchExecuteStatementOutput {
    pub(crate) update_results: Vec<UpdateResult>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdateResult {
    pub(crate) generated_fields: Vec<Field>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ColumnMetadata {
    pub(crate) name: String,
    pub(crate) r#type: i32,
    pub(crate) type_name: String,
    pub(crate) label: String,
    pub(crate) schema_name: String,
    pub(crate) table_name: String,
    pub(crate) is_auto_increment: bool,
    pub(crate) is_signed: bool,
    pub(crate) is_currency: bool,
    pub(crate) is_case_sensitive: bool,
    pub(crate) nullable: i32,
    pub(crate) precision: i32,
    pub(crate) scale: i32,
    pub(crate) array_base_column_type: i32,
}

/// As the JSON protocols spell the numbers that JSON has not.
struct Double(f64);

impl Serialize for Double {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            number if number.is_nan() => serializer.serialize_str("NaN"),
            f64::INFINITY => serializer.serialize_str("Infinity"),
            f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
            number => serializer.serialize_f64(number),
        }
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Field::Null => map.serialize_entry("isNull", &true)?,
            Field::Boolean(value) => map.serialize_entry("booleanValue", value)?,
            Field::Long(value) => map.serialize_entry("longValue", value)?,
            Field::Double(value) => map.serialize_entry("doubleValue", &Double(*value))?,
            Field::Text(value) => map.serialize_entry("stringValue", value)?,
            Field::Blob(value) => map.serialize_entry("blobValue", &STANDARD.encode(value))?,
            Field::Array(value) => map.serialize_entry("arrayValue", value)?,
        }
        map.end()
    }
}

impl Serialize for Array {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Array::Booleans(values) => map.serialize_entry("booleanValues", values)?,
            Array::Longs(values) => map.serialize_entry("longValues", values)?,
            Array::Doubles(values) => {
                let values: Vec<Option<Double>> =
                    values.iter().map(|value| value.map(Double)).collect();
                map.serialize_entry("doubleValues", &values)?;
            }
            Array::Texts(values) => map.serialize_entry("stringValues", values)?,
        }
        map.end()
    }
}

/// One row as `formattedRecords` has it: an object whose members are named by the labels of the columns.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.calling.html>
pub(crate) struct FormattedRecord<'r> {
    pub(crate) labels: &'r [String],
    pub(crate) values: &'r [Field],
}

impl Serialize for FormattedRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.labels.len()))?;
        for (label, value) in self.labels.iter().zip(self.values) {
            map.serialize_entry(label, &Plain(value))?;
        }
        map.end()
    }
}

/// A value without the name of its type.
struct Plain<'v>(&'v Field);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Field::Null => serializer.serialize_unit(),
            Field::Boolean(value) => serializer.serialize_bool(*value),
            Field::Long(value) => serializer.serialize_i64(*value),
            Field::Double(value) => Double(*value).serialize(serializer),
            Field::Text(value) => serializer.serialize_str(value),
            Field::Blob(value) => serializer.serialize_str(&STANDARD.encode(value)),
            Field::Array(array) => match array {
                Array::Booleans(values) => values.serialize(serializer),
                Array::Longs(values) => values.serialize(serializer),
                Array::Doubles(values) => {
                    let mut list = serializer.serialize_seq(Some(values.len()))?;
                    for value in values {
                        list.serialize_element(&value.map(Double))?;
                    }
                    list.end()
                }
                Array::Texts(values) => values.serialize(serializer),
            },
        }
    }
}
