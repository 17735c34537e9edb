//! The last pass: what can only be said once the whole expression is known.

use crate::ast::{Kind, Node, Path};
use crate::shape::Shaper;

impl Shaper {
    pub(super) fn finish(&self, node: &mut Node) {
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

pub(super) fn mark_tail_calls(node: &mut Node) {
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
