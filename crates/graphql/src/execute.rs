//! Runs an operation: values to the shape of the selections, resolvers side by side, nulls to their place.
//!
//! Everything that needs no resolver is written straight into text by the [writer](self::writer): a [`Chunk`].
//! Where a resolver gives the value, the text has a hole. All calls that one chunk asks for are known together,
//! so calls of one field can be handed over together. An answer becomes a chunk of its own, which may ask for
//! more. When no call is left, the chunks are put into each other's holes.

mod chunk;
mod introspect;
mod writer;

use std::sync::atomic::AtomicUsize;

use futures_util::stream::{FuturesUnordered, StreamExt};
use indexmap::IndexMap;
use json::Value;

use crate::ast::{Operation, OperationKind};
use crate::coerce::{self, Misfit};
use crate::document::Document;
use crate::events;
use crate::info;
use crate::parser;
use crate::plan::{self, PlanField, Way};
use crate::project;
use crate::resolve::{Call, FieldError, Resolve, Resolved, Role};
use crate::response::{Detail, Error, PathPart, Response};
use crate::schema::{Schema, TypeId};

use chunk::{Place, Slots};
use writer::{Pending, Writer};

/// What is to be run. The document has to be valid for the schema: see [`Document::validate`].
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The schema.
    pub schema: &'a Schema,
    /// The document.
    pub document: &'a Document,
    /// Which of its operations; needed if there are several.
    pub operation_name: Option<&'a str>,
    /// The variables as they came: an object, or `null`.
    pub variables: &'a Value,
    /// What bounds the run.
    pub limits: &'a Limits,
    /// Whether the response is to hold what a mutation gave, for its subscribers.
    pub keeps_events: bool,
}

/// What bounds a run.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How deep fields may stand in the response (`queryDepthLimit`), leaves counted.
    pub query_depth: Option<usize>,
    /// How many calls of resolvers there may be (`resolverCountLimit`).
    pub resolver_count: usize,
    /// How many fields may be compiled: what a hostile document can ask for without a resolver.
    pub fields_max: usize,
    /// How long the response may become, in bytes; errors are counted by a rule of thumb.
    pub response_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            query_depth: None,
            resolver_count: 10_000,
            fields_max: 1 << 17,
            response_bytes_max: 16 << 20,
        }
    }
}

/// What a run knows all the time.
#[derive(Debug)]
pub(crate) struct Env<'p> {
    pub(crate) schema: &'p Schema,
    pub(crate) document: &'p Document,
    pub(crate) limits: &'p Limits,
    pub(crate) variables: Value,
    pub(crate) given_variables: &'p Value,
    pub(crate) no_arguments: Value,
    pub(crate) fields_left: AtomicUsize,
    /// Paths that may still be listed for resolvers.
    pub(crate) paths_left: AtomicUsize,
    /// Whether leaves have been written before: the JSON in an event is text already.
    pub(crate) is_written: bool,
}

/// Runs an operation.
pub async fn execute<R: Resolve>(request: Request<'_>, root: Value, resolve: &R) -> Response {
    let (operation, env) = match prepare(&request, false) {
        Ok(prepared) => prepared,
        Err(error) => return Response::refused(vec![error]),
    };
    let Some(object) = env.schema.root_id(operation.kind) else {
        return Response::refused(vec![no_root(&env, operation)]);
    };
    let sets = std::iter::once(&*operation.selections);
    let fields = plan::compile(&env, resolve, object, sets, 1);
    let mut run = Run::new(&env, resolve);
    let calls = run.root(object, &fields, root);
    let mut flying = FuturesUnordered::new();
    let serial = operation.kind == OperationKind::Mutation;
    let rounds: Vec<Vec<Pending<'_>>> =
        if serial { calls.into_iter().map(|call| vec![call]).collect() } else { vec![calls] };
    for calls in rounds {
        run.launch(calls, |batch| flying.push(invoke(resolve, &env, batch)));
        while let Some(answers) = flying.next().await {
            let calls = run.land(answers);
            run.launch(calls, |batch| flying.push(invoke(resolve, &env, batch)));
        }
    }
    let mut response = run.finish();
    if request.keeps_events && serial {
        response.events = events::of(&env, &fields, &response);
    }
    response
}

