//! Choice conditions: one operator, one input, whether it matches.

use asl::choice::{Comparison, Condition, Operand, Operator};
use asl::{Fault, error_name};

use crate::scope::{in_scope, value};

fn compare(variable: &str, operator: &str, operand: &str) -> Condition {
    let operator = Operator::from_name(operator).unwrap_or_else(|| panic!("{operator}"));
    let comparison = Comparison::compile(variable, operator, &value(operand), "Choices[0]");
    Condition::Compare(comparison.unwrap_or_else(|problem| panic!("{problem:?}")))
}

fn matches(condition: &Condition, input: &str) -> Result<bool, Fault> {
    in_scope(input, |scope| condition.matches(scope))
}

/// `$.v` of the input against the operand; paths find `$.w`.
fn check(operator: &str, operand: &str, input: &str, expected: bool) {
    let condition = compare("$.v", operator, operand);
    assert_eq!(matches(&condition, input), Ok(expected), "{operator} {operand} of {input}");
}

fn check_missing(condition: &Condition, input: &str, path: &str) {
    let fault = matches(condition, input).expect_err("the path has no value");
    let cause = format!(
        "Invalid path '{path}': The choice state's condition path references an invalid value."
    );
    assert_eq!((fault.error, fault.cause), (error_name::RUNTIME, cause));
}

#[test]
fn there_are_39_operators() {
    assert_eq!(Operator::ALL.len(), 39);
    let by_path = Operator::ALL.iter().filter(|operator| operator.operand() == Operand::Path);
    assert_eq!(by_path.clone().count(), 16);
    assert!(by_path.into_iter().all(|operator| operator.name().ends_with("Path")));
    assert_eq!(Operator::from_name("StringContains"), None);
}

#[test]
fn values_of_one_type_are_ordered() {
    let orders = ["Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"];
    let less = [false, true, false, true, false];
    let equal = [true, false, false, true, true];
    let greater = [false, false, true, false, true];
    for (family, operand, values) in [
        ("String", r#""b""#, [r#""a""#, r#""b""#, r#""c""#]),
        ("String", r#""AB""#, [r#""A""#, r#""AB""#, r#""AB ""#]),
        ("Numeric", "2", ["1.5", "2.0", "10"]),
        (
            "Timestamp",
            r#""2012-10-09T19:00:55Z""#,
            [
                r#""2012-10-09T19:00:54.999Z""#,
                r#""2012-10-09T21:00:55+02:00""#,
                r#""2012-10-09T19:00:55-01:00""#,
            ],
        ),
    ] {
        for (value, expected) in values.iter().zip([less, equal, greater]) {
            for (order, expected) in orders.iter().zip(expected) {
                let literal = format!(r#"{{"v":{value}}}"#);
                check(&format!("{family}{order}"), operand, &literal, expected);
                let with_operand = format!(r#"{{"v":{value},"w":{operand}}}"#);
                check(&format!("{family}{order}Path"), r#""$.w""#, &with_operand, expected);
            }
        }
    }
    check("BooleanEquals", "true", r#"{"v":true}"#, true);
    check("BooleanEquals", "true", r#"{"v":false}"#, false);
    check("BooleanEqualsPath", r#""$.w""#, r#"{"v":false,"w":false}"#, true);
}

#[test]
fn values_of_another_type_never_match() {
    for operator in ["NumericEquals", "NumericLessThan", "NumericGreaterThanEquals"] {
        for other in ["null", "true", r#""1""#, "[1]", "{}"] {
            check(operator, "1", &format!(r#"{{"v":{other}}}"#), false);
        }
    }
    check("StringEquals", r#""1""#, r#"{"v":1}"#, false);
    check("StringMatches", r#""*""#, r#"{"v":1}"#, false);
    check("BooleanEquals", "true", r#"{"v":"true"}"#, false);
    check("TimestampLessThan", r#""2020-01-01T00:00:00Z""#, r#"{"v":"2012-10-09"}"#, false);
    check("NumericEqualsPath", r#""$.w""#, r#"{"v":1,"w":"1"}"#, false);
}

#[test]
fn types_are_told_apart() {
    let values = [
        ("IsNull", "null"),
        ("IsNumeric", "1.0"),
        ("IsString", r#""x""#),
        ("IsBoolean", "false"),
        ("IsTimestamp", r#""2012-10-09T19:00:55Z""#),
    ];
    for (operator, _) in values {
        for (own, value) in values {
            let input = format!(r#"{{"v":{value}}}"#);
            let expected = own == operator || (operator == "IsString" && own == "IsTimestamp");
            check(operator, "true", &input, expected);
            check(operator, "false", &input, !expected);
        }
    }
}

#[test]
fn presence_can_be_asked_for_and_all_else_fails_without_it() {
    check("IsPresent", "true", r#"{"v":null}"#, true);
    check("IsPresent", "true", "{}", false);
    check("IsPresent", "false", "{}", true);
    check("IsPresent", "false", r#"{"v":1}"#, false);
    for operator in ["IsNull", "IsBoolean"] {
        check_missing(&compare("$.v", operator, "true"), "{}", "$.v");
    }
    check_missing(&compare("$.v.w[0]", "StringEquals", r#""x""#), r#"{"v":1}"#, "$.v.w[0]");
    check_missing(&compare("$.v", "NumericEqualsPath", r#""$.w""#), r#"{"v":1}"#, "$.w");
    check_missing(&compare("$nobody", "IsString", "true"), "{}", "$nobody");
}

#[test]
fn variables_and_the_context_object_are_seen() {
    assert_eq!(matches(&compare("$name", "StringEquals", r#""Ann""#), "{}"), Ok(true));
    assert_eq!(matches(&compare("$list[2]", "NumericEquals", "3"), "{}"), Ok(true));
    assert_eq!(matches(&compare("$$.State.Name", "StringEquals", r#""S""#), "{}"), Ok(true));
    assert_eq!(matches(&compare("$nobody", "IsPresent", "false"), "{}"), Ok(true));
    assert_eq!(
        matches(&compare("$.v", "BooleanEqualsPath", r#""$flag""#), r#"{"v":true}"#),
        Ok(true)
    );
}

#[test]
fn conditions_combine_and_stop_at_the_first_that_decides() {
    let present = || compare("$.v", "IsPresent", "true");
    let one = || compare("$.v", "NumericEquals", "1");
    let and = Condition::And(vec![present(), one()]);
    assert_eq!(matches(&and, r#"{"v":1}"#), Ok(true));
    assert_eq!(matches(&and, r#"{"v":2}"#), Ok(false));
    assert_eq!(matches(&and, "{}"), Ok(false), "the second isn't asked");
    let or = Condition::Or(vec![Condition::Not(Box::new(present())), one()]);
    assert_eq!(matches(&or, "{}"), Ok(true), "the second isn't asked");
    assert_eq!(matches(&or, r#"{"v":2}"#), Ok(false));
    check_missing(&Condition::And(vec![one(), present()]), "{}", "$.v");
    check_missing(&Condition::Not(Box::new(one())), "{}", "$.v");
}
