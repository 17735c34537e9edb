//! Definitions to a schema: names become places, extensions join their types, problems are collected.

use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;

use super::{DirectiveType, FieldType, InputType, MetaFields, Schema, Shape, Type, TypeId, rules};
use crate::ast::{
    DirectiveDefinition, InputDefinition, Offset, OperationKind, TypeDefinition, TypeKind, TypeRef,
};
use crate::definitions::{Definitions, Problem};
use crate::location::Source;
use crate::scalar::Scalar;

/// The definitions that every schema has.
fn built_in() -> &'static Definitions {
    static BUILT_IN: OnceLock<Definitions> = OnceLock::new();
    BUILT_IN.get_or_init(|| {
        Definitions::parse(include_str!("../builtin.graphql")).expect("our own definitions parse")
    })
}

pub(super) fn build(definitions: Definitions, text: Option<&str>) -> Result<Schema, Vec<Problem>> {
    let mut builder = Builder {
        types: IndexMap::new(),
        problems: Problems { source: text.map(Source::new), list: Vec::new() },
    };
    let definitions = builder.extend(definitions);
    builder.collect(&definitions);
    builder.resolve();
    let roots = builder.roots(&definitions);
    let directives = builder.directives(&definitions.directives);
    let meta = builder.meta();
    let Builder { types, mut problems } = builder;
    let Some(query) = roots.query else { return Err(problems.list) };
    let schema = Schema {
        definitions,
        types,
        directives,
        query,
        mutation: roots.mutation,
        subscription: roots.subscription,
        meta,
    };
    rules::check(&schema, &mut problems);
    if problems.list.is_empty() { Ok(schema) } else { Err(problems.list) }
}

/// What is wrong so far; places can be named if the text is at hand.
pub(super) struct Problems {
    source: Option<Source>,
    list: Vec<Problem>,
}

impl Problems {
    pub(super) fn add(&mut self, at: Offset, message: impl Into<String>) {
        let location = self.source.as_ref().map(|source| source.location(at));
        self.list.push(Problem { message: message.into(), location });
    }

    /// A place as graphql-java puts it into its sentences: `[@3:5]`.
    pub(super) fn place(&self, at: Offset) -> String {
        let Some(source) = &self.source else { return String::new() };
        let location = source.location(at);
        format!("[@{}:{}]", location.line, location.column)
    }
}

struct Builder {
    types: IndexMap<Box<str>, Type>,
    problems: Problems,
}

#[derive(Default)]
struct Roots {
    query: Option<TypeId>,
    mutation: Option<TypeId>,
    subscription: Option<TypeId>,
}

impl Builder {
    /// Puts what extends a type into it, so that it is listed and printed as one.
    fn extend(&mut self, mut definitions: Definitions) -> Definitions {
        for extension in std::mem::take(&mut definitions.type_extensions) {
            let is_base = |base: &&mut TypeDefinition| {
                base.name == extension.name && base.kind == extension.kind
            };
            if let Some(base) = definitions.types.iter_mut().find(is_base) {
                join(base, extension);
                continue;
            }
            let message = format!(
                "The extension '{}' type {} is missing its base underlying type",
                extension.name,
                self.problems.place(extension.at)
            );
            self.problems.add(extension.at, message);
        }
        for extension in std::mem::take(&mut definitions.schema_extensions) {
            if let Some(schema) = &mut definitions.schema {
                schema.operations.extend(extension.operations);
                schema.directives.extend(extension.directives);
            }
        }
        definitions
    }

    fn collect(&mut self, definitions: &Definitions) {
        for definition in &built_in().types {
            self.types.insert(definition.name.clone(), unresolved(definition.clone(), true));
        }
        for definition in &definitions.types {
            match self.types.get(&definition.name) {
                // A text may repeat ours, as printed schemas do.
                Some(existing) if existing.built_in => {}
                Some(existing) => {
                    let (new, old) = (
                        self.problems.place(definition.at),
                        self.problems.place(existing.definition.at),
                    );
                    let name = &definition.name;
                    let message = format!(
                        "'{name}' type {new} tried to redefine existing '{name}' type {old}"
                    );
                    self.problems.add(definition.at, message);
                }
                None => {
                    let found = unresolved(definition.clone(), false);
                    self.types.insert(definition.name.clone(), found);
                }
            }
        }
    }

