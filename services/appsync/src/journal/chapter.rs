//! The lines of one resolver, or of one handler of a namespace.

use graphql::{Call, FieldError, PathPart};
use json::Value;
use resolver::{Context, End, Failure, LogLevel, Outcome};
use tokio::time::Instant;
use workload::Line;

use super::record::{Record, nanoseconds};
use crate::wire::FieldLogLevel;

/// Whose lines they are.
pub(crate) struct Subject {
    /// As the first line names it.
    title: String,
    /// What each line says of it, before the id of the request.
    members: Vec<(&'static str, Value)>,
    parent_type: Option<String>,
    /// What its trace says besides, if it is traced.
    trace: Option<Trace>,
}

struct Trace {
    return_type: String,
}

/// Which code was run: that of a resolver or of one of its functions, before or after the data source was asked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'p> {
    /// Of a unit resolver, a function, or a handler.
    Request {
        function: Option<&'p str>,
    },
    Response {
        function: Option<&'p str>,
    },
    /// Of a pipeline.
    Before {
        is_template: bool,
    },
    After {
        is_template: bool,
    },
}

impl Subject {
    /// A field of an API.
    pub(crate) fn field(call: &Call<'_>, api_arn: &str) -> Self {
        let (parent_type, field) = (call.parent_type(), call.field_name());
        let path = call.path().iter().map(|part| match part {
            PathPart::Key(name) => Value::from(&**name),
            PathPart::Index(index) => i64::try_from(*index).unwrap_or(i64::MAX).into(),
        });
        let arn = format!("{api_arn}/types/{parent_type}/resolvers/{field}");
        Subject {
            title: format!("Type Name: {parent_type} and Field Name: {field}"),
            members: vec![
                ("path", Value::array(path)),
                ("fieldName", field.into()),
                ("resolverArn", arn.into()),
            ],
            parent_type: Some(parent_type.to_owned()),
            trace: Some(Trace { return_type: call.return_type() }),
        }
    }

    /// A handler of a namespace. How AWS writes its lines isn't documented.
    pub(crate) fn handler(name: &str, channel: &str) -> Self {
        Subject {
            title: format!("Handler: {name} and Channel: {channel}"),
            members: vec![("handlerName", name.into()), ("channel", channel.into())],
            parent_type: None,
            trace: None,
        }
    }
}

impl Part<'_> {
    /// `BeforeRequestFunctionEvaluation` and the mappings were seen; the others follow their pattern.
    fn log_type(self) -> &'static str {
        match self {
            Part::Request { .. } => "RequestMapping",
            Part::Response { .. } => "ResponseMapping",
            Part::Before { is_template: true } => "BeforeMapping",
            Part::Before { is_template: false } => "BeforeRequestFunctionEvaluation",
            Part::After { is_template: true } => "AfterMapping",
            Part::After { is_template: false } => "AfterResponseFunctionEvaluation",
        }
    }

    fn function(self) -> Option<String> {
        match self {
            Part::Request { function } | Part::Response { function } => function.map(str::to_owned),
            Part::Before { .. } | Part::After { .. } => None,
        }
    }
}

/// What a resolver logs while it runs. What of it is kept depends on how it ends.
pub(crate) struct Chapter<'r> {
    record: &'r Record<'r>,
    subject: Subject,
    began: Instant,
    first: Line,
    notes: Vec<Note>,
}

enum Note {
    /// What the code has logged.
    Said(LogLevel, Line),
    /// What the code was given and has made.
    Made(Box<Made>),
}

struct Made {
    at: base::Timestamp,
    log_type: &'static str,
    function: Option<String>,
    context: Context,
    /// None if it has failed.
    value: Option<Value>,
    errors: Vec<String>,
}

impl<'r> Chapter<'r> {
    pub(super) fn begin(record: &'r Record<'r>, subject: Subject) -> Self {
        let text = format!("{} Begin Execution - {}", record.request_id(), subject.title);
        let first = Line { at: record.now(), text };
        Chapter { record, subject, began: Instant::now(), first, notes: Vec::new() }
    }

    /// Code has been run.
    pub(crate) fn ran(&mut self, part: Part<'_>, context: &Context, outcome: &Outcome) {
        let at = self.record.now();
        for line in &outcome.effects.logs {
            let text =
                format!("{} {} - {}", self.record.request_id(), line.level.name(), line.message);
            self.notes.push(Note::Said(line.level, Line { at, text }));
        }
        let (value, failure) = match &outcome.end {
            End::Result(value) | End::EarlyReturn { value, .. } => (Some(value.clone()), None),
            End::Failed(failure) => (None, Some(failure)),
        };
        let failures = outcome.effects.errors.iter().chain(failure);
        self.notes.push(Note::Made(Box::new(Made {
            at,
            log_type: part.log_type(),
            function: part.function(),
            context: context.clone(),
            value,
            errors: failures.map(written).collect(),
        })));
    }

