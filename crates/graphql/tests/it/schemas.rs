//! Which schemas are refused, and how.

use graphql::Schema;

#[track_caller]
fn refused(text: &str, expected: &[&str]) {
    let problems = Schema::parse(text).expect_err("it is refused");
    let messages: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
    assert_eq!(messages, expected);
}

#[test]
fn a_schema_has_a_query_type() {
    // Seen on AWS: aws-appsync-community#345.
    refused("type Post { id: ID }", &["There is no top level schema object defined."]);
    refused(
        "schema { mutation: M } type M { a: Int }",
        &["A schema MUST have a 'query' operation defined."],
    );
    refused(
        "schema { query: Gone }",
        &["The operation type 'Gone' is not present when resolving type 'schema' [@1:1]"],
    );
}

#[test]
fn names_have_to_be_there_and_once() {
    refused(
        "type Query { a: Post b(of: In): Int }\ntype Query { c: Int }",
        &[
            "'Query' type [@2:1] tried to redefine existing 'Query' type [@1:1]",
            "The field type 'Post' is not present when resolving type 'Query' [@1:1]",
            "The input value type 'In' is not present when resolving type 'Query' [@1:1]",
        ],
    );
    refused(
        "type Query implements Gone { a: Int a: Int }",
        &[
            "The type 'Query' [@1:1] has declared a field with a non unique name 'a'",
            "The interface type 'Gone' is not present when resolving type 'Query' [@1:1]",
        ],
    );
}

#[test]
fn scalars_are_appsyncs() {
    refused(
        "type Query { a: Date } scalar Date",
        &["There is no scalar implementation for the named  'Date' scalar type"],
    );
    refused(
        "type Query { a: AWSThing } type AWSThing { b: Int }",
        &["'AWSThing' must not begin with 'AWS', which is reserved"],
    );
    assert!(Schema::parse("type Query { a: AWSDate } scalar AWSDate").is_ok());
}

#[test]
fn input_goes_in_and_output_comes_out() {
    refused(
        "type Query { a(of: Post): In }\ntype Post { id: ID }\ninput In { post: Post }",
        &[
            "The type 'Post' [@2:1] is not an input type, but was used as an input type [@1:20]",
            "The type 'In' [@3:1] is not an output type, but was used to declare the output type of a field [@1:27]",
            "The type 'Post' [@2:1] is not an input type, but was used as an input type [@3:18]",
        ],
    );
}

#[test]
fn an_object_keeps_the_promises_of_its_interface() {
    refused(
        "type Query { n: Node }\ninterface Node { id: ID! at(of: Int): String name: String }\ntype Post implements Node { at(of: ID): String name: [String] }",
        &[
            "The object type 'Post' [@3:1] does not have a field 'id' required via interface 'Node' [@2:1]",
            "The object type 'Post' [@3:1] has tried to redefine field 'at' arguments from 'Int' to 'ID' defined via interface 'Node' [@2:1]",
            "The object type 'Post' [@3:1] has tried to redefine field 'name' defined via interface 'Node' [@2:1] from 'String' to '[String]'",
        ],
    );
    assert!(
        Schema::parse("type Query implements A, B { n: Query! m(x: Int): Int } interface A { n: A } interface B { m: Int }")
            .is_ok()
    );
}

#[test]
fn a_subscription_is_of_the_type_of_its_mutations() {
    refused(
        r#"type Query { a: Int } type Mutation { add: Post } type Post { id: ID } type Subscription { added: Int @aws_subscribe(mutations: ["add"]) }"#,
        &["The subscription 'added' is of type 'Int', but its mutation 'add' is of type 'Post'"],
    );
}

#[test]
fn a_text_that_isnt_graphql_has_one_problem_and_its_place() {
    let problems = Schema::parse("type Query {\n  a Int\n}").expect_err("it is refused");
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].message, "Invalid Syntax : offending token 'Int' at line 2 column 5");
    let location = problems[0].location.expect("a place");
    assert_eq!((location.line, location.column), (2, 5));
}

#[test]
fn an_extension_is_part_of_its_type() {
    let text = "type Query { a: Int } extend type Query { b: Post } type Post { id: ID } \
        extend schema { mutation: M } type M { c: Int } schema { query: Query }";
    let schema = Schema::parse(text).expect("it holds together");
    assert_eq!(schema.field_type("Query", "b").as_deref(), Some("Post"));
    assert_eq!(schema.root(graphql::OperationKind::Mutation), Some("M"));
    assert!(
        schema.sdl(true).contains("type Query {\n  a: Int\n  b: Post\n}"),
        "{}",
        schema.sdl(true)
    );
    refused(
        "type Query { a: Int } extend type Gone { b: Int }",
        &["The extension 'Gone' type [@1:23] is missing its base underlying type"],
    );
}

#[test]
fn what_rooms_ask_of_a_schema() {
    let schema = Schema::parse(
        r#"type Query { a(x: Int): [Post!]! @aws_cognito_user_pools(cognito_groups: ["A", "B"]) @aws_iam }
           type Post @aws_api_key { id: ID }
           type Subscription { on: Post @aws_subscribe(mutations: ["add"]) }"#,
    )
    .expect("it holds together");
    assert_eq!(schema.root(graphql::OperationKind::Query), Some("Query"));
    assert_eq!(schema.root(graphql::OperationKind::Mutation), None);
    assert_eq!(schema.field_type("Query", "a").as_deref(), Some("[Post!]!"));
    assert_eq!(schema.field_type_name("Query", "a"), Some("Post"));
    assert_eq!(schema.field_names("Post").collect::<Vec<_>>(), ["id"]);
    let directives: Vec<_> = schema.field_directives("Query", "a").collect();
    assert_eq!(directives[0].name, "aws_cognito_user_pools");
    assert_eq!(directives[0].strings("cognito_groups"), ["A", "B"]);
    assert_eq!(directives[1].name, "aws_iam");
    assert_eq!(schema.type_directives("Post").next().map(|found| found.name), Some("aws_api_key"));
    let trigger = schema.field_directives("Subscription", "on").next().expect("a directive");
    assert_eq!(trigger.strings("mutations"), ["add"]);
}
