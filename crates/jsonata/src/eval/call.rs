//! Calls: of functions that are built in, lambdas, partial applications, and `~>`.

use std::rc::Rc;
use std::sync::Arc;

use crate::ast::{self, Call, Node, Partial, Symbol, Transform};
use crate::error::{Fault, Result, fault};
use crate::eval::{Evaluator, function_value};
use crate::frame::Frame;
use crate::function::{Closure, Function};
use crate::functions::{Arguments, Builtin};
use crate::regex::Regex;
use crate::value::{Kind, Value};

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
            && self.is_bound(symbol, frame)
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

    /// Whether a `$` before the name would have found something.
    fn is_bound(&mut self, symbol: Symbol, frame: &Frame) -> bool {
        let found = frame.lookup(symbol).unwrap_or_else(|| self.global(symbol));
        !found.is_undefined()
    }

    /// Calls the function, and what it calls in last place, one after the other; `context` stands in
    /// for arguments that may be left out.
    pub(crate) fn call(
        &mut self,
        function: &Rc<Function>,
        arguments: Vec<Value>,
        context: &Value,
    ) -> Result<Value> {
        let outer = std::mem::replace(&mut self.call_depth, self.depth);
        let mut called = self.call_once(function, arguments, context)?;
        let value = loop {
            self.meter.work(1)?;
            called = match called {
                Called::Returned(value) => break value,
                Called::Next(function, arguments) => {
                    self.call_once(&function, arguments, context)?
                }
                Called::Tail(tail) => self.call_tail(tail, context)?,
            };
        };
        self.call_depth = outer;
        Ok(value)
    }

    /// Calls a function that was handed over: no context stands in for what is left out, not even
    /// where missing arguments would do, for that it is `null`, as in the reference implementation.
    pub(crate) fn call_back(
        &mut self,
        function: &Rc<Function>,
        arguments: Vec<Value>,
    ) -> Result<Value> {
        self.call(function, arguments, &Value::Json(json::Value::NULL))
    }

    fn call_tail(&mut self, tail: TailCall, context: &Value) -> Result<Called> {
        let TailCall { function, arguments, position, name } = tail;
        let known = |fault: Box<Fault>| fault.or_at(position, name.as_deref());
        match function.as_function() {
            Some(function) => self.call_once(function, arguments, context).map_err(known),
            None => Err(known(fault("T1006"))),
        }
    }

    fn call_once(
        &mut self,
        function: &Function,
        arguments: Vec<Value>,
        context: &Value,
    ) -> Result<Called> {
        match function {
            Function::Builtin(builtin) => self.call_builtin(builtin, arguments, context),
            Function::Lambda(closure) => self.enter_closure(closure, arguments, context),
            Function::Partial { function, arguments: given, .. } => {
                Ok(Called::Next(function.clone(), filled(given, arguments)))
            }
            Function::Chain { first, second, .. } => {
                self.call_chain(first, second, arguments, context)
            }
            Function::Matcher(regex) => self.call_matcher(regex, &arguments),
            Function::NextMatch { regex, text, from } => {
                self.next_match(regex, text, *from).map(Called::Returned)
            }
            Function::Transform { code, frame, .. } => self.call_transform(code, frame, &arguments),
        }
    }

    fn call_builtin(
        &mut self,
        builtin: &'static Builtin,
        arguments: Vec<Value>,
        context: &Value,
    ) -> Result<Called> {
        let validated = builtin.signature.validate(arguments, context, &self.meter);
        let result = match validated {
            Ok(arguments) => (builtin.run)(self, &Arguments(arguments)),
            Err(fault) => Err(fault),
        };
        match result {
            Ok(value) => Ok(Called::Returned(value)),
            Err(fault) => Err(fault.token_or(builtin.name)),
        }
    }

    fn call_chain(
        &mut self,
        first: &Rc<Function>,
        second: &Rc<Function>,
        arguments: Vec<Value>,
        context: &Value,
    ) -> Result<Called> {
        self.enter()?;
        let value = self.call(first, arguments, context)?;
        self.depth -= 1;
        Ok(Called::Next(second.clone(), vec![value]))
    }

    fn call_matcher(&mut self, regex: &Arc<Regex>, arguments: &[Value]) -> Result<Called> {
        let text = arguments.first().and_then(Value::as_str).unwrap_or_default();
        let from = arguments.get(1).and_then(Value::as_f64).unwrap_or_default();
        self.first_match(regex, &text.into(), from as usize).map(Called::Returned)
    }

    fn call_transform(
        &mut self,
        code: &Transform,
        frame: &Rc<Frame>,
        arguments: &[Value],
    ) -> Result<Called> {
        let object = arguments.first().cloned().unwrap_or_default();
        if !matches!(object.kind(), Kind::Undefined | Kind::Array | Kind::Object) {
            return Err(fault("T0410").with("index", 1));
        }
        self.transform(code, &object, frame).map(Called::Returned)
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
            && self.is_bound(symbol, frame)
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
        if let ast::Kind::Call(call) = &right.kind {
            return self.call_node(call, right.position, input, frame, Some(value));
        }
        let function = self.eval(right, input, frame)?;
        let Some(function) = function.as_function() else {
            return Err(fault("T2006").at(position).value(&function));
        };
        if let Some(first) = value.as_function() {
            return Ok(function_value(Function::chain(first, function)?));
        }
        self.call_back(function, vec![value])
    }
}

/// The arguments of a partial application, with what was left open filled in.
fn filled(given: &[Option<Value>], arguments: Vec<Value>) -> Vec<Value> {
    let mut open = arguments.into_iter();
    let fill = |argument: &Option<Value>| match argument {
        Some(argument) => argument.clone(),
        None => open.next().unwrap_or_default(),
    };
    given.iter().map(fill).collect()
}

/// What came of a call.
enum Called {
    Returned(Value),
    /// Another function goes on, as part of this one.
    Next(Rc<Function>, Vec<Value>),
    Tail(TailCall),
}
