//! A [`Tree`] to the [`Node`] that is evaluated: chains of dots become paths, `%` finds the step whose
//! object it means, calls in last place become tail calls, and names become symbols.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::ast::{
    Call, Group, Item, Kind, Lambda, Node, Operator, Pair, Partial, Path, SortTerm, Stage, Symbol,
    Transform,
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

fn no_parent(node: &Node) -> Box<crate::error::Fault> {
    fault("S0217").at(node.position).token(type_name(&node.kind))
}

fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Path(_) => "path",
        Kind::Name(_) => "name",
        Kind::Literal(value) if value.as_str().is_some() => "string",
        Kind::Literal(_) => "value",
        Kind::Number(_) => "number",
        Kind::Wildcard => "wildcard",
        Kind::Descendant => "descendant",
        Kind::Parent(_) => "parent",
        Kind::Context | Kind::Root | Kind::Variable(_) | Kind::Global(_) => "variable",
        Kind::Negate(_) | Kind::Array(_) | Kind::Object(_) => "unary",
        Kind::Binary { .. } => "binary",
        Kind::Block { .. } => "block",
        Kind::Bind { .. } => "bind",
        Kind::Condition { .. } => "condition",
        Kind::Regex(_) => "regex",
        Kind::Call(_) => "function",
        Kind::Partial(_) => "partial",
        Kind::Lambda(_) => "lambda",
        Kind::Apply { .. } => "apply",
        Kind::Transform(_) => "transform",
        Kind::Sort(_) => "sort",
    }
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

    fn dot(&mut self, left: Box<Tree>, right: Box<Tree>) -> Result<Node> {
        let left = self.node(*left)?;
        let mut node = as_path(left);
        let mut rest = self.node(*right)?;
        let path = path_of(&mut node);
        if let Kind::Path(rest) = rest.kind {
            path.steps.extend(rest.steps);
        } else {
            if !rest.predicates.is_empty() {
                rest.step.stages = rest.predicates.drain(..).map(Stage::Filter).collect();
            }
            path.steps.push(rest);
        }
        for step in &mut path.steps {
            match &step.kind {
                Kind::Number(number) => {
                    let number = crate::value::Value::Number(*number);
                    return Err(fault("S0213").at(step.position).value(&number));
                }
                Kind::Literal(value) => match value.as_str() {
                    Some(name) => step.kind = Kind::Name(name.into()),
                    None => {
                        return Err(fault("S0213").at(step.position).with("value", value.clone()));
                    }
                },
                _ => {}
            }
        }
        path.keep_singleton |= path.steps.iter().any(|step| step.keep_array);
        let last = path.steps.len() - 1;
        for end in [0, last] {
            let step = &mut path.steps[end];
            step.step.constructed |= matches!(step.kind, Kind::Array(_));
        }
        self.resolve_ancestry(&mut node)?;
        Ok(node)
    }

    fn filter(&mut self, left: Box<Tree>, predicate: Box<Tree>) -> Result<Node> {
        let position = predicate.position;
        let mut node = self.node(*left)?;
        let predicate = self.node(*predicate)?;
        let in_path = matches!(node.kind, Kind::Path(_));
        let step = last_step(&mut node);
        if step.group.is_some() {
            return Err(fault("S0209").at(position));
        }
        for slot in predicate.seeking.clone() {
            if self.slots[slot.0 as usize].level == 1 {
                self.seek_parent(step, slot)?;
            } else {
                self.slots[slot.0 as usize].level -= 1;
            }
        }
        push_ancestry(step, &predicate);
        if in_path {
            step.step.stages.push(Stage::Filter(predicate));
        } else {
            step.predicates.push(predicate);
        }
        Ok(node)
    }

    fn grouped(
        &mut self,
        left: Box<Tree>,
        pairs: Vec<(Tree, Tree)>,
        position: u32,
    ) -> Result<Node> {
        let mut node = self.node(*left)?;
        if node.group.is_some() {
            return Err(fault("S0210").at(position));
        }
        node.group = Some(Box::new(self.group(pairs, position, None)?));
        Ok(node)
    }

    fn sort(
        &mut self,
        left: Box<Tree>,
        terms: Vec<crate::parser::Term>,
        position: u32,
    ) -> Result<Node> {
        let left = self.node(*left)?;
        let mut node = as_path(left);
        let mut step = Node::new(Kind::Wildcard, position);
        let mut shaped = Vec::with_capacity(terms.len());
        for term in terms {
            let expression = self.node(term.expression)?;
            push_ancestry(&mut step, &expression);
            shaped.push(SortTerm { descending: term.descending, expression });
        }
        step.kind = Kind::Sort(shaped);
        path_of(&mut node).steps.push(step);
        self.resolve_ancestry(&mut node)?;
        Ok(node)
    }

    fn focus(
        &mut self,
        left: Box<Tree>,
        symbol: Symbol,
        position: u32,
        keep_array: bool,
    ) -> Result<Node> {
        let mut node = self.node(*left)?;
        let step = last_step(&mut node);
        if !step.step.stages.is_empty() || !step.predicates.is_empty() {
            return Err(fault("S0215").at(position));
        }
        if matches!(step.kind, Kind::Sort(_)) {
            return Err(fault("S0216").at(position));
        }
        step.keep_array |= keep_array;
        step.step.focus = Some(symbol);
        step.step.tuple = true;
        Ok(node)
    }

    fn index(&mut self, left: Box<Tree>, symbol: Symbol) -> Result<Node> {
        let mut node = self.node(*left)?;
        if !matches!(node.kind, Kind::Path(_)) {
            node.step.stages = node.predicates.drain(..).map(Stage::Filter).collect();
            let position = node.position;
            node = path(vec![node], position, false);
        }
        let step = last_step(&mut node);
        if step.step.stages.is_empty() {
            step.step.index = Some(symbol);
        } else {
            step.step.stages.push(Stage::Index(symbol));
        }
        step.step.tuple = true;
        Ok(node)
    }
}

