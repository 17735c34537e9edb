//! Documents that want to be expensive: each ends soon, with an error or an answer.

use std::fmt::Write as _;

use graphql::{Document, Introspection, Limits, Response, Schema};
use proptest::prelude::*;

use crate::world::{World, faults, run, run_within, schema};

fn small() -> Schema {
    schema("type Query { me: Query a(x: In): Int list: [Query] } input In { in: In l: [Int] }")
}

#[test]
fn nesting_ends() {
    let deep = |levels: usize| format!("{}a{}", "{me".repeat(levels), "}".repeat(levels));
    assert!(faults(&small(), &format!("{{{}", deep(100))).len() <= 1);
    let faults = faults(&small(), &"{me".repeat(100_000));
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains("nested too deeply"), "{}", faults[0]);
    for (open, close) in [("[", "]"), ("{in:", "}")] {
        let value = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let error = Document::parse(&format!("{{ a(x: {value}) }}")).expect_err("it is refused");
        assert!(error.message.contains("nested too deeply"), "{}", error.message);
    }
}

#[test]
fn a_document_at_the_allowed_depth_runs() {
    let levels = 195;
    let query = format!("{{{}a{}", "me{".repeat(levels), "}".repeat(levels + 1));
    let world = World::default().value("Query.me", "{}");
    let limits = Limits::default();
    let answer = run_within(&small(), &query, "{}", &world, &limits);
    assert!(answer.ends_with(&"}".repeat(levels)), "{answer}");
}

#[test]
fn megabytes_of_anything_end() {
    for part in ["a ", "{", "\"", "#", "a:a ", "a @x ", "...", "[", "$a:[a!]=1 ", "\u{1F600}"] {
        let text = part.repeat((1 << 20) / part.len());
        assert!(Document::parse(&text).is_err(), "{part}");
        let query = format!("{{ me {{ {text} }} }}");
        if let Ok(document) = Document::parse(&query) {
            document.validate(&small(), Introspection::Enabled);
        }
    }
}

