//! The 18 intrinsic functions of JSONPath payload templates: `States.Format('{}', $.name)`.
//!
//! A call is parsed once ([`Intrinsic::parse`]) and evaluated against a scope. What is right or
//! wrong about a call without knowing its data (names, number of arguments, nesting) is settled in
//! parsing; the functions check the rest. Failures are `States.IntrinsicFailure`, except that an
//! argument's path without a value is `States.Runtime` (measured on AWS: floci-io/floci,
//! `AslExecutorIntrinsicMissingArgumentTest`, which has the sentences too). What follows "had the
//! following error" in the other failures isn't known from AWS; the words are ours.

mod arrays;
mod numbers;
mod parse;
mod texts;

use std::sync::Arc;

use json::{Kind, Value};

use crate::failure::{Fault, error_name};
use crate::path::{MissKind, Path, PathError, Root};
use crate::scope::{Budget, Scope};

/// How deep calls may nest in one field (developer guide, intrinsic functions).
pub const NESTING_MAX: usize = 10;

/// Of all arguments of one call together. Ours, not AWS's: as much as all variables of an execution.
const ARGUMENTS_BYTES_MAX: usize = 10 * 1024 * 1024;

/// A call of an intrinsic function, arguments and all.
#[derive(Debug)]
pub struct Intrinsic {
    /// As written: failures quote it, whichever call inside fails.
    text: Arc<str>,
    call: Call,
}

#[derive(Debug)]
struct Call {
    function: Function,
    arguments: Vec<Argument>,
}

#[derive(Debug)]
enum Argument {
    /// A text in quotes: as a value, and with its escapes, which `States.Format` needs.
    Text {
        value: Value,
        escaped: Arc<str>,
    },
    /// A number, `true`, `false` or `null`.
    Literal(Value),
    Path(Path),
    Call(Call),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    Format,
    StringToJson,
    JsonToString,
    Array,
    ArrayPartition,
    ArrayContains,
    ArrayRange,
    ArrayGetItem,
    ArrayLength,
    ArrayUnique,
    Base64Encode,
    Base64Decode,
    Hash,
    JsonMerge,
    MathRandom,
    MathAdd,
    StringSplit,
    Uuid,
}

impl Function {
    pub const ALL: [Function; 18] = [
        Function::Format,
        Function::StringToJson,
        Function::JsonToString,
        Function::Array,
        Function::ArrayPartition,
        Function::ArrayContains,
        Function::ArrayRange,
        Function::ArrayGetItem,
        Function::ArrayLength,
        Function::ArrayUnique,
        Function::Base64Encode,
        Function::Base64Decode,
        Function::Hash,
        Function::JsonMerge,
        Function::MathRandom,
        Function::MathAdd,
        Function::StringSplit,
        Function::Uuid,
    ];

    /// Its name behind `States.`.
    pub fn name(self) -> &'static str {
        match self {
            Function::Format => "Format",
            Function::StringToJson => "StringToJson",
            Function::JsonToString => "JsonToString",
            Function::Array => "Array",
            Function::ArrayPartition => "ArrayPartition",
            Function::ArrayContains => "ArrayContains",
            Function::ArrayRange => "ArrayRange",
            Function::ArrayGetItem => "ArrayGetItem",
            Function::ArrayLength => "ArrayLength",
            Function::ArrayUnique => "ArrayUnique",
            Function::Base64Encode => "Base64Encode",
            Function::Base64Decode => "Base64Decode",
            Function::Hash => "Hash",
            Function::JsonMerge => "JsonMerge",
            Function::MathRandom => "MathRandom",
            Function::MathAdd => "MathAdd",
            Function::StringSplit => "StringSplit",
            Function::Uuid => "UUID",
        }
    }

    /// How many arguments it takes, at least and at most.
    fn arity(self) -> (usize, usize) {
        match self {
            Function::Uuid => (0, 0),
            Function::Array => (0, usize::MAX),
            Function::Format => (1, usize::MAX),
            Function::StringToJson
            | Function::JsonToString
            | Function::ArrayLength
            | Function::ArrayUnique
            | Function::Base64Encode
            | Function::Base64Decode => (1, 1),
            Function::ArrayPartition
            | Function::ArrayContains
            | Function::ArrayGetItem
            | Function::Hash
            | Function::MathAdd
            | Function::StringSplit => (2, 2),
            Function::ArrayRange | Function::JsonMerge => (3, 3),
            Function::MathRandom => (2, 3),
        }
    }
}

impl Intrinsic {
    pub fn parse(text: &str) -> Result<Intrinsic, PathError> {
        Ok(Intrinsic { text: text.into(), call: parse::call(text)? })
    }

    /// The call as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The outermost function.
    pub fn function(&self) -> Function {
        self.call.function
    }

    /// The paths among its arguments, at any depth.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        self.call.add_paths(&mut paths);
        paths
    }

    /// Whether no backslash in quotes stands before what it can't: JSON in quotes can't have escapes
    /// of its own. AWS takes no such call (reported: aws/aws-cdk#27304).
    pub fn is_well_escaped(&self) -> bool {
        self.call.is_well_escaped()
    }

    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, Fault> {
        self.call.evaluate(scope).map_err(|problem| {
            let (error, what) = match problem {
                Problem::Failed(what) => (error_name::INTRINSIC_FAILURE, what),
                Problem::NotFound(what) => (error_name::RUNTIME, what),
            };
            let text = &self.text;
            Fault::new(error, format!("The function '{text}' had the following error: {what}"))
        })
    }
}

