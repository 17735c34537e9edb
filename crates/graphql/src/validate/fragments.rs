//! Fragments that lead back to themselves, and fragments that no operation needs.

use std::collections::HashSet;

use super::Walk;
use crate::ast::{Fragment, Selection, Spread};

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

/// One error for each way back to the fragment, located at the spreads that lead there.
pub(super) fn cycles<'d>(walk: &mut Walk<'d>, fragment: &'d Fragment) {
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
