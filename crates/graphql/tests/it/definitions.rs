//! Types listed, replaced and removed one by one.

use graphql::{Definitions, Schema, TypeKind};

#[test]
fn a_type_is_replaced_in_its_place_added_at_the_end_and_removed() {
    let mut definitions = Definitions::parse(
        "type Query { a: Post }\n\"A post\"\ntype Post { id: ID }\nenum E { X }",
    )
    .expect("it parses");
    assert_eq!(definitions.put("type Post @aws_iam { id: ID! }").as_deref(), Ok("Post"));
    assert_eq!(definitions.put("input In { a: Int = 3 }").as_deref(), Ok("In"));
    assert!(definitions.remove("E"));
    assert!(!definitions.remove("E"));
    let names: Vec<_> = definitions.types().map(|entry| (entry.name, entry.kind)).collect();
    assert_eq!(
        names,
        [("Query", TypeKind::Object), ("Post", TypeKind::Object), ("In", TypeKind::InputObject)]
    );
    let post = definitions.get("Post").expect("it is there");
    assert_eq!(post.definition(), "type Post @aws_iam {\n  id: ID!\n}");
    assert_eq!(post.description, None);
    assert!(Schema::new(definitions).is_ok());
}

#[test]
fn one_type_is_put_at_a_time() {
    let mut definitions = Definitions::default();
    let problem = definitions.put("type A { a: Int } type B { b: Int }").expect_err("two types");
    assert_eq!(problem.message, "The definition must be of one type");
    assert!(definitions.put("{ a }").is_err());
    assert!(definitions.put("type").is_err());
}

#[test]
fn what_is_printed_says_the_same() {
    let text = "\"\"\"\nTwo\nlines\n\"\"\"\ntype Query {\n  \"one\"\n  a(x: [In!]! = [{s: \"q\\\"\", e: X}], y: Float = 1.5): Int @deprecated(reason: \"old\")\n}\n\nunion U = Query | Post\n\nenum E {\n  X\n}\n";
    let definitions = Definitions::parse(text).expect("it parses");
    assert_eq!(definitions.to_string(), text);
    let text = "directive @odd(a: Int = 1) on FIELD | OBJECT\n\n\"  edges\\n  count \"\ntype Query {\n  a(\n    \"of what\"\n    x: Int\n    y: Int\n  ): Int\n}\n";
    assert_eq!(Definitions::parse(text).expect("it parses").to_string(), text);
}
