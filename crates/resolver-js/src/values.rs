//! Values on their way between Rust and QuickJS: scalars as they are, the others as JSON text.

use json::{Kind, Number, Value};
use rquickjs::{Ctx, Error, Function, Result, String as JsString, Value as JsValue};

pub(crate) fn to_js<'js>(ctx: &Ctx<'js>, value: &Value) -> Result<JsValue<'js>> {
    match value.kind() {
        Kind::Null => Ok(JsValue::new_null(ctx.clone())),
        Kind::Bool => Ok(JsValue::new_bool(ctx.clone(), value.as_bool() == Some(true))),
        Kind::Number => {
            let float = value.as_f64().unwrap_or(f64::NAN);
            let small = value.as_i64().and_then(|whole| i32::try_from(whole).ok());
            Ok(match small {
                Some(small) => JsValue::new_int(ctx.clone(), small),
                None => JsValue::new_float(ctx.clone(), float),
            })
        }
        Kind::String => {
            let text = value.as_str().unwrap_or_default();
            Ok(JsString::from_str(ctx.clone(), text)?.into_value())
        }
        Kind::Array | Kind::Object => ctx.json_parse(value.to_string()),
    }
}

/// What JSON has no word for is `null`, or left out of an object.
pub(crate) fn from_js<'js>(ctx: &Ctx<'js>, value: JsValue<'js>) -> Result<Value> {
    written(ctx, value, None)
}

/// As [`from_js`], but with `null` for members that are `undefined`.
pub(crate) fn from_js_whole<'js>(ctx: &Ctx<'js>, value: JsValue<'js>) -> Result<Value> {
    // Made for each call: a function that others of ours kept would keep the realm alive.
    let nullify =
        |ctx: Ctx<'js>, _name: JsValue<'js>, value: JsValue<'js>| match value.is_undefined() {
            true => JsValue::new_null(ctx),
            false => value,
        };
    let nullify = Function::new(ctx.clone(), nullify)?;
    written(ctx, value, Some(nullify))
}

fn written<'js>(
    ctx: &Ctx<'js>,
    value: JsValue<'js>,
    replacer: Option<Function<'js>>,
) -> Result<Value> {
    if let Some(bool) = value.as_bool() {
        return Ok(bool.into());
    }
    if let Some(int) = value.as_int() {
        return Ok(i64::from(int).into());
    }
    if let Some(float) = value.as_float() {
        return Ok(Number::from_f64(float).map_or(Value::NULL, Value::from));
    }
    if let Some(text) = value.as_string() {
        return Ok(text.to_string()?.into());
    }
    if value.is_null() || value.is_undefined() {
        return Ok(Value::NULL);
    }
    let text = match replacer {
        None => ctx.json_stringify(value)?,
        Some(replacer) => ctx.json_stringify_replacer(value, replacer)?,
    };
    let Some(text) = text else { return Ok(Value::NULL) };
    let text = text.to_string()?;
    Value::parse(&text)
        .map_err(|error| Error::new_from_js_message("object", "JSON", error.to_string()))
}
