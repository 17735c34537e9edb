//! Fields that would stand under one name in the response and can't.
//!
//! Each merged set of selections is looked at once, and all of them together a bounded number of times: comparing
//! every field with every other is what a hostile document hopes for. Within a name, being alike is transitive,
//! so each field is compared with one of its kind only.
//! <https://spec.graphql.org/October2021/#sec-Field-Selection-Merging>

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::Walk;
use crate::ast::{Argument, Field, Literal, Offset, Operation, Selection, TypeKind};
use crate::schema::{FieldType, Shape, TypeId};

/// So many selections are looked at; no document that people or tools write comes near.
const STEPS_MAX: usize = 1 << 20;

pub(super) fn check<'d>(walk: &mut Walk<'d>, operation: &'d Operation) {
    let root = walk.schema.root_id(operation.kind);
    let mut overlap = Overlap { walk, seen: HashSet::new(), steps: 0 };
    let conflicts = overlap.conflicts(&[(root, &operation.selections)]);
    overlap.report(conflicts);
    if STEPS_MAX <= overlap.steps {
        let message = "The selections are too many to be compared";
        walk.error("FieldsConflict", operation.at, message);
    }
}

struct Overlap<'w, 'd> {
    walk: &'w mut Walk<'d>,
    /// Merged sets that were looked at, by the places of their selections in memory.
    seen: HashSet<Vec<(usize, Option<TypeId>)>>,
    steps: usize,
}

struct Conflict {
    reason: String,
    at: Vec<Offset>,
}

type Set<'d> = (Option<TypeId>, &'d [Selection]);

#[derive(Clone, Copy)]
struct Found<'d> {
    field: &'d Field,
    parent: Option<TypeId>,
    of: Option<&'d FieldType>,
}