/// Shapes one event for a subscriber: the value of the subscription's field, by the names of fields.
/// No resolver runs; what the mutation didn't select is `null`, and so is what the subscriber may not see.
pub fn shape_event<R: Resolve>(request: Request<'_>, value: Value, rights: &R) -> Response {
    let (operation, env) = match prepare(&request, true) {
        Ok(prepared) => prepared,
        Err(error) => return Response::refused(vec![error]),
    };
    let Some(object) = env.schema.root_id(operation.kind) else {
        return Response::refused(vec![no_root(&env, operation)]);
    };
    let sets = std::iter::once(&*operation.selections);
    let rights = RightsOnly(rights);
    let fields = plan::compile(&env, &rights, object, sets, 1);
    let root = Value::object(fields.iter().map(|field| (field.of.name.clone(), value.clone())));
    let mut run = Run::new(&env, &rights);
    run.root(object, &fields, root);
    run.finish()
}

/// For what is all there, and not for everybody to see.
struct RightsOnly<'r, R>(&'r R);

impl<R: Resolve> Resolve for RightsOnly<'_, R> {
    fn role(&self, parent_type: &str, field: &str) -> Role {
        match self.0.role(parent_type, field) {
            Role::Denied => Role::Denied,
            Role::Property | Role::Resolver { .. } => Role::Property,
        }
    }

    async fn resolve<'a>(&'a self, calls: Vec<Call<'a>>) -> Vec<Resolved> {
        calls.iter().map(|_| Resolved::default()).collect()
    }
}

/// For what is all there: every field is a property.
pub(crate) struct NoResolvers;

impl Resolve for NoResolvers {
    fn role(&self, _parent_type: &str, _field: &str) -> Role {
        Role::Property
    }

    async fn resolve<'a>(&'a self, calls: Vec<Call<'a>>) -> Vec<Resolved> {
        calls.iter().map(|_| Resolved::default()).collect()
    }
}

fn prepare<'p>(request: &Request<'p>, is_written: bool) -> Result<(&'p Operation, Env<'p>), Error> {
    let operation = request
        .document
        .choose(request.operation_name)
        .map_err(|error| Error::of_request(error.to_string(), Vec::new()))?;
    if request.document.is_cyclic {
        return Err(Error::of_request("Fragment cycles not allowed", Vec::new()));
    }
    if request.variables.is_deeper_than(parser::DEPTH_MAX) {
        return Err(Error::of_request("The variables are nested too deeply", Vec::new()));
    }
    let variables = coerce::variables(request.schema, operation, request.variables);
    let variables = variables.map_err(|Misfit { message, at }| {
        let locations = at.map(|at| request.document.source.location(at));
        Error::of_request(message, locations.into_iter().collect())
    })?;
    let env = Env {
        schema: request.schema,
        document: request.document,
        limits: request.limits,
        variables,
        given_variables: request.variables,
        no_arguments: Value::empty_object(),
        fields_left: AtomicUsize::new(request.limits.fields_max),
        paths_left: AtomicUsize::new(info::ALL_PATHS_MAX),
        is_written,
    };
    Ok((operation, env))
}

fn no_root(env: &Env<'_>, operation: &Operation) -> Error {
    let message = match operation.kind {
        OperationKind::Query => "Schema does not define the required query root type.",
        OperationKind::Mutation => "Schema is not configured for mutations.",
        OperationKind::Subscription => "Schema is not configured for subscriptions.",
    };
    Error::of_request(message, vec![env.document.source.location(operation.at)])
}

/// Calls of one field that are handed over together, and where their answers go.
struct Batch<'p> {
    field: &'p PlanField<'p>,
    calls: Vec<Pending<'p>>,
}

struct Answers<'p> {
    field: &'p PlanField<'p>,
    places: Vec<(Place, Vec<PathPart>)>,
    answers: Vec<Resolved>,
}

async fn invoke<'p, R: Resolve>(resolve: &'p R, env: &'p Env<'p>, batch: Batch<'p>) -> Answers<'p> {
    let field = batch.field;
    let mut places = Vec::with_capacity(batch.calls.len());
    let calls = batch
        .calls
        .into_iter()
        .map(|Pending { place, source, path, .. }| {
            places.push((place, path.clone()));
            Call { env, field, source, path }
        })
        .collect();
    Answers { field, places, answers: resolve.resolve(calls).await }
}

struct Run<'p, R> {
    env: &'p Env<'p>,
    resolve: &'p R,
    slots: Slots,
    errors: Vec<Error>,
    /// Calls so far.
    called: usize,
    /// Bytes so far, of all chunks.
    written: usize,
}

