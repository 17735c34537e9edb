//! A small world to ask: a schema, resolvers that answer from closures, and one line to run a query.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures_util::FutureExt;
use graphql::{
    Call, Document, Error, Introspection, Limits, Request, Resolve, Resolved, Role, Schema,
};
use json::Value;

type Answer = Box<dyn Fn(&Call<'_>) -> Resolved + Send + Sync>;

/// Resolvers by `Type.field`; other fields are properties.
#[derive(Default)]
pub(crate) struct World {
    resolvers: BTreeMap<String, (usize, Answer)>,
    denied: Vec<String>,
    /// The sizes of the batches that were handed over.
    pub(crate) batches: Mutex<Vec<usize>>,
}

impl World {
    pub(crate) fn with(
        mut self,
        field: &str,
        answer: impl Fn(&Call<'_>) -> Resolved + Send + Sync + 'static,
    ) -> Self {
        self.resolvers.insert(field.to_owned(), (0, Box::new(answer)));
        self
    }

    pub(crate) fn batched(
        mut self,
        field: &str,
        batch_max: usize,
        answer: impl Fn(&Call<'_>) -> Resolved + Send + Sync + 'static,
    ) -> Self {
        self.resolvers.insert(field.to_owned(), (batch_max, Box::new(answer)));
        self
    }

    pub(crate) fn value(self, field: &str, json: &str) -> Self {
        let value = value(json);
        self.with(field, move |_| value.clone().into())
    }

    pub(crate) fn denying(mut self, field: &str) -> Self {
        self.denied.push(field.to_owned());
        self
    }
}

impl Resolve for World {
    fn role(&self, parent_type: &str, field: &str) -> Role {
        let name = format!("{parent_type}.{field}");
        if self.denied.contains(&name) {
            return Role::Denied;
        }
        match self.resolvers.get(&name) {
            Some((batch_max, _)) => Role::Resolver { batch_max: *batch_max },
            None => Role::Property,
        }
    }

    async fn resolve<'a>(&'a self, calls: Vec<Call<'a>>) -> Vec<Resolved> {
        self.batches.lock().expect("no test panics with it").push(calls.len());
        let answer = |call: &Call<'_>| {
            let name = format!("{}.{}", call.parent_type(), call.field_name());
            (self.resolvers[&name].1)(call)
        };
        calls.iter().map(answer).collect()
    }
}

pub(crate) fn value(json: &str) -> Value {
    Value::parse(json).expect("the test's JSON is JSON")
}

pub(crate) fn schema(text: &str) -> Schema {
    Schema::parse(text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// The answer as JSON text, errors of validation included.
pub(crate) fn run(schema: &Schema, query: &str, variables: &str, world: &World) -> String {
    run_within(schema, query, variables, world, &Limits::default())
}

pub(crate) fn run_within(
    schema: &Schema,
    query: &str,
    variables: &str,
    world: &World,
    limits: &Limits,
) -> String {
    let document = match Document::parse(query) {
        Ok(document) => document,
        Err(error) => return graphql::Response::refused(vec![error]).to_json(),
    };
    let errors = document.validate(schema, Introspection::Enabled);
    if !errors.is_empty() {
        return graphql::Response::refused(errors).to_json();
    }
    let variables = value(variables);
    let request = Request {
        schema,
        document: &document,
        operation_name: None,
        variables: &variables,
        limits,
        keeps_events: false,
    };
    let response = graphql::execute(request, Value::NULL, world).now_or_never();
    response.expect("resolvers of this world answer at once").to_json()
}

/// The messages of what is wrong with a document.
pub(crate) fn faults(schema: &Schema, query: &str) -> Vec<String> {
    let errors = match Document::parse(query) {
        Ok(document) => document.validate(schema, Introspection::Enabled),
        Err(error) => vec![error],
    };
    errors.into_iter().map(|error: Error| error.message).collect()
}
