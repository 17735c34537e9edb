//! One operation of a client: resolvers run, data sources asked, effects gathered.
//!
//! `graphql` knows which fields want a value and what becomes of it; here is how a resolver gives one.

use std::sync::{Mutex, PoisonError};

use futures_util::future::join_all;
use graphql::{Call, FieldError, Resolve, Resolved, Role};
use json::Value;
use resolver::{Context, Effects, End, Failure, SkipTo};
use tokio::time::{Instant, timeout_at};

use crate::Room;
use crate::auth::Entrant;
use crate::cache::{self, Place};
use crate::handler::Handler;
use crate::journal::{Chapter, Part, Record, Subject};
use crate::rights;
use crate::served::{Plan, PlanKind, Served, Step};
use crate::sources::{Origin, Query};
use crate::wire::AuthenticationType;

/// The version of templates that raises the errors of data sources by itself.
const FIRST_VERSION: &str = "2017-02-28";
/// The operation of functions that are given several payloads at once.
const BATCH_INVOKE: &str = "BatchInvoke";
/// How many different invalidations a request may ask for:
/// <https://docs.aws.amazon.com/appsync/latest/devguide/extensions-js.html>.
const INVALIDATIONS_MAX: usize = 5;

/// An operation under way.
pub(crate) struct Run<'r> {
    pub(crate) room: &'r Room,
    pub(crate) served: &'r Served,
    pub(crate) entrant: &'r Entrant,
    /// `ctx.request`.
    request: Value,
    /// `ctx.env`.
    pub(crate) environment: Value,
    /// What the code did besides giving values.
    pub(crate) effects: Mutex<Effects>,
    record: &'r Record<'r>,
    /// Until when data sources may take.
    until: Instant,
}

/// A call of a field under way.
struct Course<'c> {
    /// What the code sees.
    context: Context,
    errors: Vec<FieldError>,
    chapter: Option<Chapter<'c>>,
}

/// How a step of a pipeline ended, if it didn't fail.
enum Stepped {
    Value(Value),
    /// Code has returned early.
    Early(Value, SkipTo),
}

/// A request that code has made of a data source, and what has to be known of it afterwards.
struct Asked {
    document: Value,
    is_first_version: bool,
}

impl Resolve for Run<'_> {
    fn role(&self, parent_type: &str, field: &str) -> Role {
        let Run { served, entrant, .. } = self;
        if !rights::may_see(&served.graphql, &served.schema, entrant, parent_type, field) {
            return Role::Denied;
        }
        let asks_policies = entrant.mode == AuthenticationType::AwsIam;
        if asks_policies
            && !rights::may_ask(self.room, &entrant.ctx, served.api.arn(), parent_type, field)
        {
            return Role::Denied;
        }
        let plan = served.plan(parent_type, field);
        if let Some(source) = plan.and_then(|plan| plan.source_api.as_deref()) {
            let (ctx, merged) = (&entrant.ctx, &served.graphql);
            if !rights::may_use_source(self.room, ctx, merged, source, parent_type, field) {
                return Role::Denied;
            }
        }
        match plan.map(|plan| &plan.kind) {
            Some(PlanKind::Unit(step)) => Role::Resolver { batch_max: step.batch_max },
            Some(PlanKind::Pipeline { .. }) => Role::Resolver { batch_max: 0 },
            None => Role::Property,
        }
    }

    async fn resolve<'a>(&'a self, calls: Vec<Call<'a>>) -> Vec<Resolved> {
        let plan =
            calls.first().and_then(|call| self.served.plan(call.parent_type(), call.field_name()));
        let Some(plan) = plan else {
            return calls.iter().map(|_| Resolved::default()).collect();
        };
        let resolved = async {
            match &plan.kind {
                PlanKind::Unit(step) if 0 < step.batch_max => self.batch(plan, step, &calls).await,
                PlanKind::Unit(_) | PlanKind::Pipeline { .. } => {
                    join_all(calls.iter().map(|call| self.resolve_one(plan, call))).await
                }
            }
        };
        let resolved = timeout_at(self.until + self.room.limits.last_words, resolved).await;
        resolved.unwrap_or_else(|_| calls.iter().map(|_| timed_out()).collect())
    }
}

