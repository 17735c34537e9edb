//! A schema that holds together: names resolved to types, fields to their shapes.
//!
//! `build` makes it from [`Definitions`] and collects what is wrong; `rules` are the checks that need the whole.

mod build;
mod rules;

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use crate::ast::{
    Directive, DirectiveDefinition, Literal, OperationKind, TypeDefinition, TypeKind, TypeRef,
};
use crate::definitions::{Definitions, Problem};
use crate::introspection;
use crate::print::{self, Directives};
use crate::scalar::Scalar;

/// A schema that queries can be held against. Cheap to share behind an `Arc`, immutable.
#[derive(Debug)]
pub struct Schema {
    pub(crate) definitions: Definitions,
    /// Ours (scalars, introspection) first, then the author's, each in its order.
    pub(crate) types: IndexMap<Box<str>, Type>,
    pub(crate) directives: IndexMap<Box<str>, DirectiveType>,
    pub(crate) query: TypeId,
    pub(crate) mutation: Option<TypeId>,
    pub(crate) subscription: Option<TypeId>,
    pub(crate) meta: MetaFields,
}

/// A type's place in its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TypeId(pub(crate) u32);

#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) definition: TypeDefinition,
    /// Whether it is one of ours, which the author's listing doesn't have.
    pub(crate) built_in: bool,
    pub(crate) scalar: Option<Scalar>,
    pub(crate) fields: IndexMap<Box<str>, FieldType>,
    pub(crate) inputs: IndexMap<Box<str>, InputType>,
    pub(crate) values: IndexSet<Box<str>>,
    pub(crate) interfaces: Vec<TypeId>,
    /// The objects that a value of this type can be: the type itself, if it is one.
    pub(crate) possible: Vec<TypeId>,
}

impl Type {
    pub(crate) fn name(&self) -> &str {
        &self.definition.name
    }

    pub(crate) fn kind(&self) -> TypeKind {
        self.definition.kind
    }

    pub(crate) fn is_leaf(&self) -> bool {
        matches!(self.kind(), TypeKind::Scalar | TypeKind::Enum)
    }

    pub(crate) fn is_composite(&self) -> bool {
        matches!(self.kind(), TypeKind::Object | TypeKind::Interface | TypeKind::Union)
    }

    pub(crate) fn is_input(&self) -> bool {
        self.is_leaf() || self.kind() == TypeKind::InputObject
    }
}

#[derive(Debug)]
pub(crate) struct FieldType {
    pub(crate) name: Arc<str>,
    pub(crate) shape: Shape,
    pub(crate) arguments: IndexMap<Box<str>, InputType>,
}

/// An argument, or a field of an input type.
#[derive(Clone, Debug)]
pub(crate) struct InputType {
    pub(crate) shape: Shape,
    pub(crate) default: Option<Literal>,
}

#[derive(Debug)]
pub(crate) struct DirectiveType {
    pub(crate) arguments: IndexMap<Box<str>, InputType>,
    pub(crate) definition: DirectiveDefinition,
}

/// What is around a named type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Named(TypeId),
    List(Box<Shape>),
    NonNull(Box<Shape>),
}

impl Shape {
    pub(crate) fn named(&self) -> TypeId {
        match self {
            Shape::Named(id) => *id,
            Shape::List(inner) | Shape::NonNull(inner) => inner.named(),
        }
    }

    pub(crate) fn is_non_null(&self) -> bool {
        matches!(self, Shape::NonNull(_))
    }

    /// The shape without an outer `!`.
    pub(crate) fn nullable(&self) -> &Shape {
        match self {
            Shape::NonNull(inner) => inner,
            Shape::Named(_) | Shape::List(_) => self,
        }
    }
}

/// The fields that no author writes.
#[derive(Debug)]
pub(crate) struct MetaFields {
    pub(crate) typename: FieldType,
    pub(crate) schema: FieldType,
    pub(crate) of_name: FieldType,
}

/// A directive on a type or on one of its fields.
#[derive(Clone, Copy, Debug)]
pub struct AppliedDirective<'a> {
    /// Without the `@`.
    pub name: &'a str,
    directive: &'a Directive,
}

