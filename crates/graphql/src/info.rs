//! What a resolver may know of the selections below its field.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html>

use std::sync::atomic::Ordering;

use indexmap::IndexSet;

use crate::ast::{Field, Selection};
use crate::execute::Env;
use crate::plan::PlanField;
use crate::print;
use crate::schema::TypeId;

/// A list of so many paths helps no resolver; a hostile document would ask for more.
const PATHS_MAX: usize = 10_000;
/// And so many in all lists of a request: fragments that double give every field such a list.
pub(crate) const ALL_PATHS_MAX: usize = 1 << 17;

/// The paths of all fields below, aliased ones by their alias, those of fragments only where the type is
/// the field's own: of an interface's value only the interface's fields are listed.
pub(crate) fn selection_set_list(env: &Env<'_>, field: &PlanField<'_>) -> Vec<String> {
    let paths_max = env.paths_left.load(Ordering::Relaxed).min(PATHS_MAX);
    let mut list = List { env, paths_max, paths: IndexSet::new(), path: String::new() };
    let of = field.of.shape.named();
    field.nodes.iter().for_each(|node| list.add(&node.selections, of));
    env.paths_left.fetch_sub(list.paths.len(), Ordering::Relaxed);
    list.paths.into_iter().collect()
}

struct List<'e, 'p> {
    env: &'e Env<'p>,
    paths_max: usize,
    paths: IndexSet<String>,
    path: String,
}

impl List<'_, '_> {
    fn add(&mut self, selections: &[Selection], of: TypeId) {
        for selection in selections {
            if self.paths_max <= self.paths.len() {
                return;
            }
            match selection {
                Selection::Field(field) if self.env.includes(&field.directives) => {
                    self.field(field, of);
                }
                Selection::Spread(spread) if self.env.includes(&spread.directives) => {
                    if let Some(fragment) = self.env.document.fragments.get(&spread.name)
                        && self.applies(&fragment.on.0, of)
                    {
                        self.add(&fragment.selections, of);
                    }
                }
                Selection::Inline(inline) if self.env.includes(&inline.directives) => {
                    if inline.on.as_ref().is_none_or(|(on, _)| self.applies(on, of)) {
                        self.add(&inline.selections, of);
                    }
                }
                Selection::Field(_) | Selection::Spread(_) | Selection::Inline(_) => {}
            }
        }
    }

    fn field(&mut self, field: &Field, of: TypeId) {
        let before = self.path.len();
        if 0 < before {
            self.path.push('/');
        }
        self.path.push_str(field.key());
        self.paths.insert(self.path.clone());
        if let Some(found) = self.env.schema.field(of, &field.name) {
            self.add(&field.selections, found.shape.named());
        }
        self.path.truncate(before);
    }

    /// Whether everything of type `of` is of type `on` too.
    fn applies(&self, on: &str, of: TypeId) -> bool {
        let schema = self.env.schema;
        schema.id(on).is_some_and(|on| {
            on == of || schema.of(of).interfaces.contains(&on) || {
                let possible = &schema.of(on).possible;
                possible.len() > 1 && possible.contains(&of)
            }
        })
    }
}

/// The selections as text: fragments stay spreads. Empty for a leaf.
pub(crate) fn selection_set_graphql(nodes: &[&Field]) -> String {
    let mut text = String::new();
    for node in nodes.iter().filter(|node| !node.selections.is_empty()) {
        print::selections(&node.selections, 0, &mut text);
    }
    text
}