impl<'p, R: Resolve> Run<'p, R> {
    fn new(env: &'p Env<'p>, resolve: &'p R) -> Self {
        Run { env, resolve, slots: Slots::default(), errors: Vec::new(), called: 0, written: 0 }
    }

    fn writer(&mut self, slot: usize, path: Vec<PathPart>) -> Writer<'_, 'p, R> {
        let Run { env, resolve, slots, errors, written, .. } = self;
        Writer::new(env, resolve, errors, slots, written, slot, path)
    }

    /// Writes the fields at the root; gives the calls they need, in their order.
    fn root(
        &mut self,
        object: TypeId,
        fields: &'p [PlanField<'p>],
        root: Value,
    ) -> Vec<Pending<'p>> {
        let mut writer = self.writer(0, Vec::new());
        let outcome = writer.object(object, fields, &root);
        let (chunk, calls) = writer.finish();
        self.slots.put_root(outcome.is_ok().then_some(chunk));
        calls
    }

    /// Sends calls on their way, those of one field together as far as its role allows.
    fn launch(&mut self, calls: Vec<Pending<'p>>, mut send: impl FnMut(Batch<'p>)) {
        let mut together: IndexMap<*const PlanField<'p>, Batch<'p>> = IndexMap::new();
        let mut refused = Vec::new();
        for call in calls {
            self.called += 1;
            if self.env.limits.resolver_count < self.called {
                refused.push(call);
                continue;
            }
            let field = call.field;
            let Way::Resolver { batch_max: batch_max @ 2.. } = field.way else {
                send(Batch { field, calls: vec![call] });
                continue;
            };
            let batch = together
                .entry(std::ptr::from_ref(field))
                .or_insert_with(|| Batch { field, calls: Vec::new() });
            batch.calls.push(call);
            if batch.calls.len() == batch_max {
                let calls = std::mem::take(&mut batch.calls);
                send(Batch { field, calls });
            }
        }
        together.into_values().filter(|batch| !batch.calls.is_empty()).for_each(&mut send);
        for call in refused {
            let error = FieldError::new(
                "Resolver invocation limit reached.",
                "ResolverExecutionLimitReached",
            );
            // Nothing below a null asks for more.
            self.complete(call.field, call.place, call.path, error.into());
        }
    }

    /// Puts answers in their places; gives the calls that their values need.
    fn land(&mut self, answers: Answers<'p>) -> Vec<Pending<'p>> {
        let Answers { field, places, answers } = answers;
        let mut calls = Vec::new();
        let mut answers = answers.into_iter();
        for (place, path) in places {
            let answer = answers.next().unwrap_or_default();
            calls.extend(self.complete(field, place, path, answer));
        }
        calls
    }

    fn complete(
        &mut self,
        field: &'p PlanField<'p>,
        place: Place,
        path: Vec<PathPart>,
        answer: Resolved,
    ) -> Vec<Pending<'p>> {
        for error in answer.errors {
            let error = self.error_of(field, path.clone(), error);
            self.errors.push(error);
        }
        let mut writer = self.writer(place.slot, path);
        let outcome = writer.field_value(field, &answer.value);
        let (chunk, calls) = writer.finish();
        match outcome {
            Ok(()) => {
                self.slots.put(place, chunk);
                calls
            }
            Err(_) => {
                self.slots.fail(place);
                Vec::new()
            }
        }
    }

    fn error_of(&self, field: &PlanField<'_>, path: Vec<PathPart>, error: FieldError) -> Error {
        let data = project::selected(self.env, field, &error.data);
        let detail = Detail { error_type: error.error_type, data, error_info: error.error_info };
        Error {
            message: error.message,
            path: Some(path),
            locations: vec![self.env.document.source.location(field.nodes[0].at)],
            detail: Some(Box::new(detail)),
        }
    }

    fn finish(self) -> Response {
        let refused = |message| Response::refused(vec![Error::of_request(message, Vec::new())]);
        if self.env.is_too_wide() {
            return refused("The operation selects too many fields.");
        }
        if self.env.limits.response_bytes_max < self.written {
            return refused("The response is too large.");
        }
        Response { data: self.slots.text(), errors: self.errors, ..Response::default() }
    }
}

/// A value that is null where it may not be: what is around it becomes null.
#[derive(Debug)]
pub(crate) struct NullViolation;

pub(crate) type Written = Result<(), NullViolation>;