/// Why a call has no value.
#[derive(Debug)]
enum Problem {
    /// `States.IntrinsicFailure`.
    Failed(String),
    /// `States.Runtime`.
    NotFound(String),
}

impl From<String> for Problem {
    fn from(what: String) -> Self {
        Problem::Failed(what)
    }
}

impl Call {
    fn add_paths<'a>(&'a self, paths: &mut Vec<&'a Path>) {
        for argument in &self.arguments {
            match argument {
                Argument::Path(path) => paths.push(path),
                Argument::Call(call) => call.add_paths(paths),
                Argument::Text { .. } | Argument::Literal(_) => {}
            }
        }
    }

    fn is_well_escaped(&self) -> bool {
        self.arguments.iter().all(|argument| match argument {
            Argument::Text { escaped, .. } => {
                let mut characters = escaped.chars();
                std::iter::from_fn(|| characters.find(|c| *c == '\\').and(characters.next()))
                    .all(parse::is_escapable)
            }
            Argument::Call(call) => call.is_well_escaped(),
            Argument::Path(_) | Argument::Literal(_) => true,
        })
    }

    fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, Problem> {
        let values = self.arguments.iter().map(|argument| argument.evaluate(scope));
        let values = Arguments(values.collect::<Result<Vec<Value>, Problem>>()?);
        self.count(values.check_length()?, scope.budget)?;
        let result = match self.function {
            Function::Format => {
                let template = match self.arguments.first() {
                    Some(Argument::Text { escaped, .. }) => escaped,
                    _ => values.text(0)?,
                };
                texts::format(template, &values.0[1..])
            }
            Function::StringToJson => texts::string_to_json(&values),
            Function::JsonToString => Ok(values.get(0).to_string().into()),
            Function::StringSplit => texts::string_split(&values),
            Function::Base64Encode => texts::base64_encode(&values),
            Function::Base64Decode => texts::base64_decode(&values),
            Function::Hash => texts::hash(&values),
            Function::Uuid => Ok(scope.entropy.borrow_mut().uuid().into()),
            Function::JsonMerge => texts::json_merge(&values),
            Function::Array => Ok(values.0.into()),
            Function::ArrayPartition => arrays::partition(&values),
            Function::ArrayContains => arrays::contains(&values),
            Function::ArrayRange => arrays::range(&values),
            Function::ArrayGetItem => arrays::get_item(&values),
            Function::ArrayLength => Ok((values.array(0)?.len() as i64).into()),
            Function::ArrayUnique => arrays::unique(&values),
            Function::MathAdd => numbers::add(&values),
            Function::MathRandom => numbers::random(&values, scope.entropy),
        };
        result.map_err(Problem::Failed)
    }
}

impl Call {
    /// Before any is worked through.
    fn count(&self, argument_bytes: usize, budget: &Budget) -> Result<(), String> {
        let bytes_a_step = match self.function {
            // It compares each item with others.
            Function::ArrayUnique => 1,
            _ => 16,
        };
        budget.spend((argument_bytes / bytes_a_step) as u64 + 1);
        if budget.is_spent() {
            return Err("The arguments are more than can be worked through".to_owned());
        }
        Ok(())
    }
}

impl Argument {
    fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, Problem> {
        match self {
            Argument::Text { value, .. } | Argument::Literal(value) => Ok(value.clone()),
            Argument::Call(call) => call.evaluate(scope),
            Argument::Path(path) => path.evaluate(scope).map_err(|miss| {
                if matches!(miss.kind, MissKind::NotArray | MissKind::Invalid) {
                    return Problem::NotFound(miss.message);
                }
                // AWS shows a path into the context object as one into the input.
                let shown = match path.root() {
                    Root::Context => &path.text()[1..],
                    Root::Data | Root::Variable(_) => path.text(),
                };
                Problem::NotFound(format!(
                    "The JsonPath argument for the field '{shown}' could not be found in the input '{}'",
                    scope.data
                ))
            }),
        }
    }
}

/// The values of a call's arguments, read by type.
struct Arguments(Vec<Value>);

impl Arguments {
    /// Before any is written out: a call can name one payload tens of thousands of times.
    fn check_length(&self) -> Result<usize, String> {
        let left = self.0.iter().try_fold(ARGUMENTS_BYTES_MAX, |left, value| {
            left.checked_sub(value.text_len_within(left)?)
        });
        match left {
            Some(left) => Ok(ARGUMENTS_BYTES_MAX - left),
            None => Err(format!("The arguments are longer than {ARGUMENTS_BYTES_MAX} bytes")),
        }
    }

    /// There are as many as [`Function::arity`] says.
    fn get(&self, place: usize) -> &Value {
        &self.0[place]
    }

    fn array(&self, place: usize) -> Result<&Value, String> {
        let value = self.get(place);
        if value.kind() == Kind::Array { Ok(value) } else { Err(self.wrong(place, "an array")) }
    }

    fn object(&self, place: usize) -> Result<&Value, String> {
        let value = self.get(place);
        if value.kind() == Kind::Object { Ok(value) } else { Err(self.wrong(place, "an object")) }
    }

    fn text(&self, place: usize) -> Result<&str, String> {
        self.get(place).as_str().ok_or_else(|| self.wrong(place, "a string"))
    }

    /// A number, rounded to an integer as AWS does.
    fn integer(&self, place: usize) -> Result<i64, String> {
        let number = self.get(place).as_f64().ok_or_else(|| self.wrong(place, "a number"))?;
        Ok(crate::java::round(number))
    }

    fn wrong(&self, place: usize, wanted: &str) -> String {
        let kind = self.get(place).kind().name();
        format!("Argument {} must be {wanted}, but was {kind}", place + 1)
    }
}
