//! Filters as queries of OpenSearch.

use json::{Kind, Value};

fn nest(name: &str, value: Value) -> Value {
    Value::object([(name.to_owned(), value)])
}

fn bool_of(name: &str, value: Value) -> Value {
    nest("bool", nest(name, value))
}

/// The query that finds what fits the filter; members are joined by AND, as the documentation says.
pub(super) fn query(filter: &Value) -> Value {
    let mut terms: Vec<Value> =
        filter.entries().map(|(name, value)| member(name, &value)).collect();
    match terms.pop() {
        Some(only) if terms.is_empty() => only,
        Some(last) => {
            terms.push(last);
            bool_of("must", Value::array(terms))
        }
        None => nest("match_all", Value::empty_object()),
    }
}

fn member(name: &str, value: &Value) -> Value {
    let parts = || match value.kind() {
        Kind::Array => Value::array(value.items().map(|part| query(&part))),
        _ => Value::array([query(value)]),
    };
    match name {
        "and" => bool_of("must", parts()),
        "or" => bool_of("should", parts()),
        "not" => bool_of("must_not", parts()),
        field => {
            let mut terms: Vec<Value> = value
                .entries()
                .map(|(operator, operand)| term(field, operator, &operand))
                .collect();
            match terms.pop() {
                Some(only) if terms.is_empty() => only,
                last => {
                    terms.extend(last);
                    bool_of("must", Value::array(terms))
                }
            }
        }
    }
}

fn term(field: &str, operator: &str, operand: &Value) -> Value {
    let on_field = |name: &str| nest(name, nest(field, operand.clone()));
    let range = |bounds: Value| nest("range", nest(field, bounds));
    match operator {
        "eq" => on_field("term"),
        "ne" => bool_of("must_not", on_field("term")),
        "lt" => range(nest("lt", operand.clone())),
        "lte" | "le" => range(nest("lte", operand.clone())),
        "gt" => range(nest("gt", operand.clone())),
        "gte" | "ge" => range(nest("gte", operand.clone())),
        "range" | "between" => range(Value::object([
            ("gte", operand.at(0).unwrap_or_default()),
            ("lte", operand.at(1).unwrap_or_default()),
        ])),
        "in" => on_field("terms"),
        "exists" if operand.as_bool() == Some(false) => {
            bool_of("must_not", nest("exists", nest("field", field.into())))
        }
        "exists" => nest("exists", nest("field", field.into())),
        "matchPhrase" => on_field("match_phrase"),
        "matchPhrasePrefix" => on_field("match_phrase_prefix"),
        "multiMatch" => on_field("multi_match"),
        // `match`, `wildcard`, `regexp`, `prefix`, `fuzzy` …: the query has the name of the operator.
        operator => on_field(operator),
    }
}
