//! Fields that want a value of one type, and what AWS says when they get another.

use std::sync::Arc;

use base::Timestamp;
use json::{Kind, Value};

use crate::failure::{Fault, error_name};
use crate::path::Root;
use crate::program::{Items, Quantity, QueryLanguage, ResultPath, Selection, Text};
use crate::scope::Scope;
use crate::template::Expression;
use crate::timestamp::Instant;

/// The longest wait, in seconds: 24,856 days are too many (recorded:
/// `wait_timestamp_too_far_in_future_boundary`).
const WAIT_MAX: i64 = i32::MAX as i64;

/// The longest timeout, in seconds.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html>
pub(crate) const TIMEOUT_SECONDS_MAX: u32 = 99_999_999;

impl Selection {
    /// `data` of the scope, through `InputPath` or `OutputPath`.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, Fault> {
        match self {
            Selection::Whole => Ok(scope.data.clone()),
            Selection::Nothing => Ok(Value::empty_object()),
            Selection::At(expression) => expression.select(scope),
        }
    }
}

impl ResultPath {
    /// A state's output: its input with the result in place.
    pub fn apply(&self, input: &Value, result: Value) -> Result<Value, Fault> {
        match self {
            ResultPath::Replace => Ok(result),
            ResultPath::Discard => Ok(input.clone()),
            ResultPath::At(path) => path.write(input, result),
        }
    }
}

impl Quantity {
    /// The number, checked as its field asks: `SecondsPath` whole seconds, not negative,
    /// `ToleratedFailurePercentage` 0 to 100, and so on. Literals were checked when the definition was.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<f64, Fault> {
        let expression = match self {
            Quantity::Literal(number) => return Ok(*number),
            Quantity::Computed(expression) => expression,
        };
        let value = match expression.language() {
            QueryLanguage::Jsonata => expression.evaluate_as(Kind::Number, scope)?,
            QueryLanguage::JsonPath => present(expression, scope)?,
        };
        let field = expression.field().trim_end_matches("Path");
        // The text is what is read: a string of digits will do (recorded:
        // `map_state_reference_in_tolerated_failure_path`), `1.0` won't where digits are wanted.
        let text = shown(&value);
        let number = match field {
            "ToleratedFailurePercentage" => {
                text.parse().ok().filter(|number: &f64| number.is_finite())
            }
            _ => text.parse().ok().map(|integer: i64| integer as f64),
        };
        let number = number.ok_or_else(|| expression.failed(wrong_number(expression, &value)))?;
        match out_of_range(expression, field, number, &value) {
            Some(cause) => Err(expression.failed(cause)),
            None => Ok(number),
        }
    }

    /// A field in seconds: their number, which [`Quantity::evaluate`] and the definition's validation keep
    /// whole and within the range of the field.
    pub fn seconds(&self, scope: &Scope<'_>) -> Result<u64, Fault> {
        self.evaluate(scope).map(|seconds| seconds as u64)
    }
}

/// The value of a path in a field. `SecondsPath` has words of its own for a missing one (recorded:
/// `base_wait_seconds_path_json5`), which `TimestampPath` is taken to share.
fn present(expression: &Expression, scope: &Scope<'_>) -> Result<Value, Fault> {
    expression.look_up(scope)?.map_err(|miss| {
        let (field, source) = (expression.field(), expression.source());
        if matches!(field, "SecondsPath" | "TimestampPath") {
            let cause =
                format!("The {field} parameter does not reference an input value: {source}");
            return expression.failed(cause);
        }
        expression.not_found(&miss, scope)
    })
}

/// Recorded: `base_wait_seconds_path_1_5`, `max_concurrency_path_NoNumber`,
/// `tolerated_failure_count_path`, `tolerated_failure_percentage_path`.
fn wrong_number(expression: &Expression, value: &Value) -> String {
    let (field, source, shown) = (expression.field(), expression.source(), shown(value));
    if field.ends_with("SecondsPath") {
        return format!(
            "The {field} parameter cannot be parsed as a long value: {source} == {shown}"
        );
    }
    let wanted = if field.contains("Percentage") { "float" } else { "integer" };
    let source = if field.ends_with("Path") { format!(": {source}") } else { String::new() };
    format!("The {field} field refers to value \"{shown}\" which is not a valid {wanted}{source}")
}

/// Recorded for `SecondsPath`, `ToleratedFailureCountPath` and `ToleratedFailurePercentagePath`; the others take the
/// words of their neighbours. What AWS says of a timeout of 0 or beyond its longest isn't known: these words are ours.
/// A negative `MaxItems` is refused by the map run, not by the state (`map_item_reader_csv_max_items_paths`).
fn out_of_range(
    expression: &Expression,
    field: &str,
    number: f64,
    value: &Value,
) -> Option<String> {
    let (written, source) = (expression.field(), expression.source());
    match field {
        "ToleratedFailurePercentage" if !(0.0..=100.0).contains(&number) => {
            Some("ToleratedFailurePercentage must be between 0 and 100.".into())
        }
        "ToleratedFailureCount" | "MaxConcurrency" if number < 0.0 => {
            Some(format!("{field} cannot be negative."))
        }
        "Seconds" if WAIT_MAX as f64 <= number => Some("Wait state delay is too long.".into()),
        "Seconds" | "TimeoutSeconds" | "HeartbeatSeconds" if number < 0.0 => Some(format!(
            "The {written} parameter references a negative value: {source} == {}",
            shown(value)
        )),
        "TimeoutSeconds" | "HeartbeatSeconds"
            if !(1.0..=f64::from(TIMEOUT_SECONDS_MAX)).contains(&number) =>
        {
            Some(format!(
                "The {written} parameter references a value that is not between 1 and {TIMEOUT_SECONDS_MAX}: {source} == {}",
                shown(value)
            ))
        }
        "MaxItemsPerBatch" | "MaxInputBytesPerBatch" if number < 0.0 => {
            Some(format!("field {field} must be positive"))
        }
        _ => None,
    }
}

