use json::Value;

use crate::call;

/// The JSON text that a transformation gives, read again.
#[track_caller]
fn expression(kind: &str, filter: &str) -> [String; 3] {
    let text = call(&format!("transform.{kind}"), filter).expect("transforms");
    let document = Value::parse(text.as_str().unwrap_or_default()).expect("it is JSON");
    ["expression", "expressionNames", "expressionValues"].map(|name| {
        let member = document.get(name).unwrap_or_default();
        member.as_str().map_or_else(|| member.to_string(), str::to_owned)
    })
}

#[test]
fn filters_become_expressions_of_dynamodb() {
    let [text, names, values] =
        expression("toDynamoDBFilterExpression", r#"{"title": {"contains": "Hello World"}}"#);
    assert_eq!(text, "(contains(#title,:title_contains))");
    assert_eq!(names, r##"{"#title":"title"}"##);
    assert_eq!(values, r#"{":title_contains":{"S":"Hello World"}}"#);
}

#[test]
fn conditions_are_joined() {
    let [text, ..] = expression(
        "toDynamoDBConditionExpression",
        r#"{"id": {"attributeExists": true}, "version": {"eq": 10}}"#,
    );
    assert_eq!(text, "(attribute_exists(#id)) AND (#version = :version_eq)");
}

#[test]
fn alternatives_keep_their_values_apart() {
    let [text, names, values] = expression(
        "toDynamoDBFilterExpression",
        r#"{"or": [{"a": {"eq": 1}}, {"a": {"eq": 2}}], "not": {"b": {"between": [3, 4]}}}"#,
    );
    assert_eq!(
        text,
        "((#a = :or_0_a_eq) OR (#a = :or_1_a_eq)) AND (NOT (#b BETWEEN :not_b_between_1 AND :not_b_between_2))"
    );
    assert_eq!(names, r##"{"#a":"a","#b":"b"}"##);
    assert_eq!(
        values,
        r#"{":or_0_a_eq":{"N":1},":or_1_a_eq":{"N":2},":not_b_between_1":{"N":3},":not_b_between_2":{"N":4}}"#
    );
}

/// DynamoDB refuses parentheses around nothing but parentheses: "The expression has redundant parentheses".
#[test]
fn groups_stand_in_parentheses_once() {
    let cases = [
        (r#"{"and": [{"a": {"eq": 1}}]}"#, "(#a = :and_0_a_eq)"),
        (r#"{"or": {"a": {"eq": 1}}}"#, "(#a = :or_a_eq)"),
        // A function behind Amplify's transformers has seen AWS write this one so.
        (
            r#"{"and": [{"a": {"eq": 1}}, {"b": {"attributeExists": true}}]}"#,
            "((#a = :and_0_a_eq) AND (attribute_exists(#b)))",
        ),
        (
            r#"{"and": [{"or": [{"a": {"eq": 1}}, {"b": {"eq": 2}}]}]}"#,
            "((#a = :and_0_or_0_a_eq) OR (#b = :and_0_or_1_b_eq))",
        ),
        (
            r#"{"and": [{"or": [{"a": {"eq": 1}}, {}]}, {"b": {"eq": 2}}]}"#,
            "((#a = :and_0_or_0_a_eq) AND (#b = :and_1_b_eq))",
        ),
        (
            r#"{"and": [{"or": [{"a": {"eq": 1}}, {"b": {"eq": 2}}]}, {"c": {"eq": 3}}]}"#,
            "(((#a = :and_0_or_0_a_eq) OR (#b = :and_0_or_1_b_eq)) AND (#c = :and_1_c_eq))",
        ),
        (
            r#"{"or": [{"a": {"eq": 1}, "b": {"eq": 2}}, {"c": {"eq": 3}}]}"#,
            "((#a = :or_0_a_eq) AND (#b = :or_0_b_eq) OR (#c = :or_1_c_eq))",
        ),
        (
            r#"{"not": {"or": [{"a": {"eq": 1}}, {"b": {"eq": 2}}]}}"#,
            "(NOT ((#a = :not_or_0_a_eq) OR (#b = :not_or_1_b_eq)))",
        ),
        (r#"{"not": {"not": {"a": {"eq": 1}}}}"#, "(NOT (NOT (#a = :not_not_a_eq)))"),
        (r#"{"and": [{}], "not": {}}"#, ""),
    ];
    for (filter, expected) in cases {
        assert_eq!(expression("toDynamoDBFilterExpression", filter)[0], expected, "{filter}");
    }
}

#[test]
fn not_is_said_of_all_that_stands_below_it() {
    let filter = r#"{"not": {"a": {"eq": 1}, "b": {"eq": 2}}}"#;
    let [text, ..] = expression("toDynamoDBFilterExpression", filter);
    assert_eq!(text, "(NOT ((#a = :not_a_eq) AND (#b = :not_b_eq)))");
}

#[test]
fn nothing_to_filter_is_an_empty_expression() {
    assert_eq!(expression("toDynamoDBFilterExpression", "{}")[0], "");
    assert!(call("transform.toDynamoDBFilterExpression", r#"{"a": {"like": 1}}"#).is_err());
}

#[test]
fn filters_nested_without_end_are_refused() {
    let deep = format!("{}{{}}{}", "{\"not\":".repeat(900), "}".repeat(900));
    for name in ["toDynamoDBFilterExpression", "toElasticsearchQueryDSL", "toSubscriptionFilter"] {
        let failure = call(&format!("transform.{name}"), &deep).expect_err("it is refused");
        assert_eq!(failure.message, "The filter is nested too deeply");
    }
}

/// The example of AWS's documentation.
#[test]
fn filters_become_queries_of_opensearch() {
    let filter = r#"{"upvotes": {"ne": 15, "range": [10, 20]}, "title": {"eq": "hihihi", "wildcard": "h*i"}}"#;
    let text = call("transform.toElasticsearchQueryDSL", filter).expect("transforms");
    let expected = r#"{"bool":{"must":[{"bool":{"must":[{"bool":{"must_not":{"term":{"upvotes":15}}}},{"range":{"upvotes":{"gte":10,"lte":20}}}]}},{"bool":{"must":[{"term":{"title":"hihihi"}},{"wildcard":{"title":"h*i"}}]}}]}}"#;
    assert_eq!(text.as_str(), Some(expected));
}

#[test]
fn alternatives_of_subscription_filters_multiply() {
    let filter = r#"{"a": {"eq": 1, "gt": 5}, "or": [{"b": {"eq": 2}}, {"c": {"eq": 3}}], "d": {"eq": 4}}, ["d"]"#;
    let filter = call("transform.toSubscriptionFilter", filter).expect("transforms");
    let groups = filter.get("filterGroup").unwrap_or_default();
    let shown: Vec<String> = groups
        .items()
        .map(|group| {
            let filters = group.get("filters").unwrap_or_default();
            let condition = |filter: Value| {
                let text = |name| filter.get(name).unwrap_or_default().to_string().replace('"', "");
                format!("{} {} {}", text("fieldName"), text("operator"), text("value"))
            };
            filters.items().map(condition).collect::<Vec<_>>().join(", ")
        })
        .collect();
    assert_eq!(shown, ["a eq 1, b eq 2", "a eq 1, c eq 3", "a gt 5, b eq 2", "a gt 5, c eq 3"]);
}
