//! A [`Tree`] to the [`Node`] that is evaluated: chains of dots become paths, `%` finds the step whose
//! object it means, calls in last place become tail calls, and names become symbols.

mod ancestry;
mod finish;
mod paths;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ancestry::{ancestry, no_parent, push_ancestry};
use finish::mark_tail_calls;
use paths::path;

use crate::ast::{
    Call, Group, Item, Kind, Lambda, Node, Operator, Pair, Partial, Symbol, Transform,
};
use crate::error::{Result, fault};
use crate::parser::{Form, Tree};
use crate::regex::Regex;
use crate::signature::Signature;

pub(crate) struct Shaped {
    pub(crate) node: Node,
    /// By symbol.
    pub(crate) names: Vec<Arc<str>>,
}

pub(crate) fn shape(tree: Tree) -> Result<Shaped> {
    let mut shaper = Shaper::default();
    let mut node = shaper.node(tree)?;
    if matches!(node.kind, Kind::Parent(_)) || !node.seeking.is_empty() {
        return Err(no_parent(&node));
    }
    shaper.finish(&mut node);
    Ok(Shaped { node, names: shaper.names })
}

#[derive(Default)]
struct Shaper {
    names: Vec<Arc<str>>,
    symbols: HashMap<Arc<str>, Symbol>,
    /// Names that something in the expression binds.
    bound: HashSet<Symbol>,
    /// One for each `%`.
    slots: Vec<Slot>,
}

/// The object that a `%` means, while it is looked for.
struct Slot {
    /// Under which name the step binds the object.
    label: Symbol,
    /// How many steps up it is.
    level: i32,
}

#[expect(clippy::boxed_local, reason = "a pointer takes less of the native stack than a tree")]
impl Shaper {
    fn symbol(&mut self, name: &str) -> Symbol {
        if let Some(symbol) = self.symbols.get(name) {
            return *symbol;
        }
        let (name, symbol) = (Arc::<str>::from(name), Symbol(self.names.len() as u32));
        self.names.push(name.clone());
        self.symbols.insert(name, symbol);
        symbol
    }

    fn bind(&mut self, name: &str) -> Symbol {
        let symbol = self.symbol(name);
        self.bound.insert(symbol);
        symbol
    }

    fn node(&mut self, tree: Tree) -> Result<Node> {
        let Tree { form, position, keep_array, .. } = tree;
        let mut node = self.form(form, position, keep_array);
        if let Ok(node) = &mut node {
            node.keep_array |= keep_array;
        }
        node
    }

    /// Only leads on, so that a level of nesting takes little of the native stack.
    fn form(&mut self, form: Form, position: u32, keep_array: bool) -> Result<Node> {
        match form {
            Form::Negate(operand) => self.negate(operand, position),
            Form::Array(items) => self.array(items, position),
            Form::Object(pairs) => self.object(pairs, position),
            Form::Block(parts) => self.block(parts, position),
            Form::Transform { pattern, update, delete } => {
                self.transform(pattern, update, delete, position)
            }
            Form::Binary { operator, left, right } => {
                self.binary(operator, left, right, position, keep_array)
            }
            Form::Filter { left, predicate } => self.filter(left, predicate),
            Form::Group { left, pairs } => self.grouped(left, pairs, position),
            Form::Sort { left, terms } => self.sort(left, terms, position),
            Form::Condition { condition, then, otherwise } => {
                self.condition(condition, then, otherwise, position)
            }
            Form::Call { procedure, arguments } => self.call(procedure, arguments, position),
            Form::Lambda { parameters, signature, body } => {
                self.lambda(&parameters, signature, body, position)
            }
            leaf => self.leaf(leaf, position, keep_array),
        }
    }

    fn leaf(&mut self, form: Form, position: u32, keep_array: bool) -> Result<Node> {
        let kind = match form {
            Form::Name(name) => {
                let mut step = Node::new(Kind::Name(name.into()), position);
                step.keep_array = keep_array;
                return Ok(path(vec![step], position, keep_array));
            }
            Form::Variable(name) => self.variable(&name),
            Form::Text(text) => Kind::Literal(text.into()),
            Form::Number(number) => Kind::Number(number),
            Form::Bool(bool) => Kind::Literal(bool.into()),
            Form::Null => Kind::Literal(json::Value::NULL),
            Form::Regex { pattern, flags } => {
                let regex = Regex::compile(&pattern, &flags).map_err(|fault| fault.at(position))?;
                Kind::Regex(Arc::new(regex))
            }
            Form::Wildcard => Kind::Wildcard,
            Form::Descendant => Kind::Descendant,
            Form::Parent => return Ok(self.parent(position)),
            _ => return Err(fault("S0207").at(position)),
        };
        Ok(Node::new(kind, position))
    }