/// Finding what `%` means.
impl Shaper {
    /// Goes back from the end of a path; what isn't found within it is sought around it.
    fn resolve_ancestry(&mut self, node: &mut Node) -> Result<()> {
        let path = path_of(node);
        let last = path.steps.len() - 1;
        let mut slots = path.steps[last].seeking.clone();
        if let Kind::Parent(slot) = path.steps[last].kind {
            slots.push(slot);
        }
        let mut unresolved = Vec::new();
        for slot in slots {
            let mut before = last;
            while 0 < self.slots[slot.0 as usize].level {
                if before == 0 {
                    unresolved.push(slot);
                    break;
                }
                before -= 1;
                // Steps that bind the focus one after the other all start from the same object.
                while 0 < before
                    && path.steps[before].step.focus.is_some()
                    && path.steps[before - 1].step.focus.is_some()
                {
                    before -= 1;
                }
                self.seek_parent(&mut path.steps[before], slot)?;
            }
        }
        node.seeking.extend(unresolved);
        Ok(())
    }

    fn seek_parent(&mut self, node: &mut Node, slot: Symbol) -> Result<()> {
        match &mut node.kind {
            Kind::Name(_) | Kind::Wildcard => {
                let level = &mut self.slots[slot.0 as usize].level;
                *level -= 1;
                if *level == 0 {
                    match node.step.ancestor {
                        None => node.step.ancestor = Some(slot),
                        Some(known) => {
                            self.slots[slot.0 as usize].label = self.slots[known.0 as usize].label;
                        }
                    }
                    node.step.tuple = true;
                }
            }
            Kind::Parent(_) => self.slots[slot.0 as usize].level += 1,
            Kind::Block { parts, .. } => {
                if let Some(last) = parts.last_mut() {
                    node.step.tuple = true;
                    self.seek_parent(last, slot)?;
                }
            }
            Kind::Path(path) => {
                path.tuple = true;
                for step in path.steps.iter_mut().rev() {
                    self.seek_parent(step, slot)?;
                    if self.slots[slot.0 as usize].level <= 0 {
                        break;
                    }
                }
            }
            _ => return Err(no_parent(node)),
        }
        Ok(())
    }

