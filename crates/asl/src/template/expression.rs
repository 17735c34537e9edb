//! One path, intrinsic call or JSONata expression in one field.

use std::sync::Arc;

use json::{Kind, Value};

use crate::failure::{Fault, error_name};
use crate::intrinsic::Intrinsic;
use crate::path::{Miss, MissKind, Path, Root};
use crate::program::QueryLanguage;
use crate::scope::Scope;
use crate::template::Problem;
use crate::template::query::Query;

/// One path, intrinsic call or JSONata expression, and the field it stands in.
#[derive(Debug)]
pub struct Expression {
    /// As written; of JSONata what stands between `{%` and `%}`, trimmed.
    source: Arc<str>,
    /// Slash path of the field inside the state.
    location: Arc<str>,
    /// What messages call the field.
    field: Arc<str>,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Path(Path),
    Intrinsic(Intrinsic),
    Jsonata(Box<Query>),
}

impl Expression {
    /// `text` is a path or an intrinsic call (JSONPath), or `{% … %}` (JSONata); `location` the slash
    /// path of its field inside the state (`SecondsPath`, `Choices[0]/Condition`).
    pub fn compile(
        text: &str,
        language: QueryLanguage,
        location: &str,
    ) -> Result<Expression, Vec<Problem>> {
        match language {
            QueryLanguage::JsonPath => Expression::json_path(text, location, last_part(location))
                .map_err(|problem| vec![problem]),
            QueryLanguage::Jsonata => Expression::jsonata(text, location),
        }
    }

    /// `field` is the key in a template, `.$` and all.
    pub(crate) fn json_path(
        text: &str,
        location: &str,
        field: &str,
    ) -> Result<Expression, Problem> {
        let form = if text.trim_start().starts_with('$') {
            Path::parse(text).map(Form::Path)
        } else {
            Intrinsic::parse(text).map(Form::Intrinsic)
        };
        match form {
            Ok(form) => Ok(Expression {
                source: text.into(),
                location: location.into(),
                field: field.into(),
                form,
            }),
            Err(_) => Err(Problem::not_a_path(field, location)),
        }
    }

    pub(super) fn jsonata(text: &str, location: &str) -> Result<Expression, Vec<Problem>> {
        let source = jsonata_source(text).unwrap_or(text).trim();
        let query = Query::compile(source).map_err(|problems| {
            let problems = problems.into_iter();
            let told = |(code, message)| Problem { location: location.into(), code, message };
            problems.map(told).collect::<Vec<Problem>>()
        })?;
        Ok(Expression {
            source: source.into(),
            location: location.into(),
            field: last_part(location).into(),
            form: Form::Jsonata(Box::new(query)),
        })
    }

    /// The expression as written; JSONata without `{%` and `%}`.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Slash path of its field inside the state.
    pub fn location(&self) -> &str {
        &self.location
    }

    pub(super) fn field(&self) -> &str {
        &self.field
    }

