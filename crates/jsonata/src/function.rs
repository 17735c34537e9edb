//! Functions as values.

use std::rc::Rc;
use std::sync::Arc;

use crate::ast::{Lambda, Transform};
use crate::error::{Result, TOO_DEEP, bound};
use crate::frame::Frame;
use crate::functions::Builtin;
use crate::limits::{Charge, LEVELS_MAX};
use crate::regex::Regex;
use crate::value::Value;

pub(crate) enum Function {
    Builtin(&'static Builtin),
    Lambda(Closure),
    /// Some arguments are given, the others still open.
    Partial {
        function: Rc<Function>,
        arguments: Vec<Option<Value>>,
        links: u16,
    },
    /// One after the other.
    Chain {
        first: Rc<Function>,
        second: Rc<Function>,
        links: u16,
    },
    /// A regular expression, which takes a text and finds its first match.
    Matcher(Arc<Regex>),
    /// The `next` of a match.
    NextMatch {
        regex: Arc<Regex>,
        text: Arc<str>,
        from: usize,
    },
    Transform {
        code: Arc<Transform>,
        frame: Rc<Frame>,
        _charge: Charge,
    },
}

pub(crate) struct Closure {
    pub(crate) code: Arc<Lambda>,
    /// The context that the function was made in.
    pub(crate) input: Value,
    pub(crate) frame: Rc<Frame>,
    pub(crate) _charge: Charge,
}

impl Function {
    pub(crate) fn chain(first: &Rc<Function>, second: &Rc<Function>) -> Result<Function> {
        let links = links(first.links().max(second.links()))?;
        Ok(Function::Chain { first: first.clone(), second: second.clone(), links })
    }

    pub(crate) fn partial(
        function: &Rc<Function>,
        arguments: Vec<Option<Value>>,
    ) -> Result<Function> {
        let links = links(function.links())?;
        Ok(Function::Partial { function: function.clone(), arguments, links })
    }

    /// Functions that this one leads to, one behind the other.
    fn links(&self) -> u16 {
        match self {
            Function::Partial { links, .. } | Function::Chain { links, .. } => *links,
            _ => 0,
        }
    }

    /// How many arguments the function knows what to do with.
    pub(crate) fn arity(&self) -> usize {
        match self {
            Function::Builtin(builtin) => builtin.arity,
            Function::Lambda(closure) => closure.code.parameters.len(),
            Function::Partial { arguments, .. } => {
                arguments.iter().filter(|argument| argument.is_none()).count()
            }
            // As the reference implementation counts its closures.
            Function::Matcher(_) => 2,
            Function::Chain { .. } | Function::Transform { .. } => 1,
            Function::NextMatch { .. } => 0,
        }
    }
}

fn links(within: u16) -> Result<u16> {
    if within < LEVELS_MAX { Ok(within + 1) } else { Err(bound(TOO_DEEP)) }
}
