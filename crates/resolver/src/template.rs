//! Mapping templates: VTL with `$context`, `$util` and `$extensions`.
//!
//! What a template renders is a JSON text: the request for a data source, or the value of a field. Both
//! versions of templates (`2017-02-28`, `2018-05-29`) are evaluated alike; where they differ is in when a
//! response template runs at all and where a data source's error goes, which is the room's business.

mod surroundings;

use base::{Entropy, Timestamp};
use json::Value;
use velocity::{Error, Heap, Limits, Program};

use crate::context::Context;
use crate::outcome::{Effects, End, Failure, Outcome, SkipTo};

use surroundings::Surroundings;

/// What AppSync tells a response template's result is converted to.
pub const OBJECT: &str = "Object";

/// A mapping template, parsed once and evaluated as often as wanted.
#[derive(Debug)]
pub struct Template(Program);

/// What a template rendered, before it is read as JSON. EvaluateMappingTemplate shows this.
#[derive(Debug)]
pub struct Rendering {
    pub end: Rendered,
    /// `ctx.stash` as the template left it.
    pub stash: Value,
    pub effects: Effects,
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
        Program::parse(text).map(Template).map_err(|error| fault(&error))
    }

    pub fn render(&self, context: &Context, now: Timestamp, entropy: &mut Entropy) -> Rendering {
        let limits = Limits::AWS;
        let mut heap = Heap::new(limits.bytes);
        let mut surroundings = Surroundings::new(context, now, entropy);
        let evaluated = self.0.evaluate(&mut surroundings, &mut heap, &limits);
        let mut end = match evaluated {
            Ok(output) => match output.returned {
                None => Rendered::Text(output.text),
                Some(value) => match heap.export(&value) {
                    Ok(value) => Rendered::Returned(value),
                    Err(_) => Rendered::Failed(too_large()),
                },
            },
            Err(Error::Raised) => Rendered::Failed(surroundings.take_failure()),
            Err(error) => Rendered::Failed(fault(&error)),
        };
        let stash = surroundings.stash(&mut heap).unwrap_or_else(|_| {
            end = Rendered::Failed(too_large());
            context.stash.clone()
        });
        Rendering { end, stash, effects: surroundings.into_effects() }
    }

    /// Renders the template and reads the text as JSON. `target` is what AppSync says it would be converted
    /// to: [`OBJECT`] in a response template, the class of a request in a request template.
    pub fn evaluate(
        &self,
        context: &Context,
        target: &str,
        now: Timestamp,
        entropy: &mut Entropy,
    ) -> Outcome {
        let Rendering { end, stash, effects } = self.render(context, now, entropy);
        let end = match end {
            Rendered::Text(text) => match read(&text, target) {
                Ok(value) => End::Result(value),
                Err(failure) => End::Failed(failure),
            },
            Rendered::Returned(value) => {
                End::EarlyReturn { value: unwrapped(value), skip_to: SkipTo::Next }
            }
            Rendered::Failed(failure) => End::Failed(failure),
        };
        Outcome { end, stash, effects }
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
