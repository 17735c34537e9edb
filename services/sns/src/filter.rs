//! Which subscriptions want a message.
//!
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html>

use std::collections::BTreeMap;

use event_pattern::Pattern;
use serde_json::{Map, Value};

use crate::errors::Error;
use crate::model::Subscription;
use crate::wire::MessageAttributeValue;

/// Refuses what is no filter policy.
pub(crate) fn check(policy: &str) -> Result<(), Error> {
    let refused = |reason: String| Error::parameter(format!("FilterPolicy: {reason}"));
    let read = serde_json::from_str::<Value>(policy);
    if read.as_ref().is_ok_and(has_number_beyond) {
        let bounds = format!("between -{NUMBER_MAX} and {NUMBER_MAX}");
        return Err(refused(format!("Value must be {bounds}, inclusive"))); // By analogy.
    }
    Pattern::parse(policy).map_err(|error| refused(error.to_string()))?;
    let policy = read.map_err(|error| refused(error.to_string()))?;
    let size = Size::of(&policy, 1);
    if KEYS_MAX < size.keys {
        return Err(refused(format!("Filter policy can not have more than {KEYS_MAX} keys")));
    }
    if COMBINATIONS_MAX < size.combinations {
        return Err(refused("Filter policy is too complex".to_owned()));
    }
    Ok(())
}

/// Whether a policy wants everything: it is the same as none.
pub(crate) fn is_empty(policy: &str) -> bool {
    serde_json::from_str(policy).is_ok_and(|policy: Map<String, Value>| policy.is_empty())
}

/// <https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html>
const KEYS_MAX: usize = 5;
const COMBINATIONS_MAX: usize = 150;
const NUMBER_MAX: f64 = 1_000_000_000.0;

