//! Schemas of several APIs as one, by the examples of AWS's guide.

use graphql::{Definitions, Merged, Schema};

fn definitions(text: &str) -> Definitions {
    Definitions::parse(text).expect("it parses")
}

fn merge(sources: &[&str]) -> Merged {
    let sources: Vec<Definitions> = sources.iter().map(|text| definitions(text)).collect();
    let merged = Definitions::merge(&sources.iter().collect::<Vec<_>>());
    let merged = merged.unwrap_or_else(|problems| panic!("{problems:?}"));
    Schema::new(merged.definitions.clone()).expect("what was merged holds together");
    merged
}

fn conflicts(sources: &[&str]) -> Vec<String> {
    let sources: Vec<Definitions> = sources.iter().map(|text| definitions(text)).collect();
    let problems = Definitions::merge(&sources.iter().collect::<Vec<_>>()).expect_err("a conflict");
    problems.into_iter().map(|problem| problem.message).collect()
}

#[test]
fn directives_say_what_wins_what_stays_out_and_what_is_called_otherwise() {
    let merged = merge(&[
        "type Mutation { putPost(id: ID!, title: String!): Post }
         type Post { id: ID! title: String! }
         type Message { id: ID! content: String }
         type User @canonical { id: ID! email: String! address: String! }
         type Query { singlePost(id: ID!): Post getMessage(id: ID!): Message }",
        "type Post @hidden { id: ID! title: String! internalSecret: String! }
         type Message @renamed(to: \"ChatMessage\") { id: ID! chatId: ID! from: User! to: User! }
         type User { id: ID! }
         type Query { getPost(id: ID!): Post getMessage(id: ID!): Message @renamed(to: \"getChatMessage\") }",
    ]);
    let expected = "type Mutation { putPost(id: ID!, title: String!): Post }
         type Post { id: ID! title: String! }
         type Message { id: ID! content: String }
         type User { id: ID! email: String! address: String! }
         type Query { singlePost(id: ID!): Post getMessage(id: ID!): Message getPost(id: ID!): Post getChatMessage(id: ID!): ChatMessage }
         type ChatMessage { id: ID! chatId: ID! from: User! to: User! }";
    assert_eq!(merged.definitions.to_string(), definitions(expected).to_string());
    assert_eq!(merged.place(0, "Query", "getMessage"), Some(("Query", "getMessage")));
    assert_eq!(merged.place(1, "Query", "getMessage"), Some(("Query", "getChatMessage")));
    assert_eq!(merged.place(1, "Message", "from"), Some(("ChatMessage", "from")));
    assert_eq!(merged.place(1, "Post", "title"), None);
    assert_eq!(merged.place(1, "User", "id"), None);
    assert_eq!(merged.place(2, "User", "id"), None);
}

#[test]
fn types_of_one_name_are_joined() {
    let merged = merge(&[
        "type Query { getPost(id: ID!): Post } type Post { id: ID! title: String! } enum E { A }",
        "schema { query: Root } type Root { getReview(id: ID!): Review }
         type Post @aws_iam { id: ID! reviews: [Review] } type Review { id: ID! } enum E { B A }",
    ]);
    let expected = "type Query { getPost(id: ID!): Post getReview(id: ID!): Review }
         type Post @aws_iam { id: ID! title: String! reviews: [Review] } enum E { A B } type Review { id: ID! }";
    assert_eq!(merged.definitions.to_string(), definitions(expected).to_string());
    assert_eq!(merged.place(1, "Root", "getReview"), Some(("Query", "getReview")));
}

#[test]
fn a_subscription_follows_its_mutation_to_its_new_name() {
    let merged = merge(&[
        "type Query { a: Int }",
        r#"type Mutation { put: Post @renamed(to: "putPost") } type Post { id: ID }
           type Subscription { on: Post @aws_subscribe(mutations: ["put"]) }"#,
    ]);
    assert!(merged.definitions.to_string().contains("mutations: [\"putPost\"]"));
}

#[test]
fn conflicts_are_told() {
    assert_eq!(
        conflicts(&["type Query { a: Int b: Int }", "type Query { a: String b: Int }"]),
        ["Merging is not supported for fields with different types: Query.a is 'Int' and 'String'"]
    );
    assert_eq!(
        conflicts(&["type Query { a: A } type A { b: Int }", "enum A { B }"]),
        ["Merging is not supported for types of different kinds: A"]
    );
    assert_eq!(
        conflicts(&["type Query @canonical { a: Int }", "type Query @canonical { a: String }"]),
        ["Several source APIs have a canonical definition in 'Query'"]
    );
    let merged =
        merge(&["type Query { a: Int b: Int }", "type Query { a: String @canonical b: Int }"]);
    assert_eq!(merged.definitions.to_string(), "type Query {\n  b: Int\n  a: String\n}\n");
    assert_eq!(merged.place(0, "Query", "a"), None);
}
