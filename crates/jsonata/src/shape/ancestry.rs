//! Finding what `%` means: which step before it started from the object that is asked for.

use crate::ast::{Kind, Node, Symbol};
use crate::error::{Fault, Result, fault};
use crate::shape::Shaper;
use crate::shape::paths::path_of;

impl Shaper {
    /// Goes back from the end of a path; what isn't found within it is sought around it.
    pub(super) fn resolve_ancestry(&mut self, node: &mut Node) -> Result<()> {
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

    pub(super) fn seek_parent(&mut self, node: &mut Node, slot: Symbol) -> Result<()> {
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
}

/// What `within` seeks, `node` seeks too.
pub(super) fn push_ancestry(node: &mut Node, within: &Node) {
    node.seeking.extend(ancestry(within));
}

/// The `%`s in a node whose object isn't found yet.
pub(super) fn ancestry(node: &Node) -> Vec<Symbol> {
    let mut slots = node.seeking.clone();
    if let Kind::Parent(slot) = node.kind {
        slots.push(slot);
    }
    slots
}

pub(super) fn no_parent(node: &Node) -> Box<Fault> {
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
