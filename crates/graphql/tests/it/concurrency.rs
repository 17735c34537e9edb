//! What runs side by side, what one after the other, and what is handed over together.

use std::sync::Mutex;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use graphql::{Call, Document, Introspection, Limits, Request, Resolve, Resolved, Role};
use json::Value;

use crate::world::{World, run, schema, value};

const TWO: &str = "
    type Query { a: Int b: Int c: Int list: [Item] }
    type Mutation { a: Int b: Int }
    type Item { id: ID twin: Item }
";

/// Answers the calls that wait only once `enough` of them do; notes who came.
struct Rendezvous {
    enough: usize,
    waiting: Mutex<Vec<String>>,
}

impl Rendezvous {
    fn of(enough: usize) -> Self {
        Rendezvous { enough, waiting: Mutex::new(Vec::new()) }
    }

    fn came(&self) -> Vec<String> {
        self.waiting.lock().expect("no test panics with it").clone()
    }
}

impl Resolve for Rendezvous {
    fn role(&self, _parent_type: &str, _field: &str) -> Role {
        Role::Resolver { batch_max: 0 }
    }

    async fn resolve<'a>(&'a self, calls: Vec<Call<'a>>) -> Vec<Resolved> {
        let key = calls[0].path().iter().map(|part| format!("{part:?}")).collect();
        self.waiting.lock().expect("no test panics with it").push(key);
        std::future::poll_fn(|context: &mut Context<'_>| {
            if self.came().len() < self.enough {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
        vec![Value::from(1).into()]
    }
}

fn poll(query: &str, resolve: &Rendezvous) -> Option<String> {
    let schema = schema(TWO);
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
    let mut run = Box::pin(graphql::execute(request, Value::NULL, resolve));
    (0..10).find_map(|_| run.as_mut().now_or_never()).map(|response| response.to_json())
}

#[test]
fn fields_of_a_query_run_side_by_side() {
    let answer = poll("{ a b c }", &Rendezvous::of(3));
    assert_eq!(answer.as_deref(), Some(r#"{"data":{"a":1,"b":1,"c":1}}"#));
}

#[test]
fn fields_of_a_mutation_run_one_after_the_other() {
    let two = Rendezvous::of(2);
    assert_eq!(poll("mutation { a b }", &two), None);
    assert_eq!(two.came(), ["Key(\"a\")"]);
    let one = Rendezvous::of(1);
    assert_eq!(poll("mutation { b a }", &one).as_deref(), Some(r#"{"data":{"b":1,"a":1}}"#));
    assert_eq!(one.came(), ["Key(\"b\")", "Key(\"a\")"]);
}

#[test]
fn calls_of_one_field_go_together_as_far_as_its_role_allows() {
    let items: Vec<String> = (0..7).map(|id| format!("{{\"id\":{id}}}")).collect();
    let world = World::default().value("Query.list", &format!("[{}]", items.join(","))).batched(
        "Item.twin",
        3,
        |call| call.source().clone().into(),
    );
    let answer = value(&run(&schema(TWO), "{ list { twin { twin { id } } } }", "{}", &world));
    let list = answer.get("data").and_then(|data| data.get("list")).expect("the list");
    for (place, item) in list.items().enumerate() {
        let id = item.get("twin").and_then(|twin| twin.get("twin")?.get("id"));
        assert_eq!(id, Some(place.to_string().into()));
    }
    let mut batches = world.batches.lock().expect("no test panics with it").clone();
    // The inner ones are known as their outer batch lands.
    batches.sort_unstable();
    assert_eq!(batches, [1, 1, 1, 3, 3, 3, 3]);
}
