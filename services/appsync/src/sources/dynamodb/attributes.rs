//! Attribute values: typed, as templates write them and DynamoDB takes them, and plain, as results show them.

use json::{Kind, Number, Value};

/// Typed values as DynamoDB takes them: numbers are texts there, and templates may write numbers.
pub(super) fn sent(value: &Value) -> Value {
    let Some((kind, inner)) = only_member(value) else { return value.clone() };
    let inner = match kind.as_str() {
        "N" | "S" | "B" => scalar_text(&inner),
        "NS" | "SS" | "BS" => Value::array(inner.items().map(|item| scalar_text(&item))),
        "NULL" => Value::from(true),
        "L" => Value::array(inner.items().map(|item| sent(&item))),
        "M" => sent_map(&inner),
        _ => inner,
    };
    Value::object([(kind, inner)])
}

/// A map of typed values: an item, a key.
pub(super) fn sent_map(map: &Value) -> Value {
    Value::object(map.entries().map(|(name, value)| (name, sent(&value))))
}

/// An item as results show it; nothing is `null`.
pub(super) fn plain_item(item: Option<Value>) -> Value {
    item.map(|item| plain_map(&item)).unwrap_or_default()
}

/// The members of an item as results show them.
pub(super) fn plain_map(map: &Value) -> Value {
    Value::object(map.entries().map(|(name, value)| (name, plain(&value))))
}

fn plain(value: &Value) -> Value {
    let Some((kind, inner)) = only_member(value) else { return value.clone() };
    match kind.as_str() {
        "N" => number(&inner),
        "NS" => Value::array(inner.items().map(|item| number(&item))),
        "NULL" => Value::NULL,
        "L" => Value::array(inner.items().map(|item| plain(&item))),
        "M" => plain_map(&inner),
        _ => inner,
    }
}

fn only_member(value: &Value) -> Option<(String, Value)> {
    let mut members = value.entries();
    let (kind, inner) = members.next().filter(|_| value.len() == 1)?;
    Some((kind.to_owned(), inner))
}

fn scalar_text(value: &Value) -> Value {
    match value.kind() {
        Kind::Number | Kind::Bool => Value::from(value.to_string()),
        Kind::Null | Kind::String | Kind::Array | Kind::Object => value.clone(),
    }
}

/// The number of a text; DynamoDB writes them as JSON does.
fn number(text: &Value) -> Value {
    let parsed = text.as_str().and_then(|text| Value::parse(text).ok());
    parsed
        .filter(|number| number.as_number().is_some_and(|it: Number| it.as_f64().is_finite()))
        .unwrap_or_else(|| text.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::parse(text).unwrap()
    }

    #[test]
    fn numbers_are_sent_as_texts_and_shown_as_numbers() {
        let typed =
            value(r#"{"a":{"N":1.50},"b":{"L":[{"NS":[1,"2"]},{"NULL":null}]},"c":{"S":"x"}}"#);
        let sent = sent_map(&typed);
        let wanted =
            r#"{"a":{"N":"1.50"},"b":{"L":[{"NS":["1","2"]},{"NULL":true}]},"c":{"S":"x"}}"#;
        assert_eq!(sent.to_string(), wanted);
        assert_eq!(plain_map(&sent).to_string(), r#"{"a":1.50,"b":[[1,2],null],"c":"x"}"#);
    }

    #[test]
    fn an_attribute_called_like_a_type_is_an_attribute() {
        let item = value(r#"{"S":{"S":"x"}}"#);
        assert_eq!(plain_map(&item).to_string(), r#"{"S":"x"}"#);
    }
}
