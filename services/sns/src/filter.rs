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
    Pattern::parse(policy)
        .map(drop)
        .map_err(|error| Error::parameter(format!("FilterPolicy: {error}")))
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
            host: None,
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
    fn a_body_is_matched_if_it_is_json() {
        let by_body =
            subscription(r#"{"order": {"total": [{"numeric": [">", 100]}]}}"#, "MessageBody");
        let none = BTreeMap::new();
        assert!(wants(&by_body, r#"{"order": {"total": 120}}"#, &none));
        assert!(!wants(&by_body, r#"{"order": {"total": 20}}"#, &none));
        assert!(!wants(&by_body, "no JSON", &none));
    }
}
