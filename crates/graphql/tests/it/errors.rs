//! Errors of resolvers, of rights and of limits, and what they leave of the data.

use graphql::{FieldError, Limits, Resolved};
use json::Value;

use crate::world::{World, run, run_within, schema, value};

const SHOP: &str = "
    type Query { item(id: ID): Item items: [Item] must: Item! deep: Deep }
    type Item { id: ID! name: String price: Float! secret: String seller: Seller! }
    type Seller { name: String! rating: Int }
    type Deep { next: Deep value: Int }
";

fn failing(data: &'static str) -> impl Fn(&graphql::Call<'_>) -> Resolved {
    move |_| {
        FieldError {
            message: "out of stock".to_owned(),
            error_type: Some("Stock".to_owned()),
            data: value(data),
            error_info: value(r#"{"left":0}"#),
        }
        .into()
    }
}

#[test]
fn an_error_of_a_resolver_has_six_members_and_its_data_is_filtered() {
    let world = World::default()
        .with("Query.item", failing(r#"{"id":1,"secret":"s","seller":{"name":"x","rating":2}}"#));
    assert_eq!(
        run(&schema(SHOP), "{\n  item { key: id seller { name } }\n}", "{}", &world),
        r#"{"data":{"item":null},"errors":[{"path":["item"],"data":{"key":1,"seller":{"name":"x"}},"errorType":"Stock","errorInfo":{"left":0},"locations":[{"line":2,"column":3,"sourceName":null}],"message":"out of stock"}]}"#
    );
}

#[test]
fn an_appended_error_leaves_the_value() {
    let world = World::default().with("Query.item", |_| Resolved {
        value: value(r#"{"id":1}"#),
        errors: vec![FieldError { message: "odd".to_owned(), ..FieldError::default() }],
    });
    assert_eq!(
        run(&schema(SHOP), "{ item { id } }", "{}", &world),
        r#"{"data":{"item":{"id":"1"}},"errors":[{"path":["item"],"data":null,"errorType":null,"errorInfo":null,"locations":[{"line":1,"column":3,"sourceName":null}],"message":"odd"}]}"#
    );
}

#[test]
fn a_failed_field_that_may_not_be_null_takes_what_is_around_it_and_says_nothing_more() {
    let world = World::default()
        .value("Query.items", r#"[{"id":1,"price":2,"name":"a"},{"id":2,"price":3}]"#)
        .with("Item.seller", |call| match call.source().get("id").and_then(|id| id.as_i64()) {
            Some(1) => FieldError::new("gone", "NotFound").into(),
            _ => value(r#"{"name":"s"}"#).into(),
        });
    assert_eq!(
        run(&schema(SHOP), "{ items { id seller { name } } }", "{}", &world),
        r#"{"data":{"items":[null,{"id":"2","seller":{"name":"s"}}]},"errors":[{"path":["items",0,"seller"],"data":null,"errorType":"NotFound","errorInfo":null,"locations":[{"line":1,"column":14,"sourceName":null}],"message":"gone"}]}"#
    );
}

#[test]
fn all_nulls_of_an_object_are_told() {
    // Seen on AWS: aws-appsync-community#247.
    let world = World::default().value("Query.item", r#"{"id":null}"#);
    let answer = value(&run(&schema(SHOP), "{ item { id price } }", "{}", &world));
    let errors = answer.get("errors").expect("errors");
    assert_eq!(errors.len(), 2, "{answer}");
    assert!(answer.get("data").expect("data").get("item").expect("item").is_null());
}

#[test]
fn a_null_at_the_root_leaves_no_data() {
    let world = World::default().value("Query.must", "null").value("Query.item", r#"{"id":1}"#);
    assert_eq!(
        run(&schema(SHOP), "{ item { id } must { id } }", "{}", &world),
        r#"{"data":null,"errors":[{"path":["must"],"locations":null,"message":"Cannot return null for non-nullable type: 'Item' within parent 'Query' (/must)"}]}"#
    );
}

#[test]
fn a_null_rises_through_the_values_of_resolvers() {
    let world = World::default()
        .value("Query.item", r#"{"id":1,"price":1}"#)
        .value("Item.seller", r#"{"rating":2}"#)
        .value("Query.items", "[]");
    assert_eq!(
        run(&schema(SHOP), "{ items { id } item { id seller { name rating } } }", "{}", &world),
        r#"{"data":{"items":[],"item":null},"errors":[{"path":["item","seller","name"],"locations":null,"message":"Cannot return null for non-nullable type: 'String' within parent 'Seller' (/item/seller/name)"}]}"#
    );
}

#[test]
fn a_list_has_no_name_in_sentences_about_nulls() {
    let schema = schema(
        "type Query { c: Connection } type Connection { items: [Item!]! } type Item { id: ID }",
    );
    let message = |json: &str| {
        let world = World::default().value("Query.c", json);
        let answer = value(&run(&schema, "{ c { items { id } } }", "{}", &world));
        let error = answer.get("errors").and_then(|errors| errors.at(0)).expect("an error");
        error.get("message").expect("a message").to_string()
    };
    assert_eq!(
        message("{}"),
        "\"Cannot return null for non-nullable type: 'null' within parent 'Connection' (/c/items)\""
    );
    assert_eq!(
        message(r#"{"items":[null]}"#),
        "\"Cannot return null for non-nullable type: 'Item' within parent 'null' (/c/items[0])\""
    );
}

#[test]
fn a_value_that_is_no_list() {
    let world = World::default().value("Query.items", r#"{"id":1}"#);
    assert_eq!(
        run(&schema(SHOP), "{ items { id } }", "{}", &world),
        r#"{"data":{"items":null},"errors":[{"path":["items"],"locations":null,"message":"Can't resolve value (/items) : type mismatch error, expected type LIST"}]}"#
    );
}

#[test]
fn a_denied_field_is_null_and_unauthorized() {
    let world =
        World::default().value("Query.item", r#"{"id":1,"secret":"s"}"#).denying("Item.secret");
    assert_eq!(
        run(&schema(SHOP), "{ item { id hidden: secret } }", "{}", &world),
        r#"{"data":{"item":{"id":"1","hidden":null}},"errors":[{"path":["item","hidden"],"data":null,"errorType":"Unauthorized","errorInfo":null,"locations":[{"line":1,"column":13,"sourceName":null}],"message":"Not Authorized to access secret on type Item"}]}"#
    );
}

#[test]
fn fields_below_the_depth_limit_are_null() {
    let world = World::default().value("Query.deep", r#"{"next":{"value":1},"value":2}"#);
    let limits = Limits { query_depth: Some(2), ..Limits::default() };
    assert_eq!(
        run_within(&schema(SHOP), "{ deep { value next { value } } }", "{}", &world, &limits),
        r#"{"data":{"deep":{"value":2,"next":{"value":null}}},"errors":[{"path":["deep","next","value"],"data":null,"errorType":"QueryDepthLimitReached","errorInfo":null,"locations":[{"line":1,"column":23,"sourceName":null}],"message":"Query depth limit reached."}]}"#
    );
}

#[test]
fn calls_beyond_the_resolver_limit_fail() {
    let world = World::default().value("Query.item", r#"{"id":1}"#);
    let limits = Limits { resolver_count: 2, ..Limits::default() };
    let query = "{ a: item { id } b: item { id } c: item { id } }";
    assert_eq!(
        run_within(&schema(SHOP), query, "{}", &world, &limits),
        r#"{"data":{"a":{"id":"1"},"b":{"id":"1"},"c":null},"errors":[{"path":["c"],"data":null,"errorType":"ResolverExecutionLimitReached","errorInfo":null,"locations":[{"line":1,"column":33,"sourceName":null}],"message":"Resolver invocation limit reached."}]}"#
    );
}

#[test]
fn what_a_field_without_resolver_has_at_the_root_is_null() {
    // AWS's guide, "Missing resolver".
    assert_eq!(
        run(&schema(SHOP), "{ item { id } }", "{}", &World::default()),
        r#"{"data":{"item":null}}"#
    );
    assert_eq!(
        run(&schema(SHOP), "mutation { x }", "{}", &World::default()),
        r#"{"data":null,"errors":[{"path":null,"locations":[{"line":1,"column":1,"sourceName":null}],"message":"Schema is not configured for mutations."}]}"#
    );
    assert_eq!(Resolved::default().value, Value::NULL);
}
