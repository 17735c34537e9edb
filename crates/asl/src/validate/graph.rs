//! Transitions: every target exists beside its source, every state can be reached, and the workflow ends.

use std::collections::{HashMap, HashSet};

use super::Checker;
use super::place::Place;
use crate::diagnostic::Code;

/// What the graph of one or more machines lacks, in the order that AWS tells it.
#[derive(Default)]
pub(super) struct Findings<'d> {
    dangling: Vec<(String, Place<'d>)>,
    unreachable: Vec<(String, Place<'d>)>,
}

impl<'d> Checker<'d> {
    /// Looks at one machine; branches and processors are machines of their own, and no transition
    /// leads into or out of them.
    pub(super) fn transitions(&mut self, machine: &Place<'d>) {
        let Some(states) = machine.field("States") else { return };
        let start = machine.field("StartAt");
        let targets: HashMap<&str, Vec<Place<'d>>> =
            states.fields().map(|(name, state)| (name, targets(&state))).collect();
        self.dangling(start.as_slice(), &targets);
        for (name, _) in states.fields() {
            self.dangling(&targets[name], &targets);
        }
        let Some(start) = start.as_ref().and_then(|start| start.node.as_str()) else { return };
        let mut reached = HashSet::new();
        let mut pending = vec![start];
        while let Some(name) = pending.pop() {
            if let Some(targets) = targets.get(name).filter(|_| reached.insert(name)) {
                pending.extend(targets.iter().filter_map(|target| target.node.as_str()));
            }
        }
        for (name, state) in states.fields().filter(|(name, _)| !reached.contains(name)) {
            let message = format!("State \"{name}\" is not reachable.");
            self.graph.unreachable.push((message, state));
        }
    }

    fn dangling(&mut self, targets: &[Place<'d>], states: &HashMap<&str, Vec<Place<'d>>>) {
        for target in targets {
            if let Some(name) = target.node.as_str().filter(|name| !states.contains_key(name)) {
                // The word is `Next` wherever the target stands (measured: floci-io/floci#2786).
                let message = format!("Missing 'Next' target: {name}");
                self.graph.dangling.push((message, target.clone()));
            }
        }
    }

    /// Tells what the graph lacks. A workflow without an end is told of alone: AWS doesn't look for
    /// unreachable states then, nor for an end inside branches and processors (floci-io/floci#2786).
    pub(super) fn finish_graph(&mut self, root: &Place<'d>) {
        let graph = std::mem::take(&mut self.graph);
        for (message, place) in graph.dangling {
            self.report(Code::MissingTransitionTarget, message, &place);
        }
        let states = root.field("States").filter(|states| states.fields().next().is_some());
        if states.is_some_and(|states| !states.fields().any(|(_, state)| is_terminal(&state))) {
            let message = "Workflow has no terminal state".to_owned();
            self.report_at(Code::MissingEndState, message, None, root);
            return;
        }
        for (message, place) in graph.unreachable {
            self.report(Code::MissingTransitionTarget, message, &place);
        }
    }
}

fn is_terminal(state: &Place<'_>) -> bool {
    let ends = state.node.get("End").and_then(|end| end.as_bool()) == Some(true);
    let kind = state.node.get("Type").and_then(|kind| kind.as_str());
    ends || matches!(kind, Some("Succeed" | "Fail"))
}

/// Every place in a state that names the next one.
pub(super) fn targets<'d>(state: &Place<'d>) -> Vec<Place<'d>> {
    let lists = ["Choices", "Catch"].into_iter().filter_map(|name| state.field(name));
    let in_lists = lists.flat_map(|list| list.items().collect::<Vec<_>>());
    let own = ["Next", "Default"].into_iter().filter_map(|name| state.field(name));
    own.chain(in_lists.filter_map(|item| item.field("Next"))).collect()
}
