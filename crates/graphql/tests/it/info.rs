//! What a resolver may know of its field.

use crate::world::{World, run, schema};

const BLOG: &str = "
    type Query { post(id: ID): Post node: Node list: [Post!]! }
    interface Node { id: ID }
    type Post implements Node { id: ID title: String author(id: ID): Author comments: [Comment] }
    type Blog implements Node { id: ID title: String }
    type Author { authorId: ID name: String }
    type Comment { id: ID }
";

fn info(query: &str, variables: &str) -> String {
    let show = |call: &graphql::Call<'_>| {
        let message = call.info().to_string();
        graphql::FieldError { message, ..graphql::FieldError::default() }.into()
    };
    let world = World::default().with("Query.post", show).with("Query.node", show);
    let answer = crate::world::value(&run(&schema(BLOG), query, variables, &world));
    let error = answer.get("errors").and_then(|errors| errors.at(0));
    let message = error.and_then(|error| error.get("message")).expect("the resolver tells by it");
    message.as_str().expect("a text").to_owned()
}

#[test]
fn lists_paths_by_alias_with_fragments_merged_and_prints_them_unmerged() {
    let query = r#"query($post: ID, $no: Boolean!) {
        post(id: $post) {
            id
            second: title
            title @include(if: $no)
            author(id: "7") { authorId name }
            ... on Post { inline: comments { id } }
            ...frag
        }
    }
    fragment frag on Post { spread: comments { id } }"#;
    assert_eq!(
        info(query, r#"{"post":"1","no":false}"#),
        concat!(
            r#"{"fieldName":"post","parentTypeName":"Query","variables":{"post":"1","no":false},"#,
            r#""selectionSetList":["id","second","author","author/authorId","author/name","inline","inline/id","spread","spread/id"],"#,
            r#""selectionSetGraphQL":"{\n  id\n  second: title\n  title @include(if: $no)\n  author(id: \"7\") {\n    authorId\n    name\n  }\n  ... on Post {\n    inline: comments {\n      id\n    }\n  }\n  ...frag\n}"}"#
        )
    );
}

#[test]
fn of_an_interface_only_its_own_fields_are_listed() {
    // The example of AWS's guide.
    let told = info("{ node { id ... on Post { title } ... on Blog { title } } }", "{}");
    assert!(told.contains(r#""selectionSetList":["id"]"#), "{told}");
}