    fn object(&mut self, pairs: Vec<(Tree, Tree)>, position: u32) -> Result<Node> {
        let mut node = Node::new(Kind::Wildcard, position);
        let group = self.group(pairs, position, Some(&mut node))?;
        node.kind = Kind::Object(group);
        Ok(node)
    }

    fn transform(
        &mut self,
        pattern: Box<Tree>,
        update: Box<Tree>,
        delete: Option<Box<Tree>>,
        position: u32,
    ) -> Result<Node> {
        let pattern = self.node(*pattern)?;
        let update = self.node(*update)?;
        let delete = delete.map(|delete| self.node(*delete)).transpose()?;
        let transform = Transform { pattern, update, delete };
        Ok(Node::new(Kind::Transform(Arc::new(transform)), position))
    }

    fn lambda(
        &mut self,
        parameters: &[String],
        signature: Option<Signature>,
        body: Box<Tree>,
        position: u32,
    ) -> Result<Node> {
        let parameters = parameters.iter().map(|name| self.bind(name)).collect();
        let mut body = self.node(*body)?;
        mark_tail_calls(&mut body);
        let lambda = Lambda { parameters, signature, body };
        Ok(Node::new(Kind::Lambda(Arc::new(lambda)), position))
    }

    fn variable(&mut self, name: &str) -> Kind {
        match name {
            "" => Kind::Context,
            "$" => Kind::Root,
            _ => Kind::Variable(self.symbol(name)),
        }
    }

    fn parent(&mut self, position: u32) -> Node {
        let slot = Symbol(self.slots.len() as u32);
        let label = self.bind(&format!("!{}", slot.0));
        self.slots.push(Slot { label, level: 1 });
        Node::new(Kind::Parent(slot), position)
    }

    fn negate(&mut self, operand: Box<Tree>, position: u32) -> Result<Node> {
        let mut operand = self.node(*operand)?;
        if let Kind::Number(number) = &mut operand.kind {
            *number = -*number;
            return Ok(operand);
        }
        let mut node = Node::new(Kind::Wildcard, position);
        push_ancestry(&mut node, &operand);
        node.kind = Kind::Negate(Box::new(operand));
        Ok(node)
    }

    fn array(&mut self, items: Vec<Tree>, position: u32) -> Result<Node> {
        let mut node = Node::new(Kind::Wildcard, position);
        let mut shaped = Vec::with_capacity(items.len());
        for item in items {
            let item = self.node(item)?;
            push_ancestry(&mut node, &item);
            let nested = matches!(item.kind, Kind::Array(_));
            shaped.push(Item { node: item, nested });
        }
        node.kind = Kind::Array(shaped);
        Ok(node)
    }