    fn resolve(&mut self) {
        for place in 0..self.types.len() {
            let definition = self.types[place].definition.clone();
            self.types[place].fields = self.fields(&definition);
            self.types[place].inputs = self.inputs(&definition.inputs, &definition);
            self.types[place].interfaces = self.interfaces(&definition);
            self.types[place].scalar = Scalar::named(&definition.name);
            self.types[place].values =
                definition.values.iter().map(|value| value.name.clone()).collect();
        }
        for place in 0..self.types.len() {
            let id = TypeId(place as u32);
            let found = &self.types[place];
            match found.kind() {
                TypeKind::Object => {
                    for interface in found.interfaces.clone() {
                        self.types[interface.0 as usize].possible.push(id);
                    }
                    self.types[place].possible.push(id);
                }
                TypeKind::Union => self.types[place].possible = self.members(place),
                TypeKind::Scalar | TypeKind::Interface | TypeKind::Enum | TypeKind::InputObject => {
                }
            }
        }
    }

    fn fields(&mut self, definition: &TypeDefinition) -> IndexMap<Box<str>, FieldType> {
        let mut fields = IndexMap::new();
        for field in &definition.fields {
            let shape = self.shape(&field.of_type, "field", definition);
            let arguments = self.inputs(&field.arguments, definition);
            let Some(shape) = shape else { continue };
            let name: Arc<str> = Arc::from(&*field.name);
            if fields.insert(field.name.clone(), FieldType { name, shape, arguments }).is_some() {
                let message = format!(
                    "The type '{}' {} has declared a field with a non unique name '{}'",
                    definition.name,
                    self.problems.place(definition.at),
                    field.name
                );
                self.problems.add(field.at, message);
            }
        }
        fields
    }

    fn inputs(
        &mut self,
        inputs: &[InputDefinition],
        definition: &TypeDefinition,
    ) -> IndexMap<Box<str>, InputType> {
        let mut resolved = IndexMap::new();
        for input in inputs {
            let Some(shape) = self.shape(&input.of_type, "input value", definition) else {
                continue;
            };
            let default = input.default.clone();
            if resolved.insert(input.name.clone(), InputType { shape, default }).is_some() {
                let message = format!(
                    "The type '{}' {} has declared an input field with a non unique name '{}'",
                    definition.name,
                    self.problems.place(definition.at),
                    input.name
                );
                self.problems.add(input.at, message);
            }
        }
        resolved
    }

    fn interfaces(&mut self, definition: &TypeDefinition) -> Vec<TypeId> {
        let mut interfaces = Vec::new();
        for (name, at) in &definition.interfaces {
            match self.types.get_index_of(name) {
                Some(place) if self.types[place].kind() == TypeKind::Interface => {
                    interfaces.push(TypeId(place as u32));
                }
                _ => self.missing("interface", name, *at, definition),
            }
        }
        interfaces
    }

    fn members(&mut self, place: usize) -> Vec<TypeId> {
        let definition = self.types[place].definition.clone();
        let mut members = Vec::new();
        for (name, at) in &definition.members {
            match self.types.get_index_of(name) {
                Some(place) if self.types[place].kind() == TypeKind::Object => {
                    members.push(TypeId(place as u32));
                }
                _ => self.missing("union member", name, *at, &definition),
            }
        }
        members
    }

    fn missing(&mut self, role: &str, name: &str, at: Offset, definition: &TypeDefinition) {
        let message = format!(
            "The {role} type '{name}' is not present when resolving type '{}' {}",
            definition.name,
            self.problems.place(definition.at)
        );
        self.problems.add(at, message);
    }

    fn shape(&mut self, of: &TypeRef, role: &str, definition: &TypeDefinition) -> Option<Shape> {
        Some(match of {
            TypeRef::Named(name, at) => match self.types.get_index_of(name) {
                Some(place) => Shape::Named(TypeId(place as u32)),
                None => {
                    self.missing(role, name, *at, definition);
                    return None;
                }
            },
            TypeRef::List(inner) => Shape::List(Box::new(self.shape(inner, role, definition)?)),
            TypeRef::NonNull(inner) => {
                Shape::NonNull(Box::new(self.shape(inner, role, definition)?))
            }
        })
    }