/// A value inside a message: texts without quotes.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Text {
    /// The text of `Error` and `Cause`.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Arc<str>, Fault> {
        let expression = match self {
            Text::Literal(text) => return Ok(text.clone()),
            Text::Computed(expression) => expression,
        };
        let value = match expression.language() {
            QueryLanguage::Jsonata => expression.evaluate_as(Kind::String, scope)?,
            QueryLanguage::JsonPath => present(expression, scope)?,
        };
        match value.as_str() {
            Some(text) => Ok(text.into()),
            None => Err(expression.failed(format!(
                "The {} field refers to value \"{value}\" which is not a valid string: {}",
                expression.field(),
                expression.source()
            ))),
        }
    }

    /// The instant of `Timestamp` and `TimestampPath`, if a wait until then isn't too long.
    pub fn instant(&self, scope: &Scope<'_>) -> Result<Timestamp, Fault> {
        let failed = |cause: &str| match self {
            Text::Literal(_) => Fault::new(error_name::RUNTIME, cause),
            Text::Computed(expression) => expression.failed(cause.into()),
        };
        let instant = match self {
            Text::Computed(expression) => computed_instant(expression, scope)?,
            Text::Literal(text) => Instant::parse(text)
                .ok_or_else(|| failed("The Timestamp field does not hold a timestamp."))?,
        };
        if WAIT_MAX as u64 <= instant.timestamp().since(scope.now).as_secs() {
            return Err(failed("Wait state delay is too long."));
        }
        Ok(instant.timestamp())
    }
}

/// Recorded: `wait_timestamp_path_NO_Z` and its neighbours, `wait_timestamp_jsonata_NO_Z`.
fn computed_instant(expression: &Expression, scope: &Scope<'_>) -> Result<Instant, Fault> {
    let wanted = "ISO-8601 extended offset date-time format string";
    match expression.language() {
        QueryLanguage::Jsonata => {
            let value = expression.evaluate_as(Kind::String, scope)?;
            value.as_str().and_then(Instant::parse).ok_or_else(|| {
                let shown = shown(&value);
                expression
                    .failed(format!("The Timestamp field cannot be parsed as an {wanted}: {shown}"))
            })
        }
        QueryLanguage::JsonPath => {
            let value = present(expression, scope)?;
            value.as_str().and_then(Instant::parse).ok_or_else(|| {
                let (source, shown) = (expression.source(), shown(&value));
                expression.failed(format!(
                    "The TimestampPath parameter does not reference a valid {wanted}: {source} == {shown}"
                ))
            })
        }
    }
}

impl Items {
    /// What to iterate over: an array, or the object that a JSONata state has written out. `None` for
    /// [`Items::Reader`], whose items come from elsewhere.
    pub fn evaluate(
        &self,
        language: QueryLanguage,
        scope: &Scope<'_>,
    ) -> Result<Option<Value>, Fault> {
        let items = match self {
            Items::Reader(_) => return Ok(None),
            Items::Input => input_items(language, scope)?,
            Items::Path(expression) => path_items(expression, scope)?,
            Items::Template(template) => match template.expression() {
                // Recorded: `map_state_items_eval_jsonata_fail_number`; objects are refused too
                // (`map_state_items_variable_sampling_object`).
                Some(expression) => expression.evaluate_as(Kind::Array, scope)?,
                None => template.evaluate(scope)?,
            },
        };
        Ok(Some(items))
    }
}

fn input_items(language: QueryLanguage, scope: &Scope<'_>) -> Result<Value, Fault> {
    let items = scope.data;
    match (items.kind(), language) {
        (Kind::Array, _) => Ok(items.clone()),
        (_, QueryLanguage::JsonPath) => Err(must_be_array("$")),
        // Recorded: `map_state_items_input_types_object`; the event names no location.
        (_, QueryLanguage::Jsonata) => Err(Fault::new(
            error_name::QUERY_EVALUATION_ERROR,
            format!("Map state input must be an array but was: {items}"),
        )),
    }
}

/// `ItemsPath`. AWS shows a path into the context object as one into the input (recorded:
/// `state_map_context_object_EXECUTION_INPUT`). What it says when nothing is there was reported
/// for several machines ("Unable to apply step "chunks" to input …").
fn path_items(expression: &Expression, scope: &Scope<'_>) -> Result<Value, Fault> {
    let Some(path) = expression.path() else {
        return expression.evaluate(scope);
    };
    match path.evaluate(scope) {
        Ok(items) if items.kind() == Kind::Array => Ok(items),
        Ok(_) => {
            let text = path.text();
            Err(must_be_array(if *path.root() == Root::Context { &text[1..] } else { text }))
        }
        Err(_) => {
            let step = path.failing_step(scope);
            let cause = format!("Unable to apply step \"{step}\" to input {}", scope.data);
            Err(Fault::new(error_name::REFERENCE_PATH_CONFLICT, cause))
        }
    }
}

fn must_be_array(path: &str) -> Fault {
    Fault::new(error_name::RUNTIME, format!("Reference path \"{path}\" must point to array."))
}
