//! The start of a subscription: its resolver runs once, and says who may listen, and to what.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/aws-appsync-real-time-data.html>

use std::sync::{Arc, Mutex, PoisonError};

use graphql::{Call, Document, Error, OperationKind, Request, Resolve, Resolved, Role};
use json::Value;

use super::filter::Filter;
use super::hub::Interest;
use crate::Room;
use crate::asked::Asked;
use crate::auth::Entrant;
use crate::execution::Run;
use crate::journal::Record;
use crate::served::Served;

/// The type of errors that say that a filter can't be used, or a selection.
const UNUSABLE: &str = "BadRequestException";

/// A subscription that may start: its field, and what he who asks for it wants to hear.
pub(super) struct Wish {
    pub(super) field: String,
    pub(super) interest: Interest,
}

/// Runs what a subscription runs when it starts. It has one field, as the specification of GraphQL wants it: what its
/// resolver sets as a filter would else be another field's, too. `request` is `ctx.request`, and `record` what it logs.
/// The document holds against the schema, and the operation is one.
pub(super) async fn start(
    room: &Room,
    served: &Arc<Served>,
    entrant: &Entrant,
    asked: &Asked,
    document: &Arc<Document>,
    (request, record): (Value, &Record<'_>),
) -> Result<Wish, Vec<Error>> {
    let starting = Starting {
        run: Run::new(room, served, entrant, request, record),
        root: served.schema.root(OperationKind::Subscription).unwrap_or_default(),
        fields: Mutex::default(),
    };
    let operation_name = asked.operation_name.as_deref();
    let limits = served.limits();
    let request = Request {
        schema: &served.schema,
        document,
        operation_name,
        variables: &asked.variables,
        limits: &limits,
        keeps_events: false,
    };
    let response = graphql::execute(request, Value::NULL, &starting).await;
    // There is nothing yet to be shown, so it is no error that it is null.
    let is_null = |error: &Error| error.path.is_some() && error.detail.is_none();
    let errors: Vec<Error> = response.errors.into_iter().filter(|it| !is_null(it)).collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut fields = starting.fields.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (Some((field, arguments)), true) = (fields.pop(), fields.is_empty()) else {
        return Err(vec![unusable("A subscription has one field.".to_owned())]);
    };
    let effects = starting.run.into_effects();
    let read = |filter: &Value| Filter::read(filter).map_err(|message| vec![unusable(message)]);
    let filter = effects.subscription_filter.as_ref().map(read).transpose()?;
    let invalidation = effects.invalidation_filter.as_ref().map(read).transpose()?;
    let shape = room.shapes.of(served, document, operation_name, &asked.variables, entrant);
    let filter = filter.unwrap_or_else(|| Filter::of_arguments(&arguments));
    Ok(Wish { field, interest: Interest { filter, invalidation, shape: Some(shape) } })
}

fn unusable(message: String) -> Error {
    let detail = graphql::Detail { error_type: Some(UNUSABLE.to_owned()), ..Default::default() };
    Error { detail: Some(Box::new(detail)), ..Error::of_request(message, Vec::new()) }
}

/// The run of a subscription's resolver, which takes note of the field and its arguments.
struct Starting<'r> {
    run: Run<'r>,
    /// The type of subscriptions.
    root: &'r str,
    fields: Mutex<Vec<(String, Value)>>,
}

impl Resolve for Starting<'_> {
    fn role(&self, parent_type: &str, field: &str) -> Role {
        match self.run.role(parent_type, field) {
            // Whether it has a resolver or not, it has arguments.
            Role::Property if parent_type == self.root && !field.starts_with("__") => {
                Role::Resolver { batch_max: 0 }
            }
            role => role,
        }
    }

    async fn resolve<'a>(&'a self, calls: Vec<Call<'a>>) -> Vec<Resolved> {
        let of_root = calls.iter().filter(|call| call.parent_type() == self.root);
        let noted = of_root.map(|call| (call.field_name().to_owned(), call.arguments().clone()));
        self.fields.lock().unwrap_or_else(PoisonError::into_inner).extend(noted);
        self.run.resolve(calls).await
    }
}
