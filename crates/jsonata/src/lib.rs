//! JSONata 2.0.6, as Step Functions runs it, over [`json::Value`].
//!
//! An [`Expression`] is compiled once, may be shared between threads, and is evaluated as often as wanted.
//! Evaluation is pure and bounded: time and randomness come in with the [`Call`], and [`Limits`] count
//! steps, nesting and memory, so that the same call always ends in the same way and never overflows the stack.
//!
//! It isn't a data model (that is `json`), and it knows nothing of states: who binds `$states`,
//! and which fields hold expressions, is the business of `asl` and `engine`.
//!
//! Two profiles: [`Profile::Plain`] is the language as published, judged by its own test suite;
//! [`Profile::StepFunctions`] is AWS's dialect: without `$eval`, with `$partition`, `$range`, `$hash`,
//! `$random(seed)`, `$uuid` and `$parse`, and without a context at the top level ([`References::refused`]).
//!
//! Start at [`Expression`]; then `parser` → `shape` → `eval`, with `functions` beside them.

mod ast;
mod datetime;
mod error;
mod eval;
mod frame;
mod function;
mod functions;
mod integer_format;
mod lexer;
mod limits;
mod number_format;
mod parser;
mod references;
mod regex;
mod shape;
mod signature;
mod value;

use std::sync::Arc;

use base::{Entropy, Timestamp};

pub use error::Error;
pub use limits::Limits;
pub use references::References;

/// Which dialect an expression is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// The language as published.
    Plain,
    /// What AWS Step Functions makes of it.
    StepFunctions,
}

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    source: Arc<str>,
    profile: Profile,
    node: ast::Node,
    names: Vec<Arc<str>>,
    references: References,
}

/// What one evaluation works on.
pub struct Call<'a> {
    /// The context at the top level, which Step Functions doesn't have.
    pub input: Option<json::Value>,
    /// The values of variables, asked for at most once each: `states` and what workflows assign.
    pub bindings: &'a dyn Fn(&str) -> Option<json::Value>,
    /// What `$now()` and `$millis()` tell, all through the evaluation.
    pub now: Timestamp,
    pub entropy: &'a mut Entropy,
    pub limits: Limits,
    /// The steps that the evaluation took, once it has come to its end: all of them if they didn't suffice.
    pub steps: u64,
}

/// What an evaluation came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Nothing, which isn't `null`.
    Undefined,
    Value(json::Value),
    /// Something that JSON can't hold, by its name: a `function`.
    Unsupported(&'static str),
}

impl Expression {
    /// # Errors
    /// The first mistake in the text, in the words of the reference implementation.
    pub fn compile(source: &str, profile: Profile) -> Result<Expression, Error> {
        let shaped =
            parser::parse(source).and_then(shape::shape).map_err(|fault| fault.into_error())?;
        let references = References::of(&shaped, profile);
        let shape::Shaped { node, names } = shaped;
        Ok(Expression { source: source.into(), profile, node, names, references })
    }

    /// The text it was compiled from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What the expression refers to that it doesn't bind itself.
    pub fn references(&self) -> &References {
        &self.references
    }

    /// # Errors
    /// What the expression threw, or the bound that it reached.
    pub fn evaluate(&self, call: &mut Call<'_>) -> Result<Outcome, Error> {
        eval::evaluate(&self.node, &self.names, self.profile, call)
            .map_err(|fault| fault.into_error())
    }
}
