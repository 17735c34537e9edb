//! Variables and arguments on their way to a resolver.

use crate::world::{World, run, schema};

const FORM: &str = "
    type Query { show(form: Form, list: [Int!], sort: Sort = UP, json: AWSJSON, on: AWSDateTime, phone: AWSPhone): String }
    input Form { name: String! size: Int = 3 inner: Form kind: Sort tags: [String] at: AWSDate not: Int }
    enum Sort { UP DOWN }
";

/// What the resolver got, or the errors.
fn show(query: &str, variables: &str) -> String {
    let world =
        World::default().with("Query.show", |call| call.arguments().to_string().into_value());
    let answer = run(&schema(FORM), query, variables, &world);
    let answer = crate::world::value(&answer);
    match answer.get("errors") {
        Some(errors) => {
            errors.items().map(|error| error.to_string()).collect::<Vec<_>>().join("\n")
        }
        None => {
            let data = answer.get("data").expect("an answer has data");
            data.get("show").expect("it was asked for").as_str().unwrap_or("null").to_owned()
        }
    }
}

trait IntoValue {
    fn into_value(self) -> graphql::Resolved;
}

impl IntoValue for String {
    fn into_value(self) -> graphql::Resolved {
        json::Value::from(self).into()
    }
}

const FORM_QUERY: &str = "query Q($f: Form) { show(form: $f) }";

#[test]
fn defaults_are_filled_in_where_nothing_is_given() {
    assert_eq!(
        show(FORM_QUERY, r#"{"f":{"name":"a","inner":{"name":"b","size":7}}}"#),
        r#"{"form":{"name":"a","size":3,"inner":{"name":"b","size":7}},"sort":"UP"}"#
    );
    assert_eq!(show(FORM_QUERY, "{}"), r#"{"sort":"UP"}"#);
    assert_eq!(show(FORM_QUERY, r#"{"f":null}"#), r#"{"form":null,"sort":"UP"}"#);
    assert_eq!(
        show("query Q($n: Int) { show(form: {name: \"x\", size: $n}, sort: DOWN) }", "{}"),
        r#"{"form":{"name":"x","size":3},"sort":"DOWN"}"#
    );
}

#[test]
fn a_single_value_is_a_list_of_one() {
    assert_eq!(show("{ show(list: 4) }", "{}"), r#"{"list":[4],"sort":"UP"}"#);
    assert_eq!(
        show("query Q($l: [Int!]) { show(list: $l) }", r#"{"l":5}"#),
        r#"{"list":[5],"sort":"UP"}"#
    );
}

#[test]
fn json_is_read_before_the_resolver_sees_it() {
    assert_eq!(show(r#"{ show(json: "{\"a\":[1]}") }"#, "{}"), r#"{"sort":"UP","json":{"a":[1]}}"#);
    assert_eq!(
        show("query Q($j: AWSJSON) { show(json: $j) }", r#"{"j":"[true]"}"#),
        r#"{"sort":"UP","json":[true]}"#
    );
    assert_eq!(
        show("query Q($j: AWSJSON) { show(json: $j) }", r#"{"j":{"a":1}}"#),
        r#"{"path":null,"locations":[{"line":1,"column":9,"sourceName":null}],"message":"Variable 'j' has an invalid value. Unable to parse `{a=1}` as valid JSON."}"#
    );
}

#[test]
fn a_null_that_may_not_be_names_the_variable_and_the_inner_type() {
    // Seen on AWS: aws-appsync-community#406.
    assert_eq!(
        show(FORM_QUERY, r#"{"f":{"name":"a","inner":{}}}"#),
        r#"{"path":null,"locations":[{"line":1,"column":9,"sourceName":null}],"message":"Variable 'f' has coerced Null value for NonNull type 'String!'"}"#
    );
    assert_eq!(
        show("query Q($l: [Int!]!) { show(list: $l) }", "{}"),
        r#"{"path":null,"locations":[{"line":1,"column":9,"sourceName":null}],"message":"Variable 'l' has coerced Null value for NonNull type '[Int!]!'"}"#
    );
}

#[test]
fn a_value_that_doesnt_fit_names_the_field_within() {
    let message = |variables: &str| {
        let error = crate::world::value(&show(FORM_QUERY, variables));
        error.get("message").expect("an error has one").as_str().expect("a text").to_owned()
    };
    assert_eq!(
        message(r#"{"f":{"name":"a","size":"x"}}"#),
        "Variable 'size' has an invalid value. Expected type 'Int' but was 'String'."
    );
    assert_eq!(
        message(r#"{"f":{"name":"a","size":1.5}}"#),
        "Variable 'size' has an invalid value. Expected type 'Int' but was 'Double'."
    );
    assert_eq!(
        message(r#"{"f":{"name":"a","kind":"LEFT"}}"#),
        "Variable 'kind' has an invalid value. Invalid input for Enum 'Sort'. No value found for name 'LEFT'"
    );
    assert_eq!(
        message(r#"{"f":{"name":"a","at":"2019-12-24T04:15:57.798Z"}}"#),
        "Variable 'at' has an invalid value. Unable to parse `2019-12-24T04:15:57.798Z` as a valid date."
    );
    assert_eq!(
        message(r#"{"f":7}"#),
        "Variable 'f' has an invalid value. Expected type 'Map' but was 'Integer'. Variables for input objects must be an instance of type 'Map'."
    );
}

#[test]
fn a_field_that_isnt_in_the_input_type() {
    // aws-appsync-community#273; DataStore knows the form for `not`.
    assert_eq!(
        show(FORM_QUERY, r#"{"f":{"name":"a","or":1}}"#),
        r#"{"path":null,"locations":null,"message":"The variables input contains a field that is not defined for input object type 'Form' "}"#
    );
}
