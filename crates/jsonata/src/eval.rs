//! Evaluation: one method a kind of node. Results are reference counted and belong to one evaluation;
//! the expression itself is shared between threads and never changes.

mod call;
mod construct;
mod operator;
mod path;
mod sort;
mod transform;
mod tuple;

use std::rc::Rc;
use std::sync::Arc;

use base::{Entropy, Timestamp};

use crate::ast::{Kind, Lambda, Node, Symbol, Transform};
use crate::error::{Result, TOO_DEEP, bound};
use crate::frame::{Captured, Frame};
use crate::function::{Closure, Function};
use crate::functions;
use crate::limits::{CLOSURE, Limits, Meter};
use crate::value::{self, Flags, List, Output, Value};
use crate::{Call, Outcome, Profile};

pub(crate) struct Evaluator<'a> {
    pub(crate) meter: Rc<Meter>,
    pub(crate) profile: Profile,
    pub(crate) now: Timestamp,
    pub(crate) entropy: &'a mut Entropy,
    bindings: &'a dyn Fn(&str) -> Option<json::Value>,
    names: &'a [Arc<str>],
    /// What the caller or the library binds, by symbol, once it was asked for.
    globals: Vec<Option<Value>>,
    /// `$$`
    root: Value,
    limits: Limits,
    depth: u32,
    /// The depth at which the function was called whose body is evaluated now.
    call_depth: u32,
    /// A call that is made once the function around it has returned.
    tail: Option<call::TailCall>,
    captured: Captured,
}

pub(crate) fn evaluate(
    node: &Node,
    names: &[Arc<str>],
    profile: Profile,
    call: &mut Call<'_>,
) -> Result<Outcome> {
    let meter = Meter::new(&call.limits);
    let outcome = evaluate_metered(node, names, profile, call, &meter);
    call.steps = call.limits.steps - meter.steps_left();
    debug_assert_eq!(Rc::strong_count(&meter), 1, "no value outlives its evaluation");
    outcome
}

fn evaluate_metered(
    node: &Node,
    names: &[Arc<str>],
    profile: Profile,
    call: &mut Call<'_>,
    meter: &Rc<Meter>,
) -> Result<Outcome> {
    let mut limits = call.limits;
    limits.depth = limits.depth.min(Limits::DEPTH_MAX);
    let input = wrapped(call.input.clone(), meter)?;
    let mut evaluator = Evaluator {
        meter: meter.clone(),
        profile,
        now: call.now,
        entropy: call.entropy,
        bindings: call.bindings,
        names,
        globals: vec![None; names.len()],
        root: unwrapped(&input),
        limits,
        depth: 0,
        call_depth: 0,
        tail: None,
        captured: Captured::default(),
    };
    let value = evaluator.eval(node, &input, &Frame::root())?;
    Output::new(profile, limits.memory).outcome(&value)
}

/// An input that is an array counts as one context, not as many.
fn wrapped(input: Option<json::Value>, meter: &Rc<Meter>) -> Result<Value> {
    let Some(input) = input else { return Ok(Value::Undefined) };
    if input.kind() != json::Kind::Array {
        return Ok(Value::Json(input));
    }
    let mut list = List::with_capacity(1, meter)?;
    list.push(Value::Json(input))?;
    Ok(list.finish(Flags { outer: true, ..Flags::SEQUENCE }))
}

