use crate::world::{World, run, schema, value};

const POSTS: &str = "
    type Query { posts: PostConnection post(id: ID!): Post node: Node }
    type Mutation { add(title: String!): Post! }
    type PostConnection { items: [Post!]! nextToken: String }
    interface Node { id: ID! }
    type Author implements Node { id: ID! name: String }
    type Post implements Node { id: ID! title: String! likes: Int author: Author tags: [String!] }
";

#[test]
fn properties_take_the_shape_of_the_selections() {
    let world = World::default().value(
        "Query.posts",
        r#"{"items":[{"id":1,"title":"a","likes":3},{"id":"2","title":"b","author":{"name":"x"}}]}"#,
    );
    let answer = run(
        &schema(POSTS),
        "{ posts { items { __typename key: id title likes author { name } } nextToken } }",
        "{}",
        &world,
    );
    assert_eq!(
        answer,
        r#"{"data":{"posts":{"items":[{"__typename":"Post","key":"1","title":"a","likes":3,"author":null},{"__typename":"Post","key":"2","title":"b","likes":null,"author":{"name":"x"}}],"nextToken":null}}}"#
    );
}

#[test]
fn a_null_that_may_not_be_takes_what_is_around_it() {
    let world = World::default()
        .value("Query.posts", r#"{"items":[{"id":1,"title":"a"},{"id":2}],"nextToken":"t"}"#);
    let answer = run(&schema(POSTS), "{ posts { items { id title } nextToken } }", "{}", &world);
    assert_eq!(
        answer,
        r#"{"data":{"posts":null},"errors":[{"path":["posts","items",1,"title"],"locations":null,"message":"Cannot return null for non-nullable type: 'String' within parent 'Post' (/posts/items[1]/title)"}]}"#
    );
}

#[test]
fn a_resolver_in_a_list_fills_each_item_and_knows_its_source() {
    let world = World::default()
        .value("Query.posts", r#"{"items":[{"id":1,"title":"a"},{"id":2,"title":"b"}]}"#)
        .batched("Post.author", 10, |call| {
            let id = call.source().get("id").unwrap();
            value(&format!(r#"{{"id":{id},"name":"author {id}"}}"#)).into()
        });
    let answer = run(&schema(POSTS), "{ posts { items { title author { name } } } }", "{}", &world);
    assert_eq!(
        answer,
        r#"{"data":{"posts":{"items":[{"title":"a","author":{"name":"author 1"}},{"title":"b","author":{"name":"author 2"}}]}}}"#
    );
    assert_eq!(*world.batches.lock().unwrap(), [1, 2]);
}
