//! Chains of dots, and what may follow a step: filters, groups, orders and bindings.

use crate::ast::{Kind, Node, Path, SortTerm, Stage, Symbol};
use crate::error::{Result, fault};
use crate::parser::{Term, Tree};
use crate::shape::Shaper;
use crate::shape::ancestry::push_ancestry;
use crate::value::Value;

#[expect(clippy::boxed_local, reason = "a pointer takes less of the native stack than a tree")]
impl Shaper {
    pub(super) fn dot(&mut self, left: Box<Tree>, right: Box<Tree>) -> Result<Node> {
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
                    let number = Value::Number(*number);
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

    pub(super) fn filter(&mut self, left: Box<Tree>, predicate: Box<Tree>) -> Result<Node> {
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

    pub(super) fn grouped(
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

    pub(super) fn sort(
        &mut self,
        left: Box<Tree>,
        terms: Vec<Term>,
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

    pub(super) fn focus(
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

    pub(super) fn index(&mut self, left: Box<Tree>, symbol: Symbol) -> Result<Node> {
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

pub(super) fn path(steps: Vec<Node>, position: u32, keep_singleton: bool) -> Node {
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

pub(super) fn path_of(node: &mut Node) -> &mut Path {
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