impl<'r> Run<'r> {
    pub(crate) fn new(
        room: &'r Room,
        served: &'r Served,
        entrant: &'r Entrant,
        request: Value,
        record: &'r Record<'r>,
    ) -> Self {
        let environment = served.api.environment.iter();
        let environment =
            environment.map(|(name, value)| (name.as_str(), Value::from(value.as_str())));
        let environment = Value::object(environment);
        let (effects, until) = (Mutex::default(), Instant::now() + room.limits.request);
        Run { room, served, entrant, request, environment, effects, record, until }
    }

    /// What the code did besides giving values.
    pub(crate) fn into_effects(self) -> Effects {
        self.effects.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Run<'_> {
    async fn resolve_one(&self, plan: &Plan, call: &Call<'_>) -> Resolved {
        let mut course = self.course(call);
        let place = cache::place(self, plan, call.parent_type(), &course.context);
        if let Some(value) = self.known(place.as_ref()) {
            return value.into();
        }
        let given = match &plan.kind {
            PlanKind::Unit(step) => self.step(step, &mut course).await,
            PlanKind::Pipeline { before, steps, after } => {
                self.pipeline(before, steps, after, &mut course).await
            }
        };
        let resolved = resolved(call, given.map(Stepped::into_value), course);
        self.keep(place, &resolved);
        resolved
    }

    /// What was given before, if that is kept and still holds.
    fn known(&self, place: Option<&Place>) -> Option<Value> {
        self.room.cache.find(place?, self.room.house.now())
    }

    fn keep(&self, place: Option<Place>, resolved: &Resolved) {
        if let Some(place) = place
            && resolved.errors.is_empty()
        {
            self.room.cache.keep(place, &resolved.value, self.room.house.now());
        }
    }

    fn course(&self, call: &Call<'_>) -> Course<'_> {
        let api_arn = self.served.api.arn();
        let chapter = self.record.chapter(|| Subject::field(call, api_arn));
        Course { context: self.context(call), errors: Vec::new(), chapter }
    }

    fn context(&self, call: &Call<'_>) -> Context {
        Context {
            arguments: call.arguments().clone(),
            identity: self.entrant.identity.clone(),
            source: call.source().clone(),
            request: self.request.clone(),
            info: call.info().clone(),
            env: self.environment.clone(),
            ..Context::default()
        }
    }

    async fn pipeline(
        &self,
        before: &Option<Handler>,
        steps: &[Step],
        after: &Option<Handler>,
        course: &mut Course<'_>,
    ) -> Result<Stepped, Failure> {
        let mut skips = false;
        if let Some(before) = before {
            let part = Part::Before { is_template: before.is_template() };
            let end = self.evaluate(before, part, course).await?;
            let context = &mut course.context;
            match end {
                // A template returns from the resolver; code skips its functions.
                End::EarlyReturn { value, .. } if before.is_template() => {
                    return Ok(Stepped::Value(value));
                }
                End::EarlyReturn { value, .. } => {
                    conclude(context, value);
                    skips = true;
                }
                End::Result(value) => context.prev = Value::object([("result", value)]),
                End::Failed(failure) => return Err(failure),
            }
        }
        for step in steps {
            if skips {
                break;
            }
            course.context.result = Value::NULL;
            course.context.error = Value::NULL;
            let stepped = self.step(step, course).await?;
            skips = matches!(stepped, Stepped::Early(_, SkipTo::End));
            conclude(&mut course.context, stepped.into_value());
        }
        course.context.error = Value::NULL;
        let Some(after) = after else { return Ok(Stepped::Value(course.context.result.clone())) };
        let part = Part::After { is_template: after.is_template() };
        match self.evaluate(after, part, course).await? {
            End::Result(value) | End::EarlyReturn { value, .. } => Ok(Stepped::Value(value)),
            End::Failed(failure) => Err(failure),
        }
    }

    /// Code, the data source, and code again.
    async fn step(&self, step: &Step, course: &mut Course<'_>) -> Result<Stepped, Failure> {
        let asked = match self.request(step, course).await? {
            Ok(asked) => asked,
            Err(early) => return Ok(early),
        };
        let answer = self.ask_alone(step, &asked.document, &course.context).await;
        self.respond(step, &asked, answer, course).await
    }

    /// What the data source is to be asked, unless the code has returned early.
    async fn request(
        &self,
        step: &Step,
        course: &mut Course<'_>,
    ) -> Result<Result<Asked, Stepped>, Failure> {
        let Some(handler) = &step.request else {
            let payload = course.context.to_lambda_payload();
            let operation = if 0 < step.batch_max { BATCH_INVOKE } else { "Invoke" };
            let direct = [("operation", Value::from(operation)), ("payload", payload)];
            return Ok(Ok(Asked { document: Value::object(direct), is_first_version: false }));
        };
        let part = Part::Request { function: step.function.as_deref() };
        match self.evaluate(handler, part, course).await? {
            End::Result(document) => {
                let has_version = handler.is_template() && step.function.is_none();
                let version = document.get("version").filter(|_| has_version);
                let is_first_version = version.is_some_and(|it| it.as_str() == Some(FIRST_VERSION));
                Ok(Ok(Asked { document, is_first_version }))
            }
            End::EarlyReturn { value, skip_to } => {
                // A template of a function returns from that function alone.
                let skip_to = if handler.is_template() { SkipTo::Next } else { skip_to };
                Ok(Err(Stepped::Early(value, skip_to)))
            }
            End::Failed(failure) => Err(failure),
        }
    }

    async fn ask(
        &self,
        step: &Step,
        document: &Value,
        context: Option<&Context>,
    ) -> Result<Value, Failure> {
        let gone = || Failure::new("The data source doesn't exist.", "BadRequestException");
        let source = step.source.as_deref().ok_or_else(gone)?;
        let query = Query {
            room: self.room,
            source,
            client: &self.entrant.ctx,
            api_arn: self.served.api.arn(),
            request: document,
            origin: context.map(|context| self.origin(context)),
            until: self.until,
        };
        query.ask().await
    }

    /// Asks for one call by itself. What a function is to be given as a batch it is given as a batch of one.
    async fn ask_alone(
        &self,
        step: &Step,
        document: &Value,
        context: &Context,
    ) -> Result<Value, Failure> {
        let is_batch = 0 < step.batch_max && is_of_batch(document);
        match is_batch.then(|| document.get("payload").unwrap_or_default()) {
            Some(payload) => {
                let mut answers = self.ask_together(step, vec![payload]).await;
                answers.pop().unwrap_or_else(|| Err(short()))
            }
            None => self.ask(step, document, Some(context)).await,
        }
    }

    fn origin<'a>(&'a self, context: &'a Context) -> Origin<'a> {
        let name = |member| context.info.get(member);
        let field = name("parentTypeName").zip(name("fieldName"));
        let output_type = field.and_then(|(parent, field)| {
            self.served.schema.field_type_name(parent.as_str()?, field.as_str()?)
        });
        Origin { context, output_type }
    }

    /// What the code makes of the answer of the data source.
    async fn respond(
        &self,
        step: &Step,
        asked: &Asked,
        answer: Result<Value, Failure>,
        course: &mut Course<'_>,
    ) -> Result<Stepped, Failure> {
        let context = &mut course.context;
        let failure = answer.as_ref().err().cloned();
        context.result = match answer {
            Ok(result) => result,
            Err(failure) => failure.data,
        };
        context.error = failure.as_ref().map(error_member).unwrap_or_default();
        let Some(handler) = &step.response else {
            return match failure {
                Some(failure) => Err(failure),
                None => Ok(Stepped::Value(context.result.clone())),
            };
        };
        // https://docs.aws.amazon.com/appsync/latest/devguide/resolver-mapping-template-changelog.html
        if asked.is_first_version && failure.is_none() && context.result.is_null() {
            return Ok(Stepped::Value(Value::NULL));
        }
        let part = Part::Response { function: step.function.as_deref() };
        let stepped = match self.evaluate(handler, part, course).await? {
            End::EarlyReturn { value, skip_to } if !handler.is_template() => {
                Stepped::Early(value, skip_to)
            }
            End::Result(value) | End::EarlyReturn { value, .. } => Stepped::Value(value),
            End::Failed(failure) => return Err(failure),
        };
        match failure {
            Some(failure) if asked.is_first_version => {
                Err(Failure { data: stepped.into_value(), ..failure })
            }
            Some(_) | None => Ok(stepped),
        }
    }

    /// Several calls of one field, whose requests to a function become one; code may still ask for some by themselves.
    async fn batch(&self, plan: &Plan, step: &Step, calls: &[Call<'_>]) -> Vec<Resolved> {
        let mut drafts = Vec::new();
        for call in calls {
            drafts.push(self.draft(plan, step, call));
        }
        let drafts: Vec<Draft<'_>> = join_all(drafts).await;
        let payloads: Vec<Value> = drafts.iter().filter_map(Draft::payload).collect();
        let mut answers = Vec::new().into_iter();
        if !payloads.is_empty() {
            answers = self.ask_together(step, payloads).await.into_iter();
        }
        let mut finished = Vec::new();
        for (call, draft) in calls.iter().zip(drafts) {
            let is_of_batch = draft.payload().is_some();
            let answer = is_of_batch.then(|| answers.next().unwrap_or_else(|| Err(short())));
            finished.push(self.finish(step, call, draft, answer));
        }
        join_all(finished).await
    }

    /// What comes of a draft. `answer` is its part of the answer to the batch; without one it asks by itself.
    async fn finish(
        &self,
        step: &Step,
        call: &Call<'_>,
        draft: Draft<'_>,
        answer: Option<Result<Value, Failure>>,
    ) -> Resolved {
        let Draft { mut course, asked, place, known } = draft;
        if let Some(value) = known {
            return value.into();
        }
        let given = match asked {
            Ok(Ok(asked)) => {
                let answer = match answer {
                    Some(answer) => answer,
                    None => self.ask(step, &asked.document, Some(&course.context)).await,
                };
                self.respond(step, &asked, answer, &mut course).await
            }
            Ok(Err(early)) => Ok(early),
            Err(failure) => Err(failure),
        };
        let resolved = resolved(call, given.map(Stepped::into_value), course);
        self.keep(place, &resolved);
        resolved
    }

    async fn draft(&self, plan: &Plan, step: &Step, call: &Call<'_>) -> Draft<'_> {
        let mut course = self.course(call);
        let place = cache::place(self, plan, call.parent_type(), &course.context);
        let known = self.known(place.as_ref());
        let asked = match &known {
            Some(_) => Ok(Err(Stepped::Value(Value::NULL))),
            None => self.request(step, &mut course).await,
        };
        Draft { course, asked, place, known }
    }

    /// As many answers as payloads.
    async fn ask_together(&self, step: &Step, payloads: Vec<Value>) -> Vec<Result<Value, Failure>> {
        let count = payloads.len();
        let document = Value::object([
            ("operation", Value::from(BATCH_INVOKE)),
            ("payload", Value::array(payloads)),
        ]);
        let is_direct = step.response.is_none();
        match self.ask(step, &document, None).await {
            Ok(answers) if answers.kind() == json::Kind::Array && answers.len() == count => {
                let answer = |answer: Value| if is_direct { unwrapped(answer) } else { Ok(answer) };
                answers.items().map(answer).collect()
            }
            Ok(_) => vec![Err(short()); count],
            Err(failure) => vec![Err(failure); count],
        }
    }

    /// Runs code, and gathers what it did besides.
    async fn evaluate(
        &self,
        handler: &Handler,
        part: Part<'_>,
        course: &mut Course<'_>,
    ) -> Result<End, Failure> {
        let house = &self.room.house;
        let (now, entropy) = (house.now(), house.entropy());
        let outcome = handler.run(&self.room.runtime, &course.context, now, entropy).await;
        if let Some(chapter) = &mut course.chapter {
            chapter.ran(part, &course.context, &outcome);
        }
        let mut effects = outcome.effects;
        course.context.change(outcome.changes);
        course.context.append_errors(&effects.errors);
        course.errors.extend(effects.errors.drain(..).map(field_error));
        let gathered = self.gather(effects);
        match outcome.end {
            End::Failed(failure) => Err(failure),
            end => gathered.map(|()| end),
        }
    }

    fn gather(&self, effects: Effects) -> Result<(), Failure> {
        let mut all = self.effects.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, value) in effects.response_headers {
            all.response_headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
            all.response_headers.push((name, value));
        }
        all.subscription_filter = effects.subscription_filter.or(all.subscription_filter.take());
        all.invalidation_filter = effects.invalidation_filter.or(all.invalidation_filter.take());
        all.evictions.extend(effects.evictions);
        for invalidation in effects.invalidations {
            if all.invalidations.contains(&invalidation) {
                continue;
            }
            if all.invalidations.len() == INVALIDATIONS_MAX {
                let message = format!(
                    "A request invalidates subscriptions at most {INVALIDATIONS_MAX} times."
                );
                return Err(Failure::new(message, "BadRequestException"));
            }
            all.invalidations.push(invalidation);
        }
        Ok(())
    }
}

/// What becomes of a field whose code takes longer than there is time; the others have their values.
fn timed_out() -> Resolved {
    let error = FieldError::new("Execution timed out.", "ExecutionTimeout");
    Resolved { value: Value::NULL, errors: vec![error] }
}

/// What a call has come to.
fn resolved(call: &Call<'_>, given: Result<Value, Failure>, course: Course<'_>) -> Resolved {
    let Course { mut errors, chapter, .. } = course;
    let value = given.unwrap_or_else(|failure| {
        errors.push(match failure.is_unauthorized() {
            true => denied(call),
            false => field_error(failure),
        });
        Value::NULL
    });
    if let Some(chapter) = chapter {
        chapter.end(&errors);
    }
    Resolved { value, errors }
}

/// A call of a batch, whose code has run.
struct Draft<'c> {
    course: Course<'c>,
    asked: Result<Result<Asked, Stepped>, Failure>,
    /// Where its value is kept, if it is.
    place: Option<Place>,
    /// What was given before: nobody is asked then.
    known: Option<Value>,
}

impl Draft<'_> {
    /// Its part of the request to the function.
    fn payload(&self) -> Option<Value> {
        let Ok(Ok(asked)) = &self.asked else { return None };
        let payload = asked.document.get("payload").unwrap_or_default();
        is_of_batch(&asked.document).then_some(payload)
    }
}

impl Stepped {
    fn into_value(self) -> Value {
        match self {
            Stepped::Value(value) | Stepped::Early(value, _) => value,
        }
    }
}

/// Gives what a part of a pipeline has come to on to what follows it.
fn conclude(context: &mut Context, value: Value) {
    context.result = value.clone();
    context.prev = Value::object([("result", value)]);
}

fn is_of_batch(document: &Value) -> bool {
    document.get("operation").is_some_and(|it| it.as_str() == Some(BATCH_INVOKE))
}

/// What a function without templates answers for one call of a batch: `{data, errorMessage, errorType}`, or the value.
fn unwrapped(answer: Value) -> Result<Value, Failure> {
    let message = answer.get("errorMessage").filter(|message| !message.is_null());
    match message {
        None => Ok(answer.get("data").filter(|_| answer.len() == 1).unwrap_or(answer)),
        Some(message) => Err(Failure {
            message: message.as_str().map_or_else(|| message.to_string(), str::to_owned),
            error_type: answer.get("errorType").and_then(|it| it.as_str().map(str::to_owned)),
            data: answer.get("data").unwrap_or_default(),
            ..Failure::default()
        }),
    }
}

fn short() -> Failure {
    let message = "The function must answer a batch with a list of as many results.";
    Failure::new(message, "Lambda:IllegalArgument")
}

fn error_member(failure: &Failure) -> Value {
    let error_type = failure.error_type.as_deref().map(Value::from);
    Value::object([
        ("message", Value::from(failure.message.as_str())),
        ("type", error_type.unwrap_or_default()),
    ])
}

fn field_error(failure: Failure) -> FieldError {
    let Failure { message, error_type, data, error_info } = failure;
    FieldError { message, error_type, data, error_info }
}

fn denied(call: &Call<'_>) -> FieldError {
    let message =
        format!("Not Authorized to access {} on type {}", call.field_name(), call.parent_type());
    FieldError::new(message, Failure::UNAUTHORIZED)
}
