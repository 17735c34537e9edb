//! The schema as clients and their tools see it.

use crate::world::{World, run, schema, value};

const ZOO: &str = r#"
    "The zoo."
    schema { query: Query }
    type Query { animal(kind: Kind = CAT, first: Int): Animal old: String @deprecated }
    "A name"
    enum Kind { CAT DOG @deprecated(reason: "gone") }
    interface Animal { name: String! }
    type Cat implements Animal @aws_iam { name: String! born: AWSDate toys(filter: Toys): [String!]! }
    union Any = Cat
    input Toys { of: Any2 = {size: 3} }
    input Any2 { size: Int }
"#;

fn ask(query: &str) -> String {
    run(&schema(ZOO), query, "{}", &World::default())
}

#[test]
fn a_type_shows_its_fields_and_their_shapes() {
    assert_eq!(
        ask(
            r#"{ __type(name: "Cat") { kind name interfaces { name } fields { name type { kind name ofType { kind ofType { name ofType { name } } } } args { name } } } }"#
        ),
        concat!(
            r#"{"data":{"__type":{"kind":"OBJECT","name":"Cat","interfaces":[{"name":"Animal"}],"fields":["#,
            r#"{"name":"name","type":{"kind":"NON_NULL","name":null,"ofType":{"kind":"SCALAR","ofType":null}},"args":[]},"#,
            r#"{"name":"born","type":{"kind":"SCALAR","name":"AWSDate","ofType":null},"args":[]},"#,
            r#"{"name":"toys","type":{"kind":"NON_NULL","name":null,"ofType":{"kind":"LIST","ofType":{"name":null,"ofType":{"name":"String"}}}},"args":[{"name":"filter"}]}]}}}"#
        )
    );
}

#[test]
fn the_deprecated_is_shown_to_who_asks() {
    assert_eq!(
        ask(
            r#"{ a: __type(name: "Kind") { enumValues { name } } b: __type(name: "Kind") { enumValues(includeDeprecated: true) { name isDeprecated deprecationReason } } c: __type(name: "Query") { fields { name } } }"#
        ),
        concat!(
            r#"{"data":{"a":{"enumValues":[{"name":"CAT"}]},"#,
            r#""b":{"enumValues":[{"name":"CAT","isDeprecated":false,"deprecationReason":null},{"name":"DOG","isDeprecated":true,"deprecationReason":"gone"}]},"#,
            r#""c":{"fields":[{"name":"animal"}]}}}"#
        )
    );
}

#[test]
fn only_scalars_in_use_are_listed() {
    let shown = ask("{ __schema { queryType { name } mutationType { name } types { name } } }");
    for name in ["Query", "Cat", "Any2", "AWSDate", "Boolean", "__Type", "__DirectiveLocation"] {
        assert!(shown.contains(&format!("{{\"name\":\"{name}\"}}")), "{name}: {shown}");
    }
    assert!(!shown.contains("AWSPhone"), "{shown}");
    assert!(shown.contains("\"mutationType\":null"), "{shown}");
}

#[test]
fn arguments_show_their_defaults_as_text() {
    let shown =
        ask(r#"{ __type(name: "Toys") { inputFields { name defaultValue type { name } } } }"#);
    assert_eq!(
        shown,
        r#"{"data":{"__type":{"inputFields":[{"name":"of","defaultValue":"{size: 3}","type":{"name":"Any2"}}]}}}"#
    );
    assert_eq!(ask(r#"{ __type(name: "Nothing") { name } }"#), r#"{"data":{"__type":null}}"#);
}

#[test]
fn the_whole_schema_and_single_types_are_given_as_json() {
    let schema = schema(ZOO);
    let whole = value(&schema.introspection_json());
    let shown = whole.get("data").and_then(|data| data.get("__schema")).expect("the schema");
    let directives = shown.get("directives").expect("directives");
    let names: Vec<String> = directives
        .items()
        .map(|directive| directive.get("name").expect("a name").as_str().expect("text").to_owned())
        .collect();
    assert!(names.contains(&"aws_subscribe".to_owned()), "{names:?}");
    let one = value(&schema.type_json("Kind").expect("it is there"));
    assert_eq!(one.get("kind"), Some("ENUM".into()));
    assert_eq!(schema.type_json("Nothing"), None);
}

#[test]
fn the_sdl_has_directives_only_if_asked() {
    let schema = schema(ZOO);
    assert!(schema.sdl(true).contains("type Cat implements Animal @aws_iam {"));
    let without = schema.sdl(false);
    assert!(without.contains("type Cat implements Animal {"), "{without}");
    assert!(without.contains("DOG @deprecated(reason: \"gone\")"), "{without}");
    assert!(without.starts_with("\"The zoo.\"\nschema {\n  query: Query\n}\n"), "{without}");
}