    /// The path, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match &self.form {
            Form::Path(path) => Some(path),
            Form::Intrinsic(_) | Form::Jsonata(_) => None,
        }
    }

    /// The intrinsic call, if it is one.
    pub fn intrinsic(&self) -> Option<&Intrinsic> {
        match &self.form {
            Form::Intrinsic(intrinsic) => Some(intrinsic),
            Form::Path(_) | Form::Jsonata(_) => None,
        }
    }

    /// What is wrong with a call that can be evaluated, but isn't taken in a new definition.
    pub(crate) fn bad_escape(&self) -> Option<Problem> {
        let is_bad = self.intrinsic().is_some_and(|intrinsic| !intrinsic.is_well_escaped());
        is_bad.then(|| Problem::not_a_path(&self.field, &self.location))
    }

    pub fn language(&self) -> QueryLanguage {
        match &self.form {
            Form::Path(_) | Form::Intrinsic(_) => QueryLanguage::JsonPath,
            Form::Jsonata(_) => QueryLanguage::Jsonata,
        }
    }

    /// The workflow variables that it reads, in the order of the text; names may repeat.
    pub fn variables(&self) -> Vec<&str> {
        match &self.form {
            Form::Path(path) => path.variable().into_iter().collect(),
            Form::Intrinsic(intrinsic) => {
                intrinsic.paths().into_iter().filter_map(Path::variable).collect()
            }
            Form::Jsonata(query) => query.variables(),
        }
    }

    /// The members of `$states` that a JSONata expression reads: `input`, `result`, `errorOutput`,
    /// `context`.
    pub fn states_members(&self) -> Vec<&str> {
        match &self.form {
            Form::Path(_) | Form::Intrinsic(_) => Vec::new(),
            Form::Jsonata(query) => query.states_members(),
        }
    }

    /// The value, as a payload template takes it: a path that names an item beyond the end of an
    /// array yields `null` (measured on AWS: floci-io/floci, `AslExecutorUnresolvableJsonPathTest`).
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, Fault> {
        match &self.form {
            Form::Jsonata(query) => query.evaluate(scope).map_err(|what| self.fault(what)),
            Form::Intrinsic(intrinsic) => intrinsic.evaluate(scope),
            Form::Path(path) => match read(path, scope)? {
                Ok(value) => Ok(value),
                Err(miss) if miss.kind == MissKind::BeyondEnd => Ok(Value::NULL),
                Err(miss) => Err(self.not_found(&miss, scope)),
            },
        }
    }

    /// The value of `InputPath` and `OutputPath`, which pass Jayway's message on.
    pub(super) fn select(&self, scope: &Scope<'_>) -> Result<Value, Fault> {
        let Form::Path(path) = &self.form else {
            return self.evaluate(scope);
        };
        read(path, scope)?.map_err(|miss| self.invalid_path(&miss))
    }

    /// The value, or why a path has none.
    pub(crate) fn look_up(&self, scope: &Scope<'_>) -> Result<Result<Value, Miss>, Fault> {
        match &self.form {
            Form::Path(path) => Ok(path.evaluate(scope)),
            Form::Intrinsic(_) | Form::Jsonata(_) => self.evaluate(scope).map(Ok),
        }
    }

    /// The value, which in JSONata must be of one kind.
    pub(crate) fn evaluate_as(&self, kind: Kind, scope: &Scope<'_>) -> Result<Value, Fault> {
        let value = self.evaluate(scope)?;
        if matches!(self.form, Form::Jsonata(_)) && value.kind() != kind {
            return Err(self.fault(format!(
                "returned an unexpected result type. Expected '{}', but was '{}' for value: {value}",
                kind.name(),
                value.kind().name()
            )));
        }
        Ok(value)
    }

    /// A JSONata expression's failure.
    fn fault(&self, what: String) -> Fault {
        let Expression { source, location, .. } = self;
        self.failed(format!(
            "The JSONata expression '{source}' specified for the field '{location}' {what}"
        ))
    }

    /// A failure in a cause of its own, by the name that the query language has for it.
    pub(super) fn failed(&self, cause: String) -> Fault {
        match &self.form {
            Form::Path(_) | Form::Intrinsic(_) => Fault::new(error_name::RUNTIME, cause),
            Form::Jsonata(_) => Fault {
                location: Some(self.location.clone()),
                ..Fault::new(error_name::QUERY_EVALUATION_ERROR, cause)
            },
        }
    }

    /// A path in a template, in `ErrorPath` or `CausePath` that has no value.
    pub(super) fn not_found(&self, miss: &Miss, scope: &Scope<'_>) -> Fault {
        if miss.kind == MissKind::Invalid {
            return self.invalid_path(miss);
        }
        let input = match self.path().map(Path::root) {
            Some(Root::Context) => (scope.context)(),
            Some(Root::Data | Root::Variable(_)) | None => scope.data.clone(),
        };
        let Expression { source, field, .. } = self;
        Fault::new(
            error_name::RUNTIME,
            format!(
                "The JSONPath '{source}' specified for the field '{field}' could not be found in the input '{input}'"
            ),
        )
    }

    fn invalid_path(&self, miss: &Miss) -> Fault {
        let cause = format!("Invalid path '{}' : {}", self.source, miss.message);
        Fault::new(error_name::RUNTIME, cause)
    }
}

/// AWS applies no path at all to `null`, not even `$`: reported with this sentence on Stack Overflow
/// ("AWS Step function parameters are not moving to the next step").
fn read(path: &Path, scope: &Scope<'_>) -> Result<Result<Value, Miss>, Fault> {
    if scope.data.is_null() && *path.root() == Root::Data {
        let cause = "Unable to apply Path transformation to null or empty input.";
        return Err(Fault::new(error_name::RUNTIME, cause));
    }
    Ok(path.evaluate(scope))
}

/// The field at the end of a location.
fn last_part(location: &str) -> &str {
    location.rsplit('/').next().unwrap_or(location)
}

/// What stands between `{%` and `%}`, if the whole text is that.
pub(super) fn jsonata_source(text: &str) -> Option<&str> {
    text.strip_prefix("{%")?.strip_suffix("%}")
}
