//! What expressions see in these tests.

use std::cell::RefCell;

use asl::{Budget, Scope};
use base::{Entropy, Timestamp};
use json::Value;

pub(crate) fn value(text: &str) -> Value {
    Value::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

/// Runs `inner` in a scope over `data`: the same data as input, a context object of one execution,
/// the variables `$name` = "Ann", `$list` = [1,2,3], `$flag` = true, 2024-01-01T00:00:00Z for now.
pub(crate) fn in_scope<T>(data: &str, inner: impl FnOnce(&Scope<'_>) -> T) -> T {
    let data = value(data);
    let entropy = RefCell::new(Entropy::from_number(1));
    let variables = |name: &str| match name {
        "name" => Some("Ann".into()),
        "list" => Some(value("[1,2,3]")),
        "flag" => Some(true.into()),
        _ => None,
    };
    inner(&Scope {
        data: &data,
        input: &data,
        result: Some(&value(r#"{"r":1}"#)),
        error_output: None,
        context: &|| value(r#"{"Execution":{"Id":"e","Input":{"x":[1]}},"State":{"Name":"S"}}"#),
        variables: &variables,
        now: Timestamp::from_millis(1_704_067_200_000),
        entropy: &entropy,
        budget: &Budget::default(),
    })
}
