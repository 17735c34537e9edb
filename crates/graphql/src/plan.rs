//! Selections compiled for a type: fields merged, roles asked, arguments coerced, once for all values.
//!
//! A field's selections are compiled when the first value of a type comes, so that a query over many types
//! pays for those it meets. The number of compiled fields is bounded: fragments that double at each level
//! ask for more than any response could hold.

use std::collections::HashSet;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;

use indexmap::IndexMap;
use json::Value;

use crate::ast::{Directive, Field, Literal, Selection};
use crate::coerce;
use crate::execute::Env;
use crate::resolve::{Resolve, Role};
use crate::schema::{FieldType, TypeId};

/// A field of a compiled selection.
#[derive(Debug)]
pub(crate) struct PlanField<'p> {
    /// Its name in the response.
    pub(crate) key: &'p str,
    /// All selections of that name, merged into this one.
    pub(crate) nodes: Vec<&'p Field>,
    pub(crate) parent: TypeId,
    pub(crate) of: &'p FieldType,
    pub(crate) way: Way,
    /// Coerced; empty for what doesn't look at them.
    pub(crate) arguments: Value,
    /// How deep in the response it stands, from 1.
    pub(crate) depth: usize,
    /// What its resolver may know of it: see [`Call::info`](crate::Call::info).
    pub(crate) info: OnceLock<Value>,
    /// What is selected in its value, by the objects it can be.
    children: Box<[(TypeId, OnceLock<Compiled<'p>>)]>,
}

pub(crate) type Compiled<'p> = Box<[PlanField<'p>]>;

/// How a field gets its value.
#[derive(Debug)]
pub(crate) enum Way {
    Property,
    Resolver {
        batch_max: usize,
    },
    /// The name of the object's type.
    Typename,
    /// `__schema` and `__type`, and what is below them.
    Introspection,
    /// Not at all: the error that says why, with its type.
    Refused {
        message: String,
        error_type: &'static str,
    },
}

impl<'p> PlanField<'p> {
    /// What is selected of an object; nothing if the field can't be one of that type.
    pub(crate) fn children<R: Resolve>(
        &self,
        env: &'p Env<'p>,
        resolve: &R,
        object: TypeId,
    ) -> &[PlanField<'p>] {
        let Some((_, compiled)) = self.children.iter().find(|(id, _)| *id == object) else {
            return &[];
        };
        compiled.get_or_init(|| {
            let sets = self.nodes.iter().map(|node| &*node.selections);
            compile(env, resolve, object, sets, self.depth + 1)
        })
    }

    /// The selections that were met so far, by type.
    pub(crate) fn met(&self) -> impl Iterator<Item = (TypeId, &[PlanField<'p>])> {
        self.children.iter().filter_map(|(id, compiled)| Some((*id, &**compiled.get()?)))
    }
}

/// Merges what is selected of an object and compiles each field.
pub(crate) fn compile<'p, R: Resolve>(
    env: &'p Env<'p>,
    resolve: &R,
    object: TypeId,
    sets: impl Iterator<Item = &'p [Selection]>,
    depth: usize,
) -> Compiled<'p> {
    let mut collector = Collector { env, object, fields: IndexMap::new(), spread: HashSet::new() };
    sets.for_each(|set| collector.collect(set));
    collector
        .fields
        .into_iter()
        .filter_map(|(key, nodes)| field(env, resolve, object, key, nodes, depth))
        .collect()
}