fn has_number_beyond(policy: &Value) -> bool {
    match policy {
        Value::Number(number) => number.as_f64().is_none_or(|number| NUMBER_MAX < number.abs()),
        Value::Array(items) => items.iter().any(has_number_beyond),
        Value::Object(members) => members.values().any(has_number_beyond),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// How much a filter policy asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    keys: usize,
    /// The product of the numbers of values, each times its level.
    combinations: usize,
}

impl Size {
    fn of(policy: &Value, level: usize) -> Self {
        let none = Size { keys: 0, combinations: 1 };
        let of_entry = |(name, value): (&String, &Value)| match value {
            Value::Array(cases) if name == "$or" => {
                cases.iter().map(|case| Size::of(case, level)).fold(none, Size::and)
            }
            Value::Array(values) => Size { keys: 1, combinations: values.len() * level },
            nested => Size::of(nested, level + 1),
        };
        policy.as_object().into_iter().flatten().map(of_entry).fold(none, Size::and)
    }

    fn and(self, other: Self) -> Self {
        let combinations = self.combinations.saturating_mul(other.combinations);
        Size { keys: self.keys + other.keys, combinations }
    }
}

/// Whether the filter policy of a subscription lets a message through.
pub(crate) fn wants(
    subscription: &Subscription,
    message: &str,
    attributes: &BTreeMap<String, MessageAttributeValue>,
) -> bool {
    let Some(policy) = subscription.attributes.get("FilterPolicy") else { return true };
    let Ok(pattern) = Pattern::parse(policy) else {
        tracing::error!(policy, "a filter policy that was taken is none");
        return false;
    };
    let is_of_body =
        subscription.attributes.get("FilterPolicyScope").is_some_and(|it| it == "MessageBody");
    let event = match is_of_body {
        true => json::Value::parse(message),
        false => json::Value::parse(&shown(attributes).to_string()),
    };
    // A body that is no JSON object has no properties to match.
    event.is_ok_and(|event| pattern.matches(&event))
}

/// Attributes as the values that policies speak of. Binary ones can't be filtered by.
fn shown(attributes: &BTreeMap<String, MessageAttributeValue>) -> Value {
    let mut event = Map::new();
    for (name, attribute) in attributes {
        let Some(text) = &attribute.string_value else { continue };
        let value = match attribute.data_type.as_str() {
            "String.Array" => serde_json::from_str(text).unwrap_or(Value::Null),
            "Number" => serde_json::from_str(text).unwrap_or_else(|_| text.clone().into()),
            _ => text.clone().into(),
        };
        event.insert(name.clone(), value);
    }
    event.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::State;

    fn subscription(policy: &str, scope: &str) -> Subscription {
        let attributes = [("FilterPolicy", policy), ("FilterPolicyScope", scope)];
        Subscription {
            protocol: "sqs".into(),
            endpoint: String::new(),
            owner: String::new(),
            attributes: attributes.map(|(name, it)| (name.to_owned(), it.to_owned())).into(),
            state: State::Confirmed,
            token: None,
            origin: None,
            is_locked: false,
        }
    }

    fn attribute(data_type: &str, text: &str) -> MessageAttributeValue {
        MessageAttributeValue {
            data_type: data_type.into(),
            string_value: Some(text.into()),
            binary_value: None,
        }
    }

    #[test]
    fn attributes_are_matched_by_their_types() {
        let attributes: BTreeMap<_, _> = [
            ("kind".to_owned(), attribute("String", "order")),
            ("total".to_owned(), attribute("Number", "120")),
            ("tags".to_owned(), attribute("String.Array", r#"["a", "b"]"#)),
        ]
        .into();
        for (policy, is_wanted) in [
            (r#"{"kind": ["order", "refund"]}"#, true),
            (r#"{"kind": [{"prefix": "ref"}]}"#, false),
            (r#"{"total": [{"numeric": [">", 100]}]}"#, true),
            (r#"{"tags": ["b"]}"#, true),
            (r#"{"tags": ["c"]}"#, false),
            (r#"{"missing": [{"exists": false}]}"#, true),
        ] {
            let wanted = wants(&subscription(policy, "MessageAttributes"), "", &attributes);
            assert_eq!(wanted, is_wanted, "{policy}");
        }
    }

    #[test]
    fn a_policy_is_bounded_by_its_keys_and_its_combinations() {
        let size = |text: &str| Size::of(&serde_json::from_str(text).unwrap(), 1);
        assert_eq!(size(r#"{"a": [1, 2], "b": [3]}"#), Size { keys: 2, combinations: 2 });
        // AWS's own example: three keys at the levels 3, 2 and 1 with 4, 2 and 3 values are 3×4 × 2×2 × 3.
        let nested = r#"{"a": {"b": {"c": [1, 2, 3, 4]}}, "d": {"e": [1, 2]}, "f": [1, 2, 3]}"#;
        assert_eq!(size(nested).combinations, 12 * 4 * 3);
        let many: Vec<u32> = (0..151).collect();
        let text = serde_json::json!({"a": many}).to_string();
        assert_eq!(
            check(&text).unwrap_err().to_string(),
            "Invalid parameter: FilterPolicy: Filter policy is too complex"
        );
        assert!(check(r#"{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}"#).is_err());
        assert!(is_empty(" {} ") && !is_empty(r#"{"a": [1]}"#));
    }

    #[test]
    fn a_policy_names_no_number_beyond_a_billion() {
        for policy in [
            r#"{"store": [1000000001]}"#,
            r#"{"a": {"price": [{"numeric": ["<", -1e10]}]}}"#,
            r#"{"price": [{"anything-but": [1, 1000000001]}]}"#,
        ] {
            assert_eq!(
                check(policy).unwrap_err().to_string(),
                "Invalid parameter: FilterPolicy: Value must be between -1000000000 and 1000000000, inclusive",
                "{policy}"
            );
        }
        assert!(check(r#"{"store": [1000000000, "1000000001"]}"#).is_ok());
    }

    #[test]
    fn a_body_is_matched_if_it_is_json() {
        let by_body =
            subscription(r#"{"order": {"total": [{"numeric": [">", 100]}]}}"#, "MessageBody");
        let none = BTreeMap::new();
        assert!(wants(&by_body, r#"{"order": {"total": 120}}"#, &none));
        assert!(!wants(&by_body, r#"{"order": {"total": 20}}"#, &none));
        assert!(!wants(&by_body, "no JSON", &none));
    }
}
