//! Calls: of functions that are built in, lambdas, partial applications, and `~>`.

use std::rc::Rc;
use std::sync::Arc;

use crate::ast::{Call, Kind, Node, Partial};
use crate::error::{Fault, Result, TOO_DEEP, bound, fault};
use crate::eval::{Evaluator, function_value};
use crate::frame::Frame;
use crate::function::{Closure, Function};
use crate::functions::Arguments;
use crate::value::Value;

/// The last thing that the body of a function does, when that is to call another one.
pub(super) struct TailCall {
    function: Value,
    arguments: Vec<Value>,
    position: u32,
    name: Option<Arc<str>>,
}

impl Evaluator<'_> {
    pub(super) fn call_node(
        &mut self,
        call: &Call,
        position: u32,
        input: &Value,
        frame: &Rc<Frame>,
        applied: Option<Value>,
    ) -> Result<Value> {
        // A tail call is made at the depth from which the function around it was called.
        let depth = self.depth;
        if call.tail {
            self.depth = self.call_depth;
        }
        let function = self.eval(&call.procedure, input, frame)?;
        if let (Value::Undefined, Some(symbol)) = (&function, call.bare)
            && !self.global(symbol).is_undefined()
        {
            let name = call.name.as_deref().unwrap_or_default();
            return Err(fault("T1005").at(position).token(name).with("name", name));
        }
        let mut arguments = Vec::with_capacity(call.arguments.len() + 1);
        arguments.extend(applied);
        for argument in &call.arguments {
            arguments.push(self.eval(argument, input, frame)?);
        }
        if call.tail {
            self.depth = depth;
            let name = call.name.clone();
            self.tail = Some(TailCall { function, arguments, position, name });
            return Ok(Value::Undefined);
        }
        let known = |fault: Box<Fault>| fault.or_at(position, call.name.as_deref());
        let Some(function) = function.as_function() else {
            return Err(known(fault("T1006")));
        };
        self.call(function, arguments, input).map_err(known)
    }

    /// Calls the function; `context` stands in for arguments that may be left out.
    pub(crate) fn call(
        &mut self,
        function: &Rc<Function>,
        arguments: Vec<Value>,
        context: &Value,
    ) -> Result<Value> {
        let outer = std::mem::replace(&mut self.call_depth, self.depth);
        let value = self.call_all(function.clone(), arguments, context);
        self.call_depth = outer;
        value
    }

    /// Calls the function and what it calls in last place, one after the other.
    fn call_all(
        &mut self,
        mut function: Rc<Function>,
        mut arguments: Vec<Value>,
        context: &Value,
    ) -> Result<Value> {
        // Where the function that is called now was called from, if that was a tail call.
        let mut called: Option<(u32, Option<Arc<str>>)> = None;
        loop {
            self.meter.work(1)?;
            let step = self.call_once(&function, arguments, context);
            match step.map_err(|fault| match &called {
                Some((position, name)) => fault.or_at(*position, name.as_deref()),
                None => fault,
            })? {
                Called::Returned(value) => return Ok(value),
                Called::Next(next, given) => (function, arguments) = (next, given),
                Called::Tail(tail) => {
                    let TailCall { function: next, arguments: given, position, name } = tail;
                    let Some(next) = next.as_function() else {
                        return Err(fault("T1006").or_at(position, name.as_deref()));
                    };
                    (function, arguments) = (next.clone(), given);
                    called = Some((position, name));
                }
            }
        }
    }

    fn call_once(
        &mut self,
        function: &Function,
        arguments: Vec<Value>,
        context: &Value,
    ) -> Result<Called> {
        match function {
            Function::Builtin(builtin) => {
                let token = |fault: Box<Fault>| fault.token_or(builtin.name);
                let signature = &builtin.signature;
                let arguments =
                    signature.validate(arguments, context, &self.meter).map_err(token)?;
                let arguments = Arguments(arguments);
                (builtin.run)(self, &arguments).map(Called::Returned).map_err(token)
            }
            Function::Lambda(closure) => self.enter_closure(closure, arguments, context),
            Function::Partial { function, arguments: given, .. } => {
                let mut open = arguments.into_iter();
                let fill = |argument: &Option<Value>| match argument {
                    Some(argument) => argument.clone(),
                    None => open.next().unwrap_or_default(),
                };
                Ok(Called::Next(function.clone(), given.iter().map(fill).collect()))
            }
            Function::Chain { first, second, .. } => {
                if self.limits.depth <= self.depth {
                    return Err(bound(TOO_DEEP));
                }
                self.depth += 1;
                let value = self.call(first, arguments, context)?;
                self.depth -= 1;
                Ok(Called::Next(second.clone(), vec![value]))
            }
            Function::Matcher(regex) => {
                let text = arguments.first().and_then(Value::as_str).unwrap_or_default();
                let from = arguments.get(1).and_then(Value::as_f64).unwrap_or_default();
                self.first_match(regex, &text.into(), from as usize).map(Called::Returned)
            }
            Function::NextMatch { regex, text, from } => {
                self.next_match(regex, text, *from).map(Called::Returned)
            }
            Function::Transform { code, frame, .. } => {
                let object = arguments.into_iter().next().unwrap_or_default();
                let fits = object.is_undefined() || object.is_array() || object.fields().is_some();
                if !fits {
                    return Err(fault("T0410").with("index", 1));
                }
                self.transform(code, &object, frame).map(Called::Returned)
            }
        }
    }

    fn enter_closure(
        &mut self,
        closure: &Closure,
        arguments: Vec<Value>,
        context: &Value,
    ) -> Result<Called> {
        let code = &closure.code;
        let arguments = match &code.signature {
            Some(signature) => signature.validate(arguments, context, &self.meter)?,
            None => arguments,
        };
        let mut arguments = arguments.into_iter();
        let bound = code.parameters.iter();
        let bound = bound.map(|symbol| (*symbol, arguments.next().unwrap_or_default())).collect();
        let frame = Frame::within(&closure.frame, bound);
        let value = self.eval(&code.body, &closure.input, &frame)?;
        Ok(match self.tail.take() {
            Some(tail) => Called::Tail(tail),
            None => Called::Returned(value),
        })
    }

    pub(super) fn partial(
        &mut self,
        partial: &Partial,
        position: u32,
        input: &Value,
        frame: &Rc<Frame>,
    ) -> Result<Value> {
        let mut arguments = Vec::with_capacity(partial.arguments.len());
        for argument in &partial.arguments {
            arguments.push(match argument {
                Some(argument) => Some(self.eval(argument, input, frame)?),
                None => None,
            });
        }
        let function = self.eval(&partial.procedure, input, frame)?;
        let name = partial.name.as_deref();
        if let (Value::Undefined, Some(symbol)) = (&function, partial.bare)
            && !self.global(symbol).is_undefined()
        {
            let name = name.unwrap_or_default();
            return Err(fault("T1007").at(position).token(name).with("name", name));
        }
        let Some(function) = function.as_function() else {
            return Err(fault("T1008").or_at(position, name));
        };
        Ok(function_value(Function::partial(function, arguments)?))
    }

    /// `left ~> right`
    pub(super) fn apply_node(
        &mut self,
        left: &Node,
        right: &Node,
        position: u32,
        input: &Value,
        frame: &Rc<Frame>,
    ) -> Result<Value> {
        let value = self.eval(left, input, frame)?;
        if let Kind::Call(call) = &right.kind {
            return self.call_node(call, right.position, input, frame, Some(value));
        }
        let function = self.eval(right, input, frame)?;
        let Some(function) = function.as_function() else {
            return Err(fault("T2006").at(position).value(&function));
        };
        if let Some(first) = value.as_function() {
            return Ok(function_value(Function::chain(first, function)?));
        }
        self.call(function, vec![value], &Value::Undefined)
    }
}

/// What came of a call.
enum Called {
    Returned(Value),
    /// Another function goes on, as part of this one.
    Next(Rc<Function>, Vec<Value>),
    Tail(TailCall),
}
