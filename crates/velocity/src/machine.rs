//! Runs a [`Program`].

mod expression;
mod reference;

use base::Stop;

use crate::error::{Error, Fault, STOPPED, TOO_LARGE, TOO_MANY_STEPS};
use crate::host::Host;
use crate::limits::Limits;
use crate::parser::line_and_column;
use crate::program::{Block, Expression, Node, Program, Slot};
use crate::value::{Heap, Value};

/// What an evaluation came to.
#[derive(Debug)]
pub struct Output {
    /// What was rendered.
    pub text: String,
    /// The value of the `#return` that ended it; `null` for one without a value.
    pub returned: Option<Value>,
}

impl Program {
    /// Evaluates the template; its values stay in `heap`.
    ///
    /// # Errors
    /// A method threw, a bound was reached, the host ended the evaluation, or it was told to stop.
    pub fn evaluate(
        &self,
        host: &mut dyn Host,
        heap: &mut Heap,
        limits: &Limits,
        stop: &Stop,
    ) -> Result<Output, Error> {
        let variables = self.names.iter().map(|name| host.variable(heap, name)).collect();
        let slot = |name: &str| self.names.iter().position(|known| &**known == name);
        let mut machine = Machine {
            program: self,
            host,
            heap,
            limits,
            stop,
            variables,
            loops: Vec::new(),
            loop_slot: slot("foreach"),
            count_slot: slot("velocityCount"),
            out: String::new(),
            steps_left: limits.steps,
        };
        let flow = machine.block(&self.body)?;
        let returned = match flow {
            Flow::Return(value) => Some(value),
            Flow::Next | Flow::Break | Flow::Stop => None,
        };
        Ok(Output { text: machine.out, returned })
    }
}

struct Machine<'a> {
    program: &'a Program,
    host: &'a mut dyn Host,
    heap: &'a mut Heap,
    limits: &'a Limits,
    stop: &'a Stop,
    variables: Vec<Value>,
    loops: Vec<Loop>,
    /// The variables that a `#foreach` sets, if the template uses them.
    loop_slot: Option<usize>,
    count_slot: Option<usize>,
    out: String,
    steps_left: u64,
}

/// A `#foreach` that runs.
struct Loop {
    index: usize,
    has_next: bool,
}

/// How a block ended.
enum Flow {
    Next,
    Break,
    Stop,
    Return(Value),
}

impl Machine<'_> {
    fn step(&mut self) -> Result<(), Error> {
        self.steps_left = self.steps_left.checked_sub(1).ok_or(Error::Limit(TOO_MANY_STEPS))?;
        match self.stop.is_asked() {
            true => Err(Error::Limit(STOPPED)),
            false => Ok(()),
        }
    }

    /// The error for a fault that has no place of its own.
    fn unplaced(fault: Fault) -> Error {
        match fault {
            Fault::Thrown(exception) => Error::Invocation(exception),
            Fault::Limit(text) => Error::Limit(text),
            Fault::Raised => Error::Raised,
        }
    }

    /// The same where a method threw; `attempt` says what was tried.
    fn placed(&self, fault: Fault, offset: usize, attempt: impl Fn(&str) -> String) -> Error {
        let Fault::Thrown(exception) = fault else { return Self::unplaced(fault) };
        let (line, column) = line_and_column(&self.program.source, offset);
        let attempt = attempt(&exception);
        Error::Invocation(format!("{attempt} at velocity[line {line}, column {column}]"))
    }

    fn block(&mut self, block: &Block) -> Result<Flow, Error> {
        for node in block {
            self.step()?;
            match node {
                Node::Text(text) => self.out.push_str(text),
                Node::Reference(reference) => self.render(reference)?,
                Node::Set { target, value } => {
                    let value = self.expression(value)?;
                    self.assign(target, value)?;
                }
                Node::If { branches, otherwise } => {
                    let flow = self.branches(branches, otherwise)?;
                    if !matches!(flow, Flow::Next) {
                        return Ok(flow);
                    }
                }
                Node::Foreach { item, source, body } => {
                    let flow = self.foreach(*item, source, body)?;
                    if !matches!(flow, Flow::Next) {
                        return Ok(flow);
                    }
                }
                Node::Break => return Ok(Flow::Break),
                Node::Stop => return Ok(Flow::Stop),
                Node::Return(value) => {
                    let value = value.as_ref().map(|value| self.expression(value));
                    return Ok(Flow::Return(value.transpose()?.unwrap_or_default()));
                }
            }
            if self.limits.output_bytes < self.out.len() {
                return Err(Error::Limit(TOO_LARGE));
            }
        }
        Ok(Flow::Next)
    }

    fn branches(
        &mut self,
        branches: &[(Expression, Block)],
        otherwise: &Block,
    ) -> Result<Flow, Error> {
        for (condition, body) in branches {
            if self.condition(condition)? {
                return self.block(body);
            }
        }
        self.block(otherwise)
    }

    /// The variables that a loop sets have their old values again when it ends.
    fn foreach(&mut self, item: Slot, source: &Expression, body: &Block) -> Result<Flow, Error> {
        let source = self.expression(source)?;
        let place = self.loops.len();
        let slots = [Some(item as usize), self.loop_slot, self.count_slot];
        let before = slots.map(|slot| slot.map(|slot| self.variables[slot].clone()));
        self.loops.push(Loop { index: 0, has_next: false });
        if let Some(slot) = self.loop_slot {
            self.variables[slot] = Value::Loop(place as u32);
        }
        let ended = self.rounds(item, &source, body, place)?;
        self.loops.pop();
        for (slot, value) in slots.into_iter().zip(before) {
            if let (Some(slot), Some(value)) = (slot, value) {
                self.variables[slot] = value;
            }
        }
        Ok(ended)
    }

    /// Walks over the items of a list or the values of a map; nothing else has any.
    fn rounds(
        &mut self,
        item: Slot,
        source: &Value,
        body: &Block,
        place: usize,
    ) -> Result<Flow, Error> {
        let length = self.heap.len(source).unwrap_or(0);
        for index in 0..length.min(self.limits.iterations) {
            self.loops[place] = Loop { index, has_next: index + 1 < length };
            self.variables[item as usize] = match source {
                Value::List(list) => self.heap.item(*list, index),
                Value::Map(map) => self.heap.member_at(*map, index).unwrap_or_default().1,
                _ => Value::Null,
            };
            if let Some(slot) = self.count_slot {
                self.variables[slot] = Value::Int(index as i64 + 1);
            }
            self.step()?;
            match self.block(body)? {
                Flow::Next => {}
                Flow::Break => return Ok(Flow::Next),
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }
}
