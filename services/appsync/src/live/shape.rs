//! How a subscriber wants to hear of events: the selections of his subscription, shared by all who have the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use graphql::{Call, Document, Request, Resolve, Resolved, Role};
use json::Value;
use sha2::{Digest as _, Sha256};

use crate::auth::Entrant;
use crate::rights;
use crate::served::Served;

/// The most that one event may say: <https://docs.aws.amazon.com/general/latest/gr/appsync.html>.
pub(super) const EVENT_BYTES_MAX: usize = 240 * 1024;
/// From how many on those that nobody has any more are looked for.
const SWEEP_FROM: usize = 64;

/// The selections of a subscription, and what he may see who has made them.
pub(crate) struct Shape {
    served: Arc<Served>,
    document: Arc<Document>,
    operation_name: Option<String>,
    variables: Value,
    subscriber: Entrant,
}

/// The shapes that somebody has.
#[derive(Default)]
pub(crate) struct Shapes(Mutex<HashMap<[u8; 32], Weak<Shape>>>);

impl Shapes {
    /// The shape of these selections, for somebody with these rights.
    pub(super) fn of(
        &self,
        served: &Arc<Served>,
        document: &Arc<Document>,
        operation_name: Option<&str>,
        variables: &Value,
        subscriber: &Entrant,
    ) -> Arc<Shape> {
        let served_at = Arc::as_ptr(served).addr();
        let about = format!(
            "{served_at}\n{operation_name:?}\n{variables}\n{}\n{}",
            subscriber.rights(),
            document.text()
        );
        let key = Sha256::digest(about).into();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shape) = known.get(&key).and_then(Weak::upgrade) {
            return shape;
        }
        if SWEEP_FROM <= known.len() && known.len() == known.capacity() {
            known.retain(|_, shape| 0 < shape.strong_count());
        }
        let shape = Arc::new(Shape {
            served: Arc::clone(served),
            document: Arc::clone(document),
            operation_name: operation_name.map(str::to_owned),
            variables: variables.clone(),
            subscriber: subscriber.clone(),
        });
        known.insert(key, Arc::downgrade(&shape));
        shape
    }
}

impl Shape {
    /// What a subscriber is told of an event; nothing if that is too much.
    pub(super) fn text(&self, event: &Value) -> Option<Arc<str>> {
        let limits = graphql::Limits::default();
        let request = Request {
            schema: &self.served.schema,
            document: &self.document,
            operation_name: self.operation_name.as_deref(),
            variables: &self.variables,
            limits: &limits,
            keeps_events: false,
        };
        let text = graphql::shape_event(request, event.clone(), self).to_event_json();
        if EVENT_BYTES_MAX < text.len() {
            let api = self.served.api.id();
            tracing::warn!(api, bytes = text.len(), "an event is too large for its subscribers");
            return None;
        }
        Some(text.into())
    }
}

impl Resolve for Shape {
    fn role(&self, parent_type: &str, field: &str) -> Role {
        let Shape { served, subscriber, .. } = self;
        match rights::may_see(&served.graphql, &served.schema, subscriber, parent_type, field) {
            true => Role::Property,
            false => Role::Denied,
        }
    }

    async fn resolve<'a>(&'a self, calls: Vec<Call<'a>>) -> Vec<Resolved> {
        calls.iter().map(|_| Resolved::default()).collect()
    }
}