impl AppliedDirective<'_> {
    /// The texts of an argument that is a list of strings (`cognito_groups`, `mutations`), or a string.
    pub fn strings(&self, argument: &str) -> Vec<&str> {
        match self.directive.argument(argument) {
            Some(Literal::String(text)) => vec![text],
            Some(Literal::List(items)) => items
                .iter()
                .filter_map(|item| match item {
                    Literal::String(text) => Some(&**text),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the argument was given at all.
    pub fn has(&self, argument: &str) -> bool {
        self.directive.argument(argument).is_some()
    }
}

impl Schema {
    /// Reads and checks a schema document.
    ///
    /// # Errors
    /// Everything that is wrong with it; a text that isn't GraphQL has one problem.
    pub fn parse(text: &str) -> Result<Schema, Vec<Problem>> {
        let definitions = Definitions::parse(text).map_err(|problem| vec![problem])?;
        build::build(definitions, Some(text))
    }

    /// Checks definitions that were read, and perhaps changed, before.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn new(definitions: Definitions) -> Result<Schema, Vec<Problem>> {
        build::build(definitions, None)
    }

    /// What the schema was made of.
    pub fn definitions(&self) -> &Definitions {
        &self.definitions
    }

    /// The schema as text: GetIntrospectionSchema's SDL, with or without directives.
    pub fn sdl(&self, include_directives: bool) -> String {
        let shown = if include_directives { Directives::Shown } else { Directives::Hidden };
        print::definitions(&self.definitions, shown)
    }

    /// The answer to the full introspection query: GetIntrospectionSchema's JSON.
    pub fn introspection_json(&self) -> String {
        introspection::json(self)
    }

    /// One type as introspection shows it, in JSON: GetType's JSON.
    pub fn type_json(&self, name: &str) -> Option<String> {
        self.types.contains_key(name).then(|| introspection::type_json(self, name))
    }

    /// The name of the type whose fields an operation of this kind selects.
    pub fn root(&self, kind: OperationKind) -> Option<&str> {
        self.root_id(kind).map(|id| self.of(id).name())
    }

    /// The names of a type's fields, in their order; nothing if there is no such type.
    pub fn field_names(&self, type_name: &str) -> impl Iterator<Item = &str> {
        self.types
            .get(type_name)
            .into_iter()
            .flat_map(|found| found.fields.keys().map(|key| &**key))
    }

    /// The kind of a type, if there is one of that name.
    pub fn kind(&self, type_name: &str) -> Option<TypeKind> {
        self.types.get(type_name).map(Type::kind)
    }

    /// The type of a field as it is written: `[Post!]!`.
    pub fn field_type(&self, type_name: &str, field: &str) -> Option<String> {
        let field = self.types.get(type_name)?.fields.get(field)?;
        Some(self.written(&field.shape))
    }

    /// The name of a field's type within all brackets.
    pub fn field_type_name(&self, type_name: &str, field: &str) -> Option<&str> {
        let field = self.types.get(type_name)?.fields.get(field)?;
        Some(self.of(field.shape.named()).name())
    }

    /// The directives of a type.
    pub fn type_directives(&self, type_name: &str) -> impl Iterator<Item = AppliedDirective<'_>> {
        let directives = self.types.get(type_name).map(|found| &found.definition.directives);
        applied(directives)
    }

    /// The directives of a field.
    pub fn field_directives(
        &self,
        type_name: &str,
        field: &str,
    ) -> impl Iterator<Item = AppliedDirective<'_>> {
        let directives = self.types.get(type_name).and_then(|found| {
            let place = found.fields.get_index_of(field)?;
            Some(&found.definition.fields.get(place)?.directives)
        });
        applied(directives)
    }

    pub(crate) fn of(&self, id: TypeId) -> &Type {
        &self.types[id.0 as usize]
    }

    pub(crate) fn id(&self, name: &str) -> Option<TypeId> {
        self.types.get_index_of(name).map(|place| TypeId(place as u32))
    }

    pub(crate) fn root_id(&self, kind: OperationKind) -> Option<TypeId> {
        match kind {
            OperationKind::Query => Some(self.query),
            OperationKind::Mutation => self.mutation,
            OperationKind::Subscription => self.subscription,
        }
    }

    /// The field of a type, the meta fields included.
    pub(crate) fn field(&self, parent: TypeId, name: &str) -> Option<&FieldType> {
        if let Some(field) = self.of(parent).fields.get(name) {
            return Some(field);
        }
        match name {
            "__typename" => self.of(parent).is_composite().then_some(&self.meta.typename),
            "__schema" => (parent == self.query).then_some(&self.meta.schema),
            "__type" => (parent == self.query).then_some(&self.meta.of_name),
            _ => None,
        }
    }

    /// The shape as it is written: `[Post!]!`.
    pub(crate) fn written(&self, shape: &Shape) -> String {
        match shape {
            Shape::Named(id) => self.of(*id).name().to_owned(),
            Shape::List(inner) => format!("[{}]", self.written(inner)),
            Shape::NonNull(inner) => format!("{}!", self.written(inner)),
        }
    }

    /// The shape of a type as a document writes it; `None` if there is no such type.
    pub(crate) fn shape(&self, of: &TypeRef) -> Option<Shape> {
        Some(match of {
            TypeRef::Named(name, _) => Shape::Named(self.id(name)?),
            TypeRef::List(inner) => Shape::List(Box::new(self.shape(inner)?)),
            TypeRef::NonNull(inner) => Shape::NonNull(Box::new(self.shape(inner)?)),
        })
    }

    /// Whether an object can be of both types.
    pub(crate) fn overlap(&self, a: TypeId, b: TypeId) -> bool {
        a == b || self.of(a).possible.iter().any(|id| self.of(b).possible.contains(id))
    }
}

fn applied(directives: Option<&Vec<Directive>>) -> impl Iterator<Item = AppliedDirective<'_>> {
    directives
        .into_iter()
        .flatten()
        .map(|directive| AppliedDirective { name: &directive.name, directive })
}
