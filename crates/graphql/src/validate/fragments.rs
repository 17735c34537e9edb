//! How deep fragments lead, those that lead back to themselves, and those that no operation needs.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::{ERRORS_MAX, Walk};
use crate::ast::{Fragment, Name, Operation, Selection, Spread};

/// How deep selections nest once fragments are put in their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nesting {
    /// So many levels.
    Levels(usize),
    /// A fragment leads back to itself.
    Cyclic,
}

/// Looks at each fragment once: a chain of thousands must not be followed by a call within a call.
pub(crate) fn nesting(operations: &[Operation], fragments: &IndexMap<Name, Fragment>) -> Nesting {
    let mut known: HashMap<&str, usize> = HashMap::with_capacity(fragments.len());
    let mut open: HashSet<&str> = HashSet::new();
    for root in fragments.values() {
        let mut way = vec![(root, spreads_of(root), 0)];
        while let Some((fragment, spreads, next)) = way.last_mut() {
            if *next == 0 {
                if known.contains_key(&*fragment.name) {
                    way.pop();
                    continue;
                }
                open.insert(&fragment.name);
            }
            let Some(spread) = spreads.get(*next).copied() else {
                open.remove(&*fragment.name);
                known.insert(&fragment.name, levels(&fragment.selections, &known));
                way.pop();
                continue;
            };
            *next += 1;
            if open.contains(&*spread.name) {
                return Nesting::Cyclic;
            }
            if let Some(target) = fragments.get(&spread.name)
                && !known.contains_key(&*spread.name)
            {
                way.push((target, spreads_of(target), 0));
            }
        }
    }
    let deepest = operations.iter().map(|operation| levels(&operation.selections, &known)).max();
    Nesting::Levels(known.values().copied().chain(deepest).max().unwrap_or(0))
}

fn levels(selections: &[Selection], known: &HashMap<&str, usize>) -> usize {
    let below = selections.iter().map(|selection| match selection {
        Selection::Field(field) if field.selections.is_empty() => 0,
        Selection::Field(field) => levels(&field.selections, known),
        Selection::Inline(inline) => levels(&inline.selections, known),
        Selection::Spread(spread) => known.get(&*spread.name).copied().unwrap_or(0),
    });
    1 + below.max().unwrap_or(0)
}

/// Collects the spreads of selections, at any depth, in the order of the text.
pub(super) fn spreads<'d>(selections: &'d [Selection], into: &mut Vec<&'d Spread>) {
    for selection in selections {
        match selection {
            Selection::Field(field) => spreads(&field.selections, into),
            Selection::Inline(inline) => spreads(&inline.selections, into),
            Selection::Spread(spread) => into.push(spread),
        }
    }
}

fn spreads_of(fragment: &Fragment) -> Vec<&Spread> {
    let mut found = Vec::new();
    spreads(&fragment.selections, &mut found);
    found
}

/// So many spreads are followed in search of the ways back; that there is one is known before.
const STEPS_MAX: usize = 1 << 18;

/// One error for each way back to the fragment, located at the spreads that lead there.
pub(super) fn cycles<'d>(walk: &mut Walk<'d>, fragment: &'d Fragment, steps: &mut usize) {
    let document = walk.document;
    // Each frame: the spreads of a fragment on the way, and how many were looked at.
    let mut frames = vec![(spreads_of(fragment), 0)];
    let mut way: Vec<&Spread> = Vec::new();
    let mut visited = HashSet::new();
    while let Some((spreads, next)) = frames.last_mut() {
        let Some(spread) = spreads.get(*next).copied() else {
            frames.pop();
            way.pop();
            continue;
        };
        *next += 1;
        *steps += 1;
        if STEPS_MAX < *steps || ERRORS_MAX <= walk.errors.len() {
            return;
        }
        if spread.name == fragment.name {
            let mut at: Vec<u32> = way.iter().map(|spread| spread.at).collect();
            if at.is_empty() {
                at.push(spread.at);
            }
            walk.error_at("FragmentCycle", &at, "Fragment cycles not allowed");
        } else if let Some(target) = document.fragments.get(&spread.name)
            && visited.insert(&spread.name)
        {
            frames.push((spreads_of(target), 0));
            way.push(spread);
        }
    }
}

pub(super) fn unused(walk: &mut Walk<'_>) {
    let document = walk.document;
    let mut open = Vec::new();
    document.operations.iter().for_each(|operation| spreads(&operation.selections, &mut open));
    let mut used = HashSet::new();
    while let Some(spread) = open.pop() {
        if used.insert(&*spread.name)
            && let Some(fragment) = document.fragments.get(&spread.name)
        {
            spreads(&fragment.selections, &mut open);
        }
    }
    for fragment in document.fragments.values().filter(|one| !used.contains(&*one.name)) {
        let message = format!("Unused fragment {}", fragment.name);
        walk.error("UnusedFragment", fragment.at, message);
    }
}