#[test]
fn many_aliases_of_one_field_are_compared_once_each() {
    let mut query = String::from("{");
    (0..8_000).for_each(|i| write!(query, "a{i}: a ").expect("text takes it"));
    (0..4_000).for_each(|_| query.push_str("me { a } "));
    query.push('}');
    assert_eq!(faults(&small(), &query), Vec::<String>::new());
    let answer = run(&small(), &query, "{}", &World::default());
    assert!(answer.starts_with(r#"{"data":{"a0":null,"#), "{}", &answer[..40]);
}

#[test]
fn fragments_that_double_at_each_level_end() {
    let levels = 60;
    let mut query = String::from("{ ...F0 }");
    for level in 0..levels {
        let next = level + 1;
        write!(
            query,
            " fragment F{level} on Query {{ x: me {{ ...F{next} }} y: me {{ ...F{next} }} }}"
        )
        .expect("text takes it");
    }
    write!(query, " fragment F{levels} on Query {{ a }}").expect("text takes it");
    assert_eq!(faults(&small(), &query), Vec::<String>::new());
    let world = World::default().value("Query.me", "{}");
    let limits = Limits { resolver_count: 500, fields_max: 10_000, ..Limits::default() };
    let answer = run_within(&small(), &query, "{}", &world, &limits);
    assert!(answer.contains("Resolver invocation limit reached."), "{}", &answer[..100]);
    // Without a resolver nothing is there to go into; with a value that goes on, the fields run out.
    let nested = format!("{}1{}", r#"{"me":"#.repeat(100), "}".repeat(100));
    let world = World::default().value("Query.list", &format!("[{nested}]"));
    let query = query.replacen("{ ...F0 }", "{ list { ...F0 } }", 1);
    let answer = run_within(&small(), &query, "{}", &world, &limits);
    assert!(answer.contains("The operation selects too many fields."), "{}", &answer[..100]);
}

#[test]
fn a_chain_of_fragments_ends() {
    let mut query = String::from("{ ...F0 }");
    for level in 0..4_000 {
        let next = level + 1;
        write!(query, " fragment F{level} on Query {{ ...F{next} }}").expect("text takes it");
    }
    let closed = format!("{query} fragment F4000 on Query {{ a }}");
    assert_eq!(faults(&small(), &closed), ["The document is nested too deeply"]);
    let circle = format!("{query} fragment F4000 on Query {{ ...F0 }}");
    let faults = faults(&small(), &circle);
    assert!(faults.iter().all(|fault| fault.contains("Fragment cycles not allowed")));
    let document = Document::parse(&circle).expect("it parses");
    let (variables, limits) = (json::Value::NULL, Limits::default());
    let request = graphql::Request {
        schema: &small(),
        document: &document,
        operation_name: None,
        variables: &variables,
        limits: &limits,
        keeps_events: false,
    };
    let answer = graphql::shape_event(request, json::Value::NULL, &World::default()).to_json();
    assert!(answer.contains("Fragment cycles not allowed"), "{answer}");
}

#[test]
fn variables_and_arguments_without_end_do() {
    let variables = format!("{}1{}", r#"{"in":"#.repeat(900), "}".repeat(900));
    let answer = run(
        &small(),
        "query Q($in: In) { a(x: $in) }",
        &format!(r#"{{"in":{variables}}}"#),
        &World::default(),
    );
    assert!(answer.contains("The variables are nested too deeply"), "{answer}");
    let mut query = String::from("{ a(");
    (0..30_000).for_each(|i| write!(query, "x{i}:1 ").expect("text takes it"));
    query.push_str(") a(");
    (0..30_000).rev().for_each(|i| write!(query, "x{i}:1 ").expect("text takes it"));
    query.push_str(") }");
    assert_eq!(faults(&small(), &query).len(), 100);
}

#[test]
fn defaults_that_lead_to_themselves_are_refused() {
    for text in [
        "type Query { a(x: In): Int } input In { in: In = {} }",
        "type Query { a(x: A = {}): Int } input A { b: [B] = [{}] } input B { a: A = {} }",
    ] {
        let problems = Schema::parse(text).expect_err("it is refused");
        assert!(problems[0].message.contains("leads to itself"), "{problems:?}");
    }
    let mut doubling = String::from("type Query { a(x: I0): Int }");
    for level in 0..60 {
        let next = level + 1;
        write!(doubling, " input I{level} {{ a: I{next} = {{}} b: I{next} = {{}} }}")
            .expect("text takes it");
    }
    doubling.push_str(" input I60 { a: Int }");
    assert!(Schema::parse(&doubling).is_err());
}

#[test]
fn spreads_that_repeat_are_followed_once() {
    let mut query = String::from("{ ...F0 }");
    for level in 0..100 {
        let spreads = format!("...F{} ", level + 1).repeat(50);
        write!(query, " fragment F{level} on Query {{ {spreads} }}").expect("text takes it");
    }
    query.push_str(" fragment F100 on Query { a }");
    assert_eq!(faults(&small(), &query), Vec::<String>::new());
    assert_eq!(run(&small(), &query, "{}", &World::default()), r#"{"data":{"a":null}}"#);
}

#[test]
fn cycles_are_told_and_not_followed() {
    let mut query = String::from("{ ...F0 }");
    for level in 0..300 {
        let others: String =
            (0..10).map(|i| format!("...F{} ", (level + i * 7 + 1) % 300)).collect();
        write!(query, " fragment F{level} on Query {{ {others} }}").expect("text takes it");
    }
    let faults = faults(&small(), &query);
    assert!(faults.iter().all(|fault| fault.contains("Fragment cycles not allowed")), "{faults:?}");
    assert!((1..=100).contains(&faults.len()));
}

#[test]
fn introspection_that_multiplies_ends() {
    let mut query = String::from("{ __schema { types { fields { type { ");
    let levels = 12;
    query.push_str(&"fields { type { ofType { ".repeat(levels));
    query.push_str("name ");
    query.push_str(&"} } } ".repeat(levels));
    query.push_str("} } } } }");
    assert_eq!(faults(&small(), &query), Vec::<String>::new());
    let limits = Limits { response_bytes_max: 1 << 20, ..Limits::default() };
    let answer = run_within(&small(), &query, "{}", &World::default(), &limits);
    assert!(answer.len() < 1 << 21, "{}", answer.len());
}

#[test]
fn a_response_is_not_longer_than_it_may_be() {
    let mut query = String::from("{");
    (0..1000).for_each(|i| write!(query, "l{i}: list {{ a }} ").expect("text takes it"));
    query.push('}');
    let items = format!("[{}1]", "{\"a\":1},".repeat(1000));
    let world = World::default().value("Query.list", &items);
    let limits = Limits { response_bytes_max: 100_000, ..Limits::default() };
    let answer = run_within(&small(), &query, "{}", &world, &limits);
    assert_eq!(
        answer,
        r#"{"data":null,"errors":[{"path":null,"locations":null,"message":"The response is too large."}]}"#
    );
    let schema = schema("type Query { list: [Item] } type Item { must: Int! }");
    let world = World::default().value("Query.list", &format!("[{}{{}}]", "{},".repeat(10_000)));
    let answer = run_within(&schema, "{ list { must } }", "{}", &world, &limits);
    assert!(answer.contains("The response is too large."), "{}", answer.len());
    assert_eq!(Response::default().to_json(), r#"{"data":null}"#);
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in "[{}()\\[\\]:!$@.\"#a-c0-9 \n\\\\|&=]{0,80}") {
        if let Ok(document) = Document::parse(&text) {
            document.validate(&small(), Introspection::Enabled);
        }
        let _ = Schema::parse(&text);
    }
}
