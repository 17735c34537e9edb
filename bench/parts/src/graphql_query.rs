//! A GraphQL query of a list of 100 items with 5 fields: read, held against the schema, run, written.
//!
//! Budget: 150 µs for all of it (best crate alone: 406). The envelope is a copy of the response's 12 KB and
//! 600 look-ups of members.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use anyhow::{Result, anyhow};
use graphql::{
    Call, Document, Introspection, Limits, Request, Resolve, Resolved, Response, Role, Schema,
};
use json::Value;

use crate::row;

const SCHEMA: &str = r#"
type Query { list(limit: Int): [Post!]! @aws_api_key @aws_iam get(id: ID!): Post }
type Mutation { add(title: String!): Post }
type Subscription { added: Post @aws_subscribe(mutations: ["add"]) }
type User @aws_api_key { id: ID! name: String! }
type Post @aws_api_key @aws_iam {
  id: ID! title: String! n: Int! createdAt: AWSDateTime! owner: User!
}
"#;
const QUERY: &str =
    "query List($l: Int) { list(limit: $l) { id title n createdAt owner { name } } }";

/// One resolver, which has its answer at hand.
struct List(Value);

impl Resolve for List {
    fn role(&self, parent_type: &str, _field: &str) -> Role {
        if parent_type == "Query" { Role::Resolver { batch_max: 0 } } else { Role::Property }
    }

    async fn resolve<'a>(&'a self, calls: Vec<Call<'a>>) -> Vec<Resolved> {
        calls.iter().map(|_| self.0.clone().into()).collect()
    }
}

pub(crate) fn report(span: Duration) -> Result<()> {
    let schema = Schema::parse(SCHEMA).map_err(|problems| anyhow!("{problems:?}"))?;
    let parse = || Document::parse(QUERY).map_err(|error| anyhow!(error.message));
    let items = (0..100).map(|i| {
        format!(
            r#"{{"id":"post-{i}","title":"The title of post {i}","n":{i},"createdAt":"2026-11-23T04:00:00.000Z","owner":{{"id":"u{i}","name":"User {i}"}}}}"#
        )
    });
    let list = List(Value::parse(&format!("[{}]", items.collect::<Vec<_>>().join(",")))?);
    let variables = Value::parse(r#"{"l":100}"#)?;
    let document = parse()?;
    row("GraphQL: a schema of 5 types", span, || {
        Schema::parse(SCHEMA).map(drop).map_err(|problems| anyhow!("{problems:?}"))
    })?;
    row("GraphQL: parse and validate a query", span, || {
        let errors = parse()?.validate(&schema, Introspection::Enabled);
        if errors.is_empty() { Ok(()) } else { Err(anyhow!("{errors:?}")) }
    })?;
    row("GraphQL: run it, 100 items of 5 fields", span, || {
        run(&schema, &document, &variables, &list).map(drop)
    })?;
    row("GraphQL: all of it, and the response as text", span, || {
        let document = parse()?;
        let errors = document.validate(&schema, Introspection::Enabled);
        let response = run(&schema, &document, &variables, &list)?;
        if errors.is_empty() && 12_000 < response.to_json().len() {
            Ok(())
        } else {
            Err(anyhow!("{errors:?}"))
        }
    })
}

fn run(schema: &Schema, document: &Document, variables: &Value, list: &List) -> Result<Response> {
    let limits = Limits::default();
    let request = Request {
        schema,
        document,
        operation_name: None,
        variables,
        limits: &limits,
        keeps_events: false,
    };
    let run = pin!(graphql::execute(request, Value::NULL, list));
    match run.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(response) => Ok(response),
        Poll::Pending => Err(anyhow!("a resolver that has its answer waits")),
    }
}
