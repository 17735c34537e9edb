//! The data doesn't depend on whether a field is a property or a resolver that gives the same.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use futures_util::FutureExt;
use graphql::{Call, Document, Introspection, Limits, Request, Resolve, Resolved, Role};
use json::Value;
use proptest::prelude::*;

use crate::world::{schema, value};

const TREE: &str = "
    type Query { t: Tree }
    type Tree { a: Int b: Int! t: Tree n: Tree! l: [Tree] m: [Tree!] x: [Tree!]! }
";
const FIELDS: [&str; 7] = ["a", "b", "t", "n", "l", "m", "x"];

/// Gives what the object has, some calls later than others.
struct Late {
    resolved: BTreeSet<&'static str>,
    batch_max: usize,
    calls: AtomicUsize,
}

impl Resolve for Late {
    fn role(&self, _parent_type: &str, field: &str) -> Role {
        if self.resolved.contains(field) {
            Role::Resolver { batch_max: self.batch_max }
        } else {
            Role::Property
        }
    }

    async fn resolve<'a>(&'a self, calls: Vec<Call<'a>>) -> Vec<Resolved> {
        let mut wait = self.calls.fetch_add(1, Ordering::Relaxed) * 7 % 5;
        std::future::poll_fn(|context| {
            if wait == 0 {
                return Poll::Ready(());
            }
            wait -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        let property = |call: &Call<'_>| call.source().get(call.field_name()).unwrap_or_default();
        calls.iter().map(|call| property(call).into()).collect()
    }
}

fn data(query: &str, root: &Value, resolve: &Late) -> String {
    let schema = schema(TREE);
    let document = Document::parse(query).expect("it parses");
    assert_eq!(document.validate(&schema, Introspection::Enabled), []);
    let (variables, limits) = (Value::NULL, Limits::default());
    let request = Request {
        schema: &schema,
        document: &document,
        operation_name: None,
        variables: &variables,
        limits: &limits,
        keeps_events: false,
    };
    let mut run = Box::pin(graphql::execute(request, root.clone(), resolve));
    let response = (0..100_000).find_map(|_| run.as_mut().now_or_never()).expect("it ends");
    response.data.unwrap_or_else(|| "null".to_owned())
}

fn selections() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![Just("a".to_owned()), Just("b".to_owned()), Just("c: b".to_owned())];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let field = (prop::sample::select(&FIELDS[2..]), prop::collection::vec(inner, 1..4));
        field.prop_map(|(name, below)| format!("{name} {{ {} }}", below.join(" ")))
    })
    .prop_filter("fields that can be merged", |text| !text.is_empty())
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just("null".to_owned()), Just(r#"{"a":1,"b":2}"#.to_owned())];
    let tree = leaf.prop_recursive(4, 40, 3, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..3)
            .prop_map(|items| format!("[{}]", items.join(",")));
        let member =
            prop_oneof![inner.prop_map(|tree| ("tn", tree)), list.prop_map(|list| ("lmx", list)),];
        (prop::collection::vec((member, 0usize..3), 0..4), any::<bool>()).prop_map(
            |(members, has_b)| {
                let mut text = format!("{{\"a\":{}", members.len());
                if has_b {
                    text.push_str(",\"b\":1");
                }
                for ((names, member), place) in members {
                    let name = &names[place % names.len()..=place % names.len()];
                    text.push_str(&format!(",\"{name}\":{member}"));
                }
                text + "}"
            },
        )
    });
    tree.prop_map(|text| value(&format!("{{\"t\":{text}}}")))
}

proptest! {
    #[test]
    fn data_is_the_same(
        selections in prop::collection::vec(selections(), 1..4),
        root in tree(),
        resolved in prop::collection::btree_set(prop::sample::select(&FIELDS[..]), 0..7),
        batch_max in 0usize..4,
    ) {
        let query = format!("{{ t {{ {} }} }}", selections.join(" "));
        let late = |resolved| Late { resolved, batch_max, calls: AtomicUsize::new(0) };
        let plain = data(&query, &root, &late(BTreeSet::new()));
        prop_assert_eq!(data(&query, &root, &late(resolved)), plain.as_str());
        prop_assert!(Value::parse(&plain).is_ok());
    }
}