    fn group(
        &mut self,
        pairs: Vec<(Tree, Tree)>,
        position: u32,
        mut seeker: Option<&mut Node>,
    ) -> Result<Group> {
        let mut shaped = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let (key, value) = (self.node(key)?, self.node(value)?);
            if let Some(seeker) = &mut seeker {
                push_ancestry(seeker, &key);
                push_ancestry(seeker, &value);
            }
            let literal = match &key.kind {
                Kind::Literal(text) if key.predicates.is_empty() && key.group.is_none() => {
                    text.as_str().map(Arc::from)
                }
                _ => None,
            };
            shaped.push(Pair { key, literal, value });
        }
        Ok(Group { pairs: shaped, position })
    }

    fn block(&mut self, parts: Vec<Tree>, position: u32) -> Result<Node> {
        let mut node = Node::new(Kind::Wildcard, position);
        let mut shaped = Vec::with_capacity(parts.len());
        for part in parts {
            let part = self.node(part)?;
            push_ancestry(&mut node, &part);
            node.step.constructed |= part.step.constructed
                || matches!(&part.kind, Kind::Path(path) if path.steps[0].step.constructed);
            shaped.push(part);
        }
        node.kind = Kind::Block { parts: shaped, binds: false };
        Ok(node)
    }

    fn condition(
        &mut self,
        condition: Box<Tree>,
        then: Box<Tree>,
        otherwise: Option<Box<Tree>>,
        position: u32,
    ) -> Result<Node> {
        let mut node = Node::new(Kind::Wildcard, position);
        let condition = self.node(*condition)?;
        let then = self.node(*then)?;
        let otherwise = otherwise.map(|tree| self.node(*tree)).transpose()?;
        for part in [Some(&condition), Some(&then), otherwise.as_ref()].into_iter().flatten() {
            push_ancestry(&mut node, part);
        }
        node.kind = Kind::Condition {
            condition: Box::new(condition),
            then: Box::new(then),
            otherwise: otherwise.map(Box::new),
        };
        Ok(node)
    }

    fn call(
        &mut self,
        procedure: Box<Tree>,
        arguments: Vec<Option<Tree>>,
        position: u32,
    ) -> Result<Node> {
        let mut node = Node::new(Kind::Wildcard, position);
        let partial = arguments.iter().any(Option::is_none);
        let mut shaped = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let argument = argument.map(|tree| self.node(tree)).transpose()?;
            argument.iter().for_each(|argument| push_ancestry(&mut node, argument));
            shaped.push(argument);
        }
        let procedure = Box::new(self.node(*procedure)?);
        let first = match &procedure.kind {
            Kind::Path(path) => &path.steps[0].kind,
            kind => kind,
        };
        let (name, bare) = match first {
            Kind::Name(name) => (Some(name.clone()), Some(self.symbol(&name.clone()))),
            Kind::Variable(symbol) => (Some(self.names[symbol.0 as usize].clone()), None),
            _ => (None, None),
        };
        node.kind = if partial {
            Kind::Partial(Partial { procedure, name, bare, arguments: shaped })
        } else {
            let arguments = shaped.into_iter().flatten().collect();
            Kind::Call(Call { procedure, name, bare, arguments, tail: false })
        };
        Ok(node)
    }

    fn binary(
        &mut self,
        operator: &'static str,
        left: Box<Tree>,
        right: Box<Tree>,
        position: u32,
        keep_array: bool,
    ) -> Result<Node> {
        let Form::Variable(name) = &right.form else {
            return self.operation(operator, left, right, position);
        };
        match operator {
            "@" => {
                let symbol = self.bind(name);
                self.focus(left, symbol, position, keep_array)
            }
            "#" => {
                let symbol = self.bind(name);
                self.index(left, symbol)
            }
            _ => self.operation(operator, left, right, position),
        }
    }

    fn operation(
        &mut self,
        operator: &'static str,
        left: Box<Tree>,
        right: Box<Tree>,
        position: u32,
    ) -> Result<Node> {
        match operator {
            "." => self.dot(left, right),
            ":=" => self.binding(&left, right, position),
            "~>" => self.application(left, right, position),
            _ => self.calculation(operator, left, right, position),
        }
    }

    fn binding(&mut self, left: &Tree, right: Box<Tree>, position: u32) -> Result<Node> {
        let Form::Variable(name) = &left.form else {
            return Err(fault("S0212").at(left.position).token(left.shown()));
        };
        let symbol = self.bind(name);
        let value = Box::new(self.node(*right)?);
        let seeking = ancestry(&value);
        let mut node = Node::new(Kind::Bind { symbol, value }, position);
        node.seeking = seeking;
        Ok(node)
    }

    fn application(&mut self, left: Box<Tree>, right: Box<Tree>, position: u32) -> Result<Node> {
        let left = self.boxed(left)?;
        let right = self.boxed(right)?;
        let keep_array = left.keep_array || right.keep_array;
        let mut node = Node::new(Kind::Apply { left, right }, position);
        node.keep_array = keep_array;
        Ok(node)
    }

    fn calculation(
        &mut self,
        operator: &'static str,
        left: Box<Tree>,
        right: Box<Tree>,
        position: u32,
    ) -> Result<Node> {
        let Some(operator) = Operator::from_text(operator) else {
            return Err(fault("S0204").at(position).token(operator));
        };
        let left = self.boxed(left)?;
        let right = self.boxed(right)?;
        let mut seeking = ancestry(&left);
        seeking.extend(ancestry(&right));
        let mut node = Node::new(Kind::Binary { operator, left, right }, position);
        node.seeking = seeking;
        Ok(node)
    }

    #[inline(never)]
    fn boxed(&mut self, tree: Box<Tree>) -> Result<Box<Node>> {
        self.node(*tree).map(Box::new)
    }
}