impl Evaluator<'_> {
    pub(crate) fn eval(&mut self, node: &Node, input: &Value, frame: &Rc<Frame>) -> Result<Value> {
        self.enter()?;
        let mut value = self.kind(node, input, frame)?;
        if !node.predicates.is_empty() {
            for predicate in &node.predicates {
                value = self.filter(predicate, value, frame)?;
            }
        }
        if let Some(group) = &node.group
            && !matches!(node.kind, Kind::Path(_))
        {
            value = self.group(group, &value, frame)?;
        }
        self.depth -= 1;
        if node.keep_array
            && let Value::Array(array) = &value
            && array.flags().sequence
        {
            array.mark(|flags| flags.keep_singleton = true);
        }
        Ok(value.collapsed())
    }

    fn enter(&mut self) -> Result<()> {
        if self.limits.depth <= self.depth {
            return Err(bound(TOO_DEEP));
        }
        self.depth += 1;
        self.meter.work(1)
    }

    fn kind(&mut self, node: &Node, input: &Value, frame: &Rc<Frame>) -> Result<Value> {
        match &node.kind {
            Kind::Path(_) => self.path(node, input, frame),
            Kind::Name(name) => self.lookup(input, name),
            Kind::Literal(value) => Ok(Value::Json(value.clone())),
            Kind::Number(number) => Ok(Value::Number(*number)),
            Kind::Wildcard => self.wildcard(input),
            Kind::Descendant => self.descendants(input),
            Kind::Parent(symbol) => Ok(frame.lookup(*symbol).unwrap_or_default()),
            Kind::Context => Ok(unwrapped(input)),
            Kind::Root => Ok(self.root.clone()),
            Kind::Variable(symbol) => match frame.lookup(*symbol) {
                Some(value) => Ok(value),
                None => Ok(self.global(*symbol)),
            },
            Kind::Global(symbol) => Ok(self.global(*symbol)),
            Kind::Negate(operand) => self.negate(node, operand, input, frame),
            Kind::Binary { operator, left, right } => {
                self.binary(*operator, left, right, node.position, input, frame)
            }
            Kind::Array(items) => self.array(node, items, input, frame),
            Kind::Object(group) => self.group(group, input, frame),
            Kind::Block { parts, binds } => self.block(parts, *binds, input, frame),
            Kind::Bind { symbol, value } => self.bind(*symbol, value, input, frame),
            Kind::Condition { condition, then, otherwise } => {
                let then = if self.holds(condition, input, frame)? {
                    Some(then)
                } else {
                    otherwise.as_ref()
                };
                then.map_or(Ok(Value::Undefined), |node| self.eval(node, input, frame))
            }
            Kind::Regex(regex) => Ok(function_value(Function::Matcher(regex.clone()))),
            Kind::Call(call) => self.call_node(call, node.position, input, frame, None),
            Kind::Partial(partial) => self.partial(partial, node.position, input, frame),
            Kind::Lambda(code) => self.lambda(code, input, frame),
            Kind::Apply { left, right } => {
                self.apply_node(left, right, node.position, input, frame)
            }
            Kind::Transform(code) => self.transform_value(code, frame),
            Kind::Sort(terms) => self.sort(terms, node.position, input, frame),
        }
    }

    fn bind(
        &mut self,
        symbol: Symbol,
        value: &Node,
        input: &Value,
        frame: &Rc<Frame>,
    ) -> Result<Value> {
        let value = self.eval(value, input, frame)?;
        frame.bind(symbol, value.clone());
        Ok(value)
    }

    fn holds(&mut self, condition: &Node, input: &Value, frame: &Rc<Frame>) -> Result<bool> {
        functions::truthy(&self.eval(condition, input, frame)?)
    }

    fn lambda(&mut self, code: &Arc<Lambda>, input: &Value, frame: &Rc<Frame>) -> Result<Value> {
        self.captured.add(frame);
        Ok(function_value(Function::Lambda(Closure {
            code: code.clone(),
            input: input.clone(),
            frame: frame.clone(),
            _charge: self.meter.charge(CLOSURE)?,
        })))
    }

    fn transform_value(&mut self, code: &Arc<Transform>, frame: &Rc<Frame>) -> Result<Value> {
        self.captured.add(frame);
        Ok(function_value(Function::Transform {
            code: code.clone(),
            frame: frame.clone(),
            _charge: self.meter.charge(CLOSURE)?,
        }))
    }

    fn block(
        &mut self,
        parts: &[Node],
        binds: bool,
        input: &Value,
        frame: &Rc<Frame>,
    ) -> Result<Value> {
        let own;
        let frame = if binds {
            own = Frame::within(frame, Vec::new());
            &own
        } else {
            frame
        };
        let mut value = Value::Undefined;
        for part in parts {
            value = self.eval(part, input, frame)?;
        }
        Ok(value)
    }

    /// What the caller binds goes before what the library has.
    pub(crate) fn global(&mut self, symbol: Symbol) -> Value {
        let place = symbol.0 as usize;
        if let Some(known) = &self.globals[place] {
            return known.clone();
        }
        let name = &*self.names[place];
        let value = match (self.bindings)(name) {
            Some(value) => Value::Json(value),
            None => match functions::find(name, self.profile) {
                Some(builtin) => function_value(Function::Builtin(builtin)),
                None => Value::Undefined,
            },
        };
        self.globals[place] = Some(value.clone());
        value
    }

    pub(crate) fn equal(&self, left: &Value, right: &Value) -> Result<bool> {
        value::equal(left, right, &self.meter)
    }

    pub(crate) fn text(&self, text: impl Into<Arc<str>>) -> Result<Value> {
        Value::text(text, &self.meter)
    }

    pub(crate) fn list(&self) -> Result<List> {
        List::new(&self.meter)
    }
}

pub(crate) fn function_value(function: Function) -> Value {
    Value::Function(Rc::new(function))
}

/// The input as `$` shows it.
fn unwrapped(input: &Value) -> Value {
    match input {
        Value::Array(array) if array.flags().outer => array.get(0),
        _ => input.clone(),
    }
}