impl<'d> Overlap<'_, 'd> {
    fn report(&mut self, conflicts: Vec<Conflict>) {
        for conflict in conflicts {
            self.walk.error_at("FieldsConflict", &conflict.at, conflict.reason);
        }
    }

    /// What can't be merged among selections that stand in one place.
    fn conflicts(&mut self, sets: &[Set<'d>]) -> Vec<Conflict> {
        let mut key: Vec<(usize, Option<TypeId>)> =
            sets.iter().map(|(parent, set)| (set.as_ptr() as usize, *parent)).collect();
        key.sort_unstable();
        key.dedup();
        if STEPS_MAX <= self.steps || !self.seen.insert(key) {
            return Vec::new();
        }
        let mut fields: IndexMap<&'d str, Vec<Found<'d>>> = IndexMap::new();
        let mut spread = HashSet::new();
        for (parent, set) in sets {
            self.collect(set, *parent, &mut fields, &mut spread);
        }
        let mut conflicts = Vec::new();
        for (name, found) in fields {
            let Some(conflict) = self.conflict(name, &found) else { continue };
            conflicts.push(conflict);
        }
        conflicts
    }

    fn collect(
        &mut self,
        selections: &'d [Selection],
        parent: Option<TypeId>,
        fields: &mut IndexMap<&'d str, Vec<Found<'d>>>,
        spread: &mut HashSet<&'d str>,
    ) {
        let (document, schema) = (self.walk.document, self.walk.schema);
        for selection in selections {
            self.steps += 1;
            match selection {
                Selection::Field(field) => {
                    let of = parent.and_then(|parent| schema.field(parent, &field.name));
                    fields.entry(field.key()).or_default().push(Found { field, parent, of });
                }
                Selection::Inline(inline) => {
                    let on = match &inline.on {
                        Some((name, _)) => self.walk.composite(name),
                        None => parent,
                    };
                    self.collect(&inline.selections, on, fields, spread);
                }
                Selection::Spread(one) => {
                    if spread.insert(&one.name)
                        && let Some(fragment) = document.fragments.get(&one.name)
                    {
                        let on = self.walk.composite(&fragment.on.0);
                        self.collect(&fragment.selections, on, fields, spread);
                    }
                }
            }
        }
    }

    /// The conflict among fields of one name; what is wrong only further down in one of them is reported there.
    fn conflict(&mut self, name: &str, found: &[Found<'d>]) -> Option<Conflict> {
        let direct = self.direct(name, found);
        if direct.is_some() {
            return direct;
        }
        let sets: Vec<Set<'d>> = found
            .iter()
            .filter(|one| !one.field.selections.is_empty())
            .map(|one| (one.of.map(|of| of.shape.named()), &*one.field.selections))
            .collect();
        let (first, others) = found.split_first()?;
        if sets.is_empty() {
            return None;
        }
        if others.is_empty() {
            self.walk.path.push(&first.field.name);
            let conflicts = self.conflicts(&sets);
            self.report(conflicts);
            self.walk.path.pop();
            return None;
        }
        let below = self.conflicts(&sets);
        if below.is_empty() {
            return None;
        }
        let reasons: Vec<&str> = below.iter().map(|conflict| &*conflict.reason).collect();
        let mut at = vec![first.field.at, others[0].field.at];
        at.extend(below.iter().flat_map(|conflict| &conflict.at));
        Some(Conflict { reason: format!("{name}: ({})", reasons.join(", ")), at })
    }

    fn direct(&self, name: &str, found: &[Found<'d>]) -> Option<Conflict> {
        // A field of an abstract type may meet any other; one of an object only those of that object.
        let is_object = |one: &Found<'_>| {
            let schema = self.walk.schema;
            one.parent.is_some_and(|parent| schema.of(parent).kind() == TypeKind::Object)
        };
        let of_abstract = found.iter().find(|one| !is_object(one));
        let mut of_object: IndexMap<Option<TypeId>, &Found<'d>> = IndexMap::new();
        for one in found {
            let twin = match of_abstract {
                Some(twin) => twin,
                None => *of_object.entry(one.parent).or_insert(one),
            };
            if let Some(reason) = self.difference(name, twin.field, one.field) {
                return Some(Conflict { reason, at: vec![twin.field.at, one.field.at] });
            }
            let first = &found[0];
            if let Some(reason) = self.shapes(name, first, one) {
                return Some(Conflict { reason, at: vec![first.field.at, one.field.at] });
            }
        }
        None
    }

    fn difference(&self, name: &str, a: &Field, b: &Field) -> Option<String> {
        if a.name != b.name {
            return Some(format!("{name}: {} and {} are different fields", a.name, b.name));
        }
        (!same_arguments(&a.arguments, &b.arguments))
            .then(|| format!("{name}: they have differing arguments"))
    }

    /// Leaves have to be of one type, lists to be lists, and what may be null to be so in both.
    fn shapes(&self, name: &str, a: &Found<'_>, b: &Found<'_>) -> Option<String> {
        let schema = self.walk.schema;
        let (Some(mut a), Some(mut b)) = (a.of.map(|of| &of.shape), b.of.map(|of| &of.shape))
        else {
            return None;
        };
        loop {
            (a, b) = match (a, b) {
                (Shape::NonNull(a), Shape::NonNull(b)) | (Shape::List(a), Shape::List(b)) => (a, b),
                (Shape::NonNull(_), _) | (_, Shape::NonNull(_)) => {
                    return Some(format!("{name}: fields have different nullability shapes"));
                }
                (Shape::List(_), _) | (_, Shape::List(_)) => {
                    return Some(format!("{name}: fields have different list shapes"));
                }
                (Shape::Named(a), Shape::Named(b)) => {
                    let (a, b) = (schema.of(*a), schema.of(*b));
                    let differ = (a.is_leaf() || b.is_leaf()) && a.name() != b.name();
                    return differ.then(|| {
                        let (a, b) = (a.name(), b.name());
                        format!("{name}: they return differing types {a} and {b}")
                    });
                }
            };
        }
    }
}

/// In any order; most documents repeat them in the same one.
fn same_arguments(a: &[Argument], b: &[Argument]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let same = |a: &Argument, b: &Argument| a.name == b.name && same_value(&a.value, &b.value);
    if a.iter().zip(b).all(|(a, b)| same(a, b)) {
        return true;
    }
    let by_name: HashMap<&str, &Argument> = b.iter().map(|one| (&*one.name, one)).collect();
    a.iter().all(|one| by_name.get(&*one.name).is_some_and(|other| same(one, other)))
}

fn same_value(a: &Literal, b: &Literal) -> bool {
    match (a, b) {
        (Literal::Null, Literal::Null) => true,
        (Literal::Boolean(a), Literal::Boolean(b)) => a == b,
        (Literal::Int(a), Literal::Int(b))
        | (Literal::Float(a), Literal::Float(b))
        | (Literal::String(a), Literal::String(b))
        | (Literal::Enum(a), Literal::Enum(b)) => a == b,
        (Literal::Variable(a, _), Literal::Variable(b, _)) => a == b,
        (Literal::List(a), Literal::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b))
        }
        (Literal::Object(a), Literal::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|((a_key, a), (b_key, b))| a_key == b_key && same_value(a, b))
        }
        _ => false,
    }
}