    /// The types at the root: those that the schema names, or the three usual names.
    fn roots(&mut self, definitions: &Definitions) -> Roots {
        let mut roots = Roots::default();
        let Some(schema) = &definitions.schema else {
            let usual =
                |name: &str| self.types.get_index_of(name).map(|place| TypeId(place as u32));
            roots.query = usual("Query");
            roots.mutation = usual("Mutation");
            roots.subscription = usual("Subscription");
            if roots.query.is_none() {
                // Seen on AWS: aws-appsync-community#345.
                let message = match roots.mutation.or(roots.subscription) {
                    None => "There is no top level schema object defined.",
                    Some(_) => "A schema MUST have a 'query' operation defined.",
                };
                self.problems.add(0, message);
            }
            return roots;
        };
        for (kind, name, at) in &schema.operations {
            let root = match kind {
                OperationKind::Query => &mut roots.query,
                OperationKind::Mutation => &mut roots.mutation,
                OperationKind::Subscription => &mut roots.subscription,
            };
            match self.types.get_index_of(name) {
                Some(place) if self.types[place].kind() == TypeKind::Object => {
                    *root = Some(TypeId(place as u32));
                }
                Some(_) => {
                    let message = format!(
                        "The operation type '{name}' MUST have a object type as its definition {}",
                        self.problems.place(*at)
                    );
                    self.problems.add(*at, message);
                }
                None => {
                    let message = format!(
                        "The operation type '{name}' is not present when resolving type 'schema' {}",
                        self.problems.place(schema.at)
                    );
                    self.problems.add(*at, message);
                }
            }
        }
        if !schema.operations.iter().any(|(kind, ..)| *kind == OperationKind::Query) {
            self.problems.add(schema.at, "A schema MUST have a 'query' operation defined.");
        }
        roots
    }

    fn directives(
        &mut self,
        declared: &[DirectiveDefinition],
    ) -> IndexMap<Box<str>, DirectiveType> {
        let mut directives = IndexMap::new();
        for definition in built_in().directives.iter().chain(declared) {
            let no_type = unresolved_directive(definition);
            let arguments = self.inputs(&definition.arguments, &no_type);
            directives
                .entry(definition.name.clone())
                .or_insert_with(|| DirectiveType { arguments, definition: definition.clone() });
        }
        directives
    }

    fn meta(&self) -> MetaFields {
        let named = |name: &str| {
            let place = self.types.get_index_of(name).expect("our own definitions have it");
            Shape::Named(TypeId(place as u32))
        };
        let non_null = |shape| Shape::NonNull(Box::new(shape));
        let field = |name: &str, shape| FieldType {
            name: Arc::from(name),
            shape,
            arguments: IndexMap::new(),
        };
        let mut of_name = field("__type", named("__Type"));
        let name = InputType { shape: non_null(named("String")), default: None };
        of_name.arguments.insert("name".into(), name);
        MetaFields {
            typename: field("__typename", non_null(named("String"))),
            schema: field("__schema", non_null(named("__Schema"))),
            of_name,
        }
    }
}

fn unresolved(definition: TypeDefinition, built_in: bool) -> Type {
    Type {
        definition,
        built_in,
        scalar: None,
        fields: IndexMap::new(),
        inputs: IndexMap::new(),
        values: indexmap::IndexSet::new(),
        interfaces: Vec::new(),
        possible: Vec::new(),
    }
}

/// Arguments of a directive are resolved as those of a type of its name would be.
fn unresolved_directive(directive: &DirectiveDefinition) -> TypeDefinition {
    TypeDefinition {
        kind: TypeKind::Object,
        description: None,
        name: directive.name.clone(),
        interfaces: Vec::new(),
        directives: Vec::new(),
        fields: Vec::new(),
        inputs: Vec::new(),
        values: Vec::new(),
        members: Vec::new(),
        at: directive.at,
    }
}

fn join(base: &mut TypeDefinition, extension: TypeDefinition) {
    base.interfaces.extend(extension.interfaces);
    base.directives.extend(extension.directives);
    base.fields.extend(extension.fields);
    base.inputs.extend(extension.inputs);
    base.values.extend(extension.values);
    base.members.extend(extension.members);
}