    /// The last pass, when all is known.
    fn finish(&self, node: &mut Node) {
        node.seeking = Vec::new();
        if let Some(slot) = &mut node.step.ancestor {
            *slot = self.slots[slot.0 as usize].label;
        }
        match &mut node.kind {
            Kind::Parent(slot) => *slot = self.slots[slot.0 as usize].label,
            Kind::Variable(symbol) if !self.bound.contains(symbol) => {
                node.kind = Kind::Global(*symbol);
            }
            Kind::Block { parts, binds } => *binds = parts.iter_mut().any(binds_here),
            _ => {}
        }
        node.for_each_child(&mut |child| self.finish(child));
        let grouped = node.group.is_some();
        if let Kind::Path(path) = &mut node.kind {
            path.plain = is_plain(path);
            path.grouped = grouped;
        }
    }
}

/// Whether the node binds a name in the frame that it is evaluated in.
fn binds_here(node: &mut Node) -> bool {
    match &mut node.kind {
        Kind::Bind { .. } => return true,
        Kind::Lambda(_) => return false,
        // The parts have a frame of their own; what filters the block doesn't.
        Kind::Block { parts, .. } => {
            let parts = std::mem::take(parts);
            let binds = any_child_binds(node);
            node.kind = Kind::Block { parts, binds: false };
            return binds;
        }
        _ => {}
    }
    any_child_binds(node)
}

fn any_child_binds(node: &mut Node) -> bool {
    let mut binds = false;
    node.for_each_child(&mut |child| binds = binds || binds_here(child));
    binds
}

fn is_plain(path: &Path) -> bool {
    let bare = |step: &Node| {
        let extra = &step.step;
        extra.stages.is_empty()
            && !extra.tuple
            && !step.keep_array
            && step.predicates.is_empty()
            && step.group.is_none()
    };
    let (first, others) = path.steps.split_first().expect("a path has steps");
    let starts = matches!(
        first.kind,
        Kind::Name(_) | Kind::Context | Kind::Root | Kind::Variable(_) | Kind::Global(_)
    );
    starts
        && !path.keep_singleton
        && path.steps.iter().all(bare)
        && others.iter().all(|step| matches!(step.kind, Kind::Name(_)))
}

fn mark_tail_calls(node: &mut Node) {
    if !node.predicates.is_empty() || node.group.is_some() || node.keep_array {
        return;
    }
    match &mut node.kind {
        Kind::Call(call) => call.tail = true,
        Kind::Condition { then, otherwise, .. } => {
            mark_tail_calls(then);
            otherwise.iter_mut().for_each(|node| mark_tail_calls(node));
        }
        Kind::Block { parts, .. } => parts.last_mut().into_iter().for_each(mark_tail_calls),
        _ => {}
    }
}

fn path(steps: Vec<Node>, position: u32, keep_singleton: bool) -> Node {
    Node::new(
        Kind::Path(Path { steps, keep_singleton, tuple: false, grouped: false, plain: false }),
        position,
    )
}

fn as_path(node: Node) -> Node {
    match node.kind {
        Kind::Path(_) => node,
        Kind::Parent(slot) => {
            let position = node.position;
            let mut path = path(vec![node], position, false);
            path.seeking.push(slot);
            path
        }
        _ => {
            let position = node.position;
            path(vec![node], position, false)
        }
    }
}

fn path_of(node: &mut Node) -> &mut Path {
    match &mut node.kind {
        Kind::Path(path) => path,
        _ => panic!("only paths come here"),
    }
}

/// The last step of a path, or the node itself.
fn last_step(node: &mut Node) -> &mut Node {
    if !matches!(node.kind, Kind::Path(_)) {
        return node;
    }
    path_of(node).steps.last_mut().expect("a path has steps")
}

/// What `within` seeks, `node` seeks too.
fn push_ancestry(node: &mut Node, within: &Node) {
    node.seeking.extend(ancestry(within));
}

/// The `%`s in a node whose object isn't found yet.
fn ancestry(node: &Node) -> Vec<Symbol> {
    let mut slots = node.seeking.clone();
    if let Kind::Parent(slot) = node.kind {
        slots.push(slot);
    }
    slots
}
