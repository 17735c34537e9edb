//! A text as a GraphQL schema, as single definitions, and as a request against a schema of ours.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use graphql::{
    Call, Definitions, Document, Introspection, Limits, Request, Resolve, Resolved, Response, Role,
    Schema,
};
use json::Value;

use crate::text;

const SCHEMA: &str = "
    type Query { a: Int b(x: In = {}, y: [Int!]): String! n: Node u: [U] q: Query! l: [[Query!]] }
    type Mutation { a(json: AWSJSON, at: AWSDateTime): Post }
    type Subscription { a: Post @aws_subscribe(mutations: [\"a\"]) }
    interface Node { id: ID! }
    union U = Post | Query
    type Post implements Node { id: ID! kind: Kind tags: [String!]! on: AWSDate }
    input In { a: Int = 3 in: In b: Boolean }
    enum Kind { A B }
";

/// Some of it fits the schema.
const ROOT: &str = r#"{"a":1,"b":"x","n":{"__typename":"Post","id":7,"tags":["é",null],"kind":"A"},
    "u":[{"__typename":"Query"},{"__typename":"Nothing"}],"q":{"a":"2"},"l":[[{"b":"y"}],null]}"#;

/// Less than the defaults, so that many inputs fit into a second.
const LIMITS: Limits = Limits {
    query_depth: None,
    resolver_count: 100,
    fields_max: 4_000,
    response_bytes_max: 100_000,
};

pub(crate) fn run(bytes: &[u8]) {
    let text = text::of(bytes);
    if let Ok(definitions) = Definitions::parse(&text) {
        let printed = definitions.to_string();
        if definitions.types().len() != 0 {
            let again = Definitions::parse(&printed).expect("what is printed parses");
            assert_eq!(again.to_string(), printed, "what is printed says the same");
        }
    }
    if let Ok(schema) = Schema::parse(&text) {
        Value::parse(&schema.introspection_json()).expect("introspection is JSON");
        let _ = schema.sdl(false);
    }
    match Document::parse(&text) {
        Ok(document) => check(&document),
        Err(error) => assert!(!error.message.is_empty()),
    }
}

fn check(document: &Document) {
    let schema = Schema::parse(SCHEMA).expect("it holds together");
    let root = Value::parse(ROOT).expect("it is JSON");
    if !document.validate(&schema, Introspection::Enabled).is_empty() {
        return;
    }
    for resolvers in [false, true] {
        let outcome = answer(&schema, document, &root, &Members { resolvers });
        Value::parse(&outcome.to_json()).expect("a response is JSON");
        let again = answer(&schema, document, &root, &Members { resolvers });
        assert_eq!(again, outcome, "the same request is answered the same way");
    }
}

/// Fields are members of what is around them, given by resolvers or not.
struct Members {
    resolvers: bool,
}

impl Resolve for Members {
    fn role(&self, _parent_type: &str, field: &str) -> Role {
        match field {
            "kind" => Role::Denied,
            _ if self.resolvers => Role::Resolver { batch_max: field.len() },
            _ => Role::Property,
        }
    }

    async fn resolve<'a>(&'a self, calls: Vec<Call<'a>>) -> Vec<Resolved> {
        let member = |call: &Call<'_>| {
            let _ = call.info();
            call.source().get(call.field_name()).unwrap_or_default().into()
        };
        calls.iter().map(member).collect()
    }
}

fn answer(schema: &Schema, document: &Document, root: &Value, members: &Members) -> Response {
    let variables = Value::NULL;
    let request = Request {
        schema,
        document,
        operation_name: None,
        variables: &variables,
        limits: &LIMITS,
        keeps_events: true,
    };
    let mut run = pin!(graphql::execute(request, root.clone(), members));
    match run.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(response) => response,
        Poll::Pending => panic!("nothing here waits"),
    }
}
