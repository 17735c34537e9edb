//! Mapping templates: VTL with `$context`, `$util` and `$extensions`.
//!
//! What a template renders is a JSON text: the request for a data source, or the value of a field. Both
//! versions of templates (`2017-02-28`, `2018-05-29`) are evaluated alike; where they differ is in when a
//! response template runs at all and where a data source's error goes, which is the room's business.

mod surroundings;

use base::{Entropy, Stop, Timestamp};
use json::Value;
use velocity::{Error, Heap, Limits, Program};

use crate::context::{Changes, Context};
use crate::outcome::{Effects, End, Failure, Outcome, SkipTo};

use surroundings::Surroundings;

/// What AppSync tells a response template's result is converted to.
pub const OBJECT: &str = "Object";

/// Bytes of a context that a moment is enough for.
const CONTEXT_BYTES_SHORT: usize = 128 << 10;

/// A mapping template, parsed once and evaluated as often as wanted.
#[derive(Debug)]
pub struct Template {
    program: Program,
    /// What the text tells if it is always the same.
    constant: Option<Value>,
}

/// What a template rendered, before it is read as JSON. EvaluateMappingTemplate shows this.
#[derive(Debug)]
pub struct Rendering {
    pub end: Rendered,
    /// What the template has changed of `$ctx`.
    pub changes: Changes,
    pub effects: Effects,
    /// What the text tells, where that is known without reading it.
    known: Option<Value>,
}

#[derive(Debug)]
pub enum Rendered {
    Text(String),
    /// By `#return`; the value of one without any is `null`.
    Returned(Value),
    Failed(Failure),
}

impl Template {
    /// # Errors
    /// The template can't be parsed; the failure has Velocity's words.
    pub fn parse(text: &str) -> Result<Template, Failure> {
        let program = Program::parse(text).map_err(|error| fault(&error))?;
        let constant = program.constant().and_then(|text| Value::parse(&text).ok());
        Ok(Template { program, constant })
    }

    /// Renders the template within what AppSync allows, unless it is told to stop.
    pub fn render(
        &self,
        context: &Context,
        now: Timestamp,
        entropy: Entropy,
        stop: &Stop,
    ) -> Rendering {
        self.attempt(context, now, entropy, (&Limits::AWS, stop)).rendering
    }

    fn attempt(
        &self,
        context: &Context,
        now: Timestamp,
        mut entropy: Entropy,
        (limits, stop): (&Limits, &Stop),
    ) -> Attempt {
        let mut heap = Heap::new(limits);
        let mut surroundings = Surroundings::new(context, now, &mut entropy);
        let evaluated = self.program.evaluate(&mut surroundings, &mut heap, limits, stop);
        let mut is_cut = matches!(evaluated, Err(Error::Limit(_)));
        let mut end = match evaluated {
            Ok(output) => match output.returned.map(|value| heap.export(&value)) {
                None => Rendered::Text(output.text),
                Some(Ok(value)) => Rendered::Returned(value),
                Some(Err(_)) => {
                    is_cut = true;
                    Rendered::Failed(too_large())
                }
            },
            Err(Error::Raised) => Rendered::Failed(surroundings.take_failure()),
            Err(error) => Rendered::Failed(fault(&error)),
        };
        let changes = surroundings.changes(&mut heap).unwrap_or_else(|_| {
            is_cut = true;
            end = Rendered::Failed(too_large());
            Changes::default()
        });
        let known = match &end {
            Rendered::Text(text) => self.constant.clone().or_else(|| surroundings.told_by(text)),
            Rendered::Returned(_) | Rendered::Failed(_) => None,
        };
        let effects = surroundings.into_effects();
        Attempt { rendering: Rendering { end, changes, effects, known }, is_cut }
    }

    /// Renders the template and reads the text as JSON. `target` is what AppSync says it would be converted
    /// to: [`OBJECT`] in a response template, the class of a request in a request template.
    pub fn evaluate(
        &self,
        context: &Context,
        target: &str,
        now: Timestamp,
        entropy: Entropy,
        stop: &Stop,
    ) -> Outcome {
        self.render(context, now, entropy, stop).read(target)
    }

    /// The same, if it takes a moment. If it doesn't, nothing has happened: evaluated anew, with the same entropy, it
    /// comes to what it would have come to here.
    pub fn evaluate_if_short(
        &self,
        context: &Context,
        target: &str,
        now: Timestamp,
        entropy: Entropy,
    ) -> Option<Outcome> {
        // What is looked into is taken apart whole.
        let mut left = CONTEXT_BYTES_SHORT;
        for (_, member) in context.members() {
            left -= member.text_len_within(left)?;
        }
        let limits = (&Limits::SHORT, &Stop::default());
        let Attempt { rendering, is_cut } = self.attempt(context, now, entropy, limits);
        (!is_cut).then(|| rendering.read(target))
    }
}

/// A rendering, and whether a bound has ended it.
struct Attempt {
    rendering: Rendering,
    is_cut: bool,
}

impl Rendering {
    fn read(self, target: &str) -> Outcome {
        let Rendering { end, changes, effects, known } = self;
        let end = match end {
            Rendered::Text(text) => match known.map_or_else(|| read(&text, target), Ok) {
                Ok(value) => End::Result(value),
                Err(failure) => End::Failed(failure),
            },
            Rendered::Returned(value) => {
                End::EarlyReturn { value: unwrapped(value), skip_to: SkipTo::Next }
            }
            Rendered::Failed(failure) => End::Failed(failure),
        };
        Outcome { end, changes, effects }
    }
}

fn fault(error: &Error) -> Failure {
    Failure::new(error.to_string(), Failure::MAPPING_TEMPLATE)
}

fn too_large() -> Failure {
    Failure::new("Transformation too large.", Failure::MAPPING_TEMPLATE)
}

/// `#return($util.toJson(…))` returns the value that the text tells; other texts are themselves.
fn unwrapped(value: Value) -> Value {
    value.as_str().and_then(|text| Value::parse(text).ok()).unwrap_or(value)
}

/// The messages are those that clients of AppSync have seen (reference/appsync §2.2).
fn read(text: &str, target: &str) -> Result<Value, Failure> {
    if text.trim().is_empty() {
        let message = "Template transformation yielded an empty response.";
        return Err(Failure::new(message, Failure::MAPPING_TEMPLATE));
    }
    Value::parse(text).map_err(|error| {
        let whole = &text[..text.floor_char_boundary(error.offset)];
        let message = if Value::parse(whole).is_ok() {
            "Trailing characters at the end of the JSON string are not allowed.".to_owned()
        } else {
            format!("Unable to convert {text} to {target}.")
        };
        Failure::new(message, Failure::MAPPING_TEMPLATE)
    })
}