    /// The resolver has given its value.
    pub(crate) fn end(self, errors: &[FieldError]) {
        self.end_with(!errors.is_empty());
    }

    /// It has ended, well or not.
    pub(crate) fn end_with(self, is_in_error: bool) {
        let (level, record) = (self.record.level(), self.record);
        let shows_code = match level {
            FieldLogLevel::All => true,
            FieldLogLevel::Info | FieldLogLevel::Debug => is_in_error || record.is_verbose(),
            FieldLogLevel::Error => is_in_error,
            FieldLogLevel::None => false,
        };
        let lines = self.notes.iter().filter_map(|note| match note {
            Note::Said(of, line) => is_wanted(level, *of).then(|| line.clone()),
            Note::Made(made) => shows_code.then(|| self.line(made)),
        });
        let lines: Vec<Line> = lines.collect();
        if level == FieldLogLevel::All
            && let Some(trace) = &self.subject.trace
        {
            record.trace(self.trace(trace));
        }
        if shows_code || !lines.is_empty() {
            let text = format!("{} End Field Execution", record.request_id());
            let last = Line { at: record.now(), text };
            record.keep([self.first].into_iter().chain(lines).chain([last]));
        }
    }

    fn line(&self, made: &Made) -> Line {
        let record = self.record;
        let mut members = vec![("logType", Value::from(made.log_type))];
        members.extend(self.subject.members.iter().cloned());
        members.extend(made.function.as_deref().map(|name| ("functionName", name.into())));
        members.push(("requestId", record.request_id().into()));
        if record.is_verbose() {
            members.push(("context", shown(&made.context)));
        }
        let errors = made.errors.iter().map(|error| Value::from(error.as_str()));
        members.push(("fieldInError", (!made.errors.is_empty()).into()));
        members.push(("errors", Value::array(errors)));
        members.extend(self.parent_type());
        members.extend(record.id_member());
        if record.is_verbose()
            && let Some(value) = &made.value
        {
            members.push(("transformedTemplate", value.to_string().into()));
        }
        Line { at: made.at, text: Value::object(members).to_string() }
    }

    fn trace(&self, Trace { return_type }: &Trace) -> String {
        let mut members = vec![
            ("duration", nanoseconds(self.began.elapsed())),
            ("logType", "Tracing".into()),
            ("startOffset", nanoseconds(self.record.offset(self.began))),
        ];
        members.extend(self.subject.members.iter().cloned());
        members.push(("requestId", self.record.request_id().into()));
        members.extend(self.parent_type());
        members.push(("returnType", return_type.as_str().into()));
        members.extend(self.record.id_member());
        Value::object(members).to_string()
    }

    fn parent_type(&self) -> Option<(&'static str, Value)> {
        Some(("parentType", self.subject.parent_type.as_deref()?.into()))
    }
}

fn is_wanted(level: FieldLogLevel, of: LogLevel) -> bool {
    match (level, of) {
        (FieldLogLevel::None, _) => false,
        (FieldLogLevel::Error, of) => of == LogLevel::Error,
        (FieldLogLevel::Info, of) => of != LogLevel::Debug,
        (FieldLogLevel::Debug | FieldLogLevel::All, _) => true,
    }
}

/// A context without the members that nobody has set. Who asks isn't logged.
fn shown(context: &Context) -> Value {
    let Context { arguments, source, prev, result, error, events, stash, out_errors, .. } = context;
    let optional = [
        ("source", source),
        ("prev", prev),
        ("result", result),
        ("error", error),
        ("events", events),
    ];
    let optional = optional.into_iter().filter(|(_, value)| !value.is_null());
    let members = std::iter::once(("arguments", arguments)).chain(optional);
    let members = members.chain([("stash", stash), ("outErrors", out_errors)]);
    Value::object(members.map(|(name, value)| (name, value.clone())))
}

/// A failure as AppSync's exceptions write themselves.
fn written(failure: &Failure) -> String {
    let Failure { message, error_type, data, error_info } = failure;
    let error_type = error_type.as_deref().unwrap_or("null");
    format!(
        "CustomTemplateException(message={message}, errorType={error_type}, data={data}, errorInfo={error_info})"
    )
}
