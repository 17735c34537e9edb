use json::Value;

use crate::context::Changes;

/// What one run of a resolver's code came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub end: End,
    /// What the code has changed of its `ctx`.
    pub changes: Changes,
    pub effects: Effects,
}

impl Outcome {
    /// The code has failed before it did anything.
    pub fn failed(failure: Failure) -> Self {
        let (changes, effects) = (Changes::default(), Effects::default());
        Outcome { end: End::Failed(failure), changes, effects }
    }
}

/// How the code ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// It ran through: the request for the data source, or the value of the field.
    Result(Value),
    /// `#return(value)` or `runtime.earlyReturn(value, options)`: no data source is asked.
    EarlyReturn { value: Value, skip_to: SkipTo },
    /// `util.error` and its kin, or a fault of the code.
    Failed(Failure),
}

/// Where a pipeline goes on after an early return.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SkipTo {
    /// The next function.
    Next,
    /// The response handler of the resolver.
    #[default]
    End,
}

/// An error as the client sees it in `errors`, without path and locations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Failure {
    pub message: String,
    /// `errorType`; `null` for the client if there is none.
    pub error_type: Option<String>,
    /// Shown through the selection set of the field.
    pub data: Value,
    /// Shown as it is.
    pub error_info: Value,
}

impl Failure {
    /// The `errorType` of `util.unauthorized()`.
    pub const UNAUTHORIZED: &'static str = "Unauthorized";
    /// The `errorType` of templates that can't be read or whose output isn't what was wanted.
    pub const MAPPING_TEMPLATE: &'static str = "MappingTemplate";
    /// The `errorType` of faults of JavaScript code.
    pub const CODE: &'static str = "Code";
    /// The `errorType` of `util.validate` where none is given.
    pub const CUSTOM_TEMPLATE: &'static str = "CustomTemplateException";

    pub fn new(message: impl Into<String>, error_type: impl Into<String>) -> Self {
        let error_type = Some(error_type.into());
        Failure { message: message.into(), error_type, data: Value::NULL, error_info: Value::NULL }
    }

    /// A function couldn't do what it was asked. The type is that of templates; JavaScript shows
    /// [`Failure::CODE`] instead.
    pub fn fault(message: impl Into<String>) -> Self {
        Failure::new(message, Failure::MAPPING_TEMPLATE)
    }

    /// What `util.unauthorized()` ends with. EvaluateCode shows this message; an API tells
    /// `Not Authorized to access <field> on type <type>` instead.
    pub fn unauthorized() -> Self {
        Failure::new("Unauthorized", Failure::UNAUTHORIZED)
    }

    /// As `ctx.outErrors` has it.
    pub fn to_json(&self) -> Value {
        Value::object([
            ("message", Value::from(self.message.as_str())),
            ("errorType", self.error_type.as_deref().map(Value::from).unwrap_or_default()),
            ("data", self.data.clone()),
            ("errorInfo", self.error_info.clone()),
        ])
    }

    pub fn is_unauthorized(&self) -> bool {
        self.error_type.as_deref() == Some(Failure::UNAUTHORIZED)
    }
}

/// What the code did besides its result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects {
    /// `util.appendError`, in order.
    pub errors: Vec<Failure>,
    pub logs: Vec<LogLine>,
    /// `util.http.addResponseHeader(s)`: one entry a name, the last value wins.
    pub response_headers: Vec<(String, String)>,
    /// `extensions.setSubscriptionFilter`.
    pub subscription_filter: Option<Value>,
    /// `extensions.setSubscriptionInvalidationFilter`.
    pub invalidation_filter: Option<Value>,
    /// `extensions.invalidateSubscriptions`: `{subscriptionField, payload}` each.
    pub invalidations: Vec<Value>,
    /// `extensions.evictFromApiCache`.
    pub evictions: Vec<CacheEviction>,
}

/// One call of `extensions.evictFromApiCache(type, field, keys)`.
#[derive(Clone, Debug, PartialEq)]
pub struct CacheEviction {
    pub type_name: String,
    pub field_name: String,
    /// By caching key (`context.arguments.id`), its value; `null` evicts every entry of the field.
    pub keys: Value,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    pub level: LogLevel,
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    Debug,
    Info,
    Error,
}

impl LogLevel {
    /// As EvaluateCode's `logs` and CloudWatch write it.
    pub fn name(self) -> &'static str {
        match self {
            LogLevel::Debug => "DEBUG",
            LogLevel::Info => "INFO",
            LogLevel::Error => "ERROR",
        }
    }
}

/// AppSync's rules for headers that resolvers set.
pub mod response_header {
    use super::Effects;

    /// Bytes of all names and values together.
    pub const BYTES_MAX: usize = 4096;

    const RESERVED_PREFIXES: [&str; 3] = ["x-amzn-", "x-amz-", "access-control-"];

    /// What the answer has by itself: code that hands on the headers of a data source would cut it or make it unreadable.
    const RESERVED: [&str; 11] = [
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "date",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    ];

    /// Sets a header; what AWS reserves ("header names can't match any of the existing or restricted" ones, say the types
    /// of `@aws-appsync/utils`), or what no longer fits, is left out.
    pub(crate) fn set(effects: &mut Effects, name: &str, value: &str) {
        let lower = name.to_ascii_lowercase();
        let is_reserved = RESERVED.contains(&&*lower)
            || RESERVED_PREFIXES.iter().any(|prefix| lower.starts_with(prefix));
        if name.is_empty() || is_reserved {
            return;
        }
        let headers = &mut effects.response_headers;
        let same = |known: &str| known.eq_ignore_ascii_case(name);
        let others = headers.iter().filter(|(known, _)| !same(known));
        let held: usize = others.map(|(known, value)| known.len() + value.len()).sum();
        if BYTES_MAX < held + name.len() + value.len() {
            return;
        }
        headers.retain(|(known, _)| !same(known));
        headers.push((name.to_owned(), value.to_owned()));
    }
}