fn field<'p, R: Resolve>(
    env: &'p Env<'p>,
    resolve: &R,
    parent: TypeId,
    key: &'p str,
    nodes: Vec<&'p Field>,
    depth: usize,
) -> Option<PlanField<'p>> {
    if !env.takes_a_field() {
        return None;
    }
    let of = env.schema.field(parent, &nodes[0].name)?;
    let mut way = way(env, resolve, parent, of, depth);
    let wants_arguments = matches!(way, Way::Resolver { .. } | Way::Introspection);
    let arguments = if wants_arguments && !of.arguments.is_empty() {
        coerce::arguments(env.schema, &of.arguments, &nodes[0].arguments, &env.variables)
    } else {
        Ok(env.no_arguments.clone())
    };
    let arguments = arguments.unwrap_or_else(|message| {
        way = Way::Refused { message, error_type: "ValidationError" };
        env.no_arguments.clone()
    });
    let possible = &env.schema.of(of.shape.named()).possible;
    let children = possible.iter().map(|id| (*id, OnceLock::new())).collect();
    let info = OnceLock::new();
    Some(PlanField { key, nodes, parent, of, way, arguments, depth, info, children })
}

fn way<R: Resolve>(
    env: &Env<'_>,
    resolve: &R,
    parent: TypeId,
    of: &FieldType,
    depth: usize,
) -> Way {
    let (parent, name) = (env.schema.of(parent), &*of.name);
    match name {
        "__typename" => return Way::Typename,
        "__schema" | "__type" => return Way::Introspection,
        _ if parent.built_in => return Way::Introspection,
        _ => {}
    }
    if env.limits.query_depth.is_some_and(|most| most < depth) {
        let message = "Query depth limit reached.".to_owned();
        return Way::Refused { message, error_type: "QueryDepthLimitReached" };
    }
    match resolve.role(parent.name(), name) {
        Role::Property => Way::Property,
        Role::Resolver { batch_max } => Way::Resolver { batch_max },
        Role::Denied => Way::Refused {
            message: format!("Not Authorized to access {name} on type {}", parent.name()),
            error_type: "Unauthorized",
        },
    }
}

/// <https://spec.graphql.org/October2021/#CollectFields()>
struct Collector<'p> {
    env: &'p Env<'p>,
    object: TypeId,
    fields: IndexMap<&'p str, Vec<&'p Field>>,
    spread: HashSet<&'p str>,
}

impl<'p> Collector<'p> {
    fn collect(&mut self, selections: &'p [Selection]) {
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    if self.env.includes(&field.directives) {
                        self.fields.entry(field.key()).or_default().push(field);
                    }
                }
                Selection::Spread(spread) => {
                    let Some(fragment) = self.env.document.fragments.get(&spread.name) else {
                        continue;
                    };
                    if self.env.includes(&spread.directives)
                        && self.applies(&fragment.on.0)
                        && self.spread.insert(&spread.name)
                    {
                        self.collect(&fragment.selections);
                    }
                }
                Selection::Inline(inline) => {
                    if self.env.includes(&inline.directives)
                        && inline.on.as_ref().is_none_or(|(on, _)| self.applies(on))
                    {
                        self.collect(&inline.selections);
                    }
                }
            }
        }
    }

    fn applies(&self, on: &str) -> bool {
        let schema = self.env.schema;
        schema.id(on).is_some_and(|id| schema.of(id).possible.contains(&self.object))
    }
}

impl Env<'_> {
    /// Whether `@skip` and `@include` let a selection be.
    pub(crate) fn includes(&self, directives: &[Directive]) -> bool {
        directives.iter().all(|directive| {
            let wanted = match &*directive.name {
                "include" => true,
                "skip" => false,
                _ => return true,
            };
            let given = match directive.argument("if") {
                Some(Literal::Boolean(given)) => Some(*given),
                Some(Literal::Variable(name, _)) => {
                    self.variables.get(name).and_then(|value| value.as_bool())
                }
                _ => None,
            };
            given.is_none_or(|given| given == wanted)
        })
    }

    /// Takes one from the number of fields that may be compiled.
    pub(crate) fn takes_a_field(&self) -> bool {
        let left = self.fields_left.load(Ordering::Relaxed);
        self.fields_left.store(left.saturating_sub(1), Ordering::Relaxed);
        0 < left
    }

    /// Whether more fields were asked for than may be compiled.
    pub(crate) fn is_too_wide(&self) -> bool {
        self.fields_left.load(Ordering::Relaxed) == 0
    }
}
