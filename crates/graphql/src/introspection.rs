//! The schema as clients see it. <https://spec.graphql.org/October2021/#sec-Schema-Introspection>

use std::borrow::Cow;

use futures_util::FutureExt;
use json::Value;

use crate::ast::{Directive, InputDefinition, Literal, OperationKind, TypeKind};
use crate::document::Document;
use crate::execute::{Limits, NoResolvers, Request, execute};
use crate::print;
use crate::schema::{DirectiveType, Schema, Shape, Type, TypeId};

/// Something that has fields in introspection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Node<'s> {
    Schema,
    /// A type without anything around it.
    Named(TypeId),
    /// A type with what is around it.
    Shaped(&'s Shape),
    /// A field of a type, by its place.
    Field(TypeId, usize),
    Input(&'s InputDefinition, &'s Shape),
    Value(TypeId, usize),
    Directive(&'s DirectiveType),
}

/// What a field of a node shows.
pub(crate) enum Shown<'s> {
    Null,
    Bool(bool),
    Text(Cow<'s, str>),
    Texts(Vec<&'s str>),
    Node(Node<'s>),
    Nodes(Vec<Node<'s>>),
}

impl<'s> Shown<'s> {
    fn text(text: Option<&'s str>) -> Self {
        text.map_or(Shown::Null, |text| Shown::Text(text.into()))
    }

    fn node(node: Option<Node<'s>>) -> Self {
        node.map_or(Shown::Null, Shown::Node)
    }
}

const NO_REASON: &str = "No longer supported";

impl<'s> Node<'s> {
    pub(crate) fn named(id: TypeId) -> Self {
        Node::Named(id)
    }

    /// A field of the node by its name in the schema of introspection.
    pub(crate) fn field(self, schema: &'s Schema, name: &str, arguments: &Value) -> Shown<'s> {
        let deprecated = arguments.get("includeDeprecated").and_then(|value| value.as_bool());
        let deprecated = deprecated.unwrap_or(false);
        match self {
            Node::Schema => of_schema(schema, name),
            Node::Named(id) => of_type(schema, id, name, deprecated),
            Node::Shaped(Shape::Named(id)) => of_type(schema, *id, name, deprecated),
            Node::Shaped(Shape::List(inner)) => of_wrapper("LIST", inner, name),
            Node::Shaped(Shape::NonNull(inner)) => of_wrapper("NON_NULL", inner, name),
            Node::Field(id, place) => of_field(schema, id, place, name),
            Node::Input(input, shape) => of_input(input, shape, name),
            Node::Value(id, place) => {
                let value = &schema.of(id).definition.values[place];
                match name {
                    "name" => Shown::text(Some(&value.name)),
                    "description" => Shown::text(value.description.as_deref()),
                    _ => of_deprecation(&value.directives, name),
                }
            }
            Node::Directive(directive) => of_directive(directive, name),
        }
    }
}

/// Ours are listed if the author's use them; AppSync lists `String` and `Boolean` always.
fn listed(schema: &Schema) -> Vec<Node<'_>> {
    let mut used = vec![false; schema.types.len()];
    let mut mark = |shape: &Shape| used[shape.named().0 as usize] = true;
    for found in schema.types.values().filter(|found| !found.built_in) {
        found.inputs.values().for_each(|input| mark(&input.shape));
        for field in found.fields.values() {
            mark(&field.shape);
            field.arguments.values().for_each(|argument| mark(&argument.shape));
        }
    }
    let is_listed = |place: usize, found: &Type| {
        !found.built_in
            || used[place]
            || found.name().starts_with("__")
            || matches!(found.name(), "String" | "Boolean")
    };
    let types = schema.types.values().enumerate();
    let listed = types.filter(|(place, found)| is_listed(*place, found));
    let (built_in, own): (Vec<_>, Vec<_>) = listed.partition(|(_, found)| found.built_in);
    own.into_iter().chain(built_in).map(|(place, _)| Node::Named(TypeId(place as u32))).collect()
}

fn of_schema<'s>(schema: &'s Schema, name: &str) -> Shown<'s> {
    let root = |kind| Shown::node(schema.root_id(kind).map(Node::Named));
    match name {
        "types" => Shown::Nodes(listed(schema)),
        "queryType" => root(OperationKind::Query),
        "mutationType" => root(OperationKind::Mutation),
        "subscriptionType" => root(OperationKind::Subscription),
        "directives" => Shown::Nodes(schema.directives.values().map(Node::Directive).collect()),
        "description" => {
            let written = schema.definitions.schema.as_ref();
            Shown::text(written.and_then(|schema| schema.description.as_deref()))
        }
        _ => Shown::Null,
    }
}

fn of_type<'s>(schema: &'s Schema, id: TypeId, name: &str, deprecated: bool) -> Shown<'s> {
    let of = schema.of(id);
    let has_fields = matches!(of.kind(), TypeKind::Object | TypeKind::Interface);
    let is_shown = |directives: &[Directive]| deprecated || reason(directives).is_none();
    match name {
        "kind" => Shown::text(Some(of.kind().name())),
        "name" => Shown::text(Some(of.name())),
        "description" => Shown::text(of.definition.description.as_deref()),
        "fields" if has_fields => {
            let fields = of.definition.fields.iter().enumerate();
            let shown = fields.filter(|(_, field)| is_shown(&field.directives));
            Shown::Nodes(shown.map(|(place, _)| Node::Field(id, place)).collect())
        }
        "interfaces" if has_fields => {
            Shown::Nodes(of.interfaces.iter().map(|id| Node::Named(*id)).collect())
        }
        "possibleTypes" if matches!(of.kind(), TypeKind::Interface | TypeKind::Union) => {
            Shown::Nodes(of.possible.iter().map(|id| Node::Named(*id)).collect())
        }
        "enumValues" if of.kind() == TypeKind::Enum => {
            let values = of.definition.values.iter().enumerate();
            let shown = values.filter(|(_, value)| is_shown(&value.directives));
            Shown::Nodes(shown.map(|(place, _)| Node::Value(id, place)).collect())
        }
        "inputFields" if of.kind() == TypeKind::InputObject => {
            let inputs = of.definition.inputs.iter().zip(of.inputs.values());
            Shown::Nodes(inputs.map(|(input, found)| Node::Input(input, &found.shape)).collect())
        }
        _ => Shown::Null,
    }
}

fn of_wrapper<'s>(kind: &'static str, inner: &'s Shape, name: &str) -> Shown<'s> {
    match name {
        "kind" => Shown::text(Some(kind)),
        "ofType" => Shown::Node(Node::Shaped(inner)),
        _ => Shown::Null,
    }
}

fn of_field<'s>(schema: &'s Schema, id: TypeId, place: usize, name: &str) -> Shown<'s> {
    let of = schema.of(id);
    let (definition, found) = (&of.definition.fields[place], &of.fields[place]);
    match name {
        "name" => Shown::text(Some(&definition.name)),
        "description" => Shown::text(definition.description.as_deref()),
        "args" => {
            let arguments = definition.arguments.iter().zip(found.arguments.values());
            Shown::Nodes(arguments.map(|(input, of)| Node::Input(input, &of.shape)).collect())
        }
        "type" => Shown::Node(Node::Shaped(&found.shape)),
        _ => of_deprecation(&definition.directives, name),
    }
}

fn of_input<'s>(input: &'s InputDefinition, shape: &'s Shape, name: &str) -> Shown<'s> {
    match name {
        "name" => Shown::text(Some(&input.name)),
        "description" => Shown::text(input.description.as_deref()),
        "type" => Shown::Node(Node::Shaped(shape)),
        "defaultValue" => input.default.as_ref().map_or(Shown::Null, |default| {
            let mut text = String::new();
            print::literal(default, &mut text);
            Shown::Text(text.into())
        }),
        _ => of_deprecation(&input.directives, name),
    }
}

fn of_directive<'s>(directive: &'s DirectiveType, name: &str) -> Shown<'s> {
    let definition = &directive.definition;
    let is_on =
        |names: &[&str]| Shown::Bool(definition.locations.iter().any(|at| names.contains(&&**at)));
    match name {
        "name" => Shown::text(Some(&definition.name)),
        "description" => Shown::text(definition.description.as_deref()),
        "locations" => Shown::Texts(definition.locations.iter().map(|at| &**at).collect()),
        "args" => {
            let arguments = definition.arguments.iter().zip(directive.arguments.values());
            Shown::Nodes(arguments.map(|(input, of)| Node::Input(input, &of.shape)).collect())
        }
        "isRepeatable" => Shown::Bool(false),
        "onOperation" => is_on(&["QUERY", "MUTATION", "SUBSCRIPTION"]),
        "onFragment" => is_on(&["FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"]),
        "onField" => is_on(&["FIELD"]),
        _ => Shown::Null,
    }
}

fn of_deprecation<'s>(directives: &'s [Directive], name: &str) -> Shown<'s> {
    match name {
        "isDeprecated" => Shown::Bool(reason(directives).is_some()),
        "deprecationReason" => Shown::text(reason(directives)),
        _ => Shown::Null,
    }
}

fn reason(directives: &[Directive]) -> Option<&str> {
    let deprecated = directives.iter().find(|directive| &*directive.name == "deprecated")?;
    Some(match deprecated.argument("reason") {
        Some(Literal::String(reason)) => reason,
        _ => NO_REASON,
    })
}

/// The query of GraphiQL and of Amplify's code generator.
const FULL_QUERY: &str = "query IntrospectionQuery { __schema { queryType { name } mutationType { name } \
    subscriptionType { name } types { ...FullType } directives { name description locations \
    args { ...InputValue } onOperation onFragment onField } } }";

const TYPE_FRAGMENTS: &str = "fragment FullType on __Type { kind name description \
    fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef } \
    isDeprecated deprecationReason } inputFields { ...InputValue } interfaces { ...TypeRef } \
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } \
    possibleTypes { ...TypeRef } } \
    fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue } \
    fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name \
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }";

pub(crate) fn json(schema: &Schema) -> String {
    let text = format!("{FULL_QUERY} {TYPE_FRAGMENTS}");
    run(schema, &text, &Value::NULL).unwrap_or_default()
}

pub(crate) fn type_json(schema: &Schema, name: &str) -> String {
    let text = format!(
        "query Type($name: String!) {{ __type(name: $name) {{ ...FullType }} }} {TYPE_FRAGMENTS}"
    );
    let answer = run(schema, &text, &Value::object([("name", name)]));
    let member = |answer: Value| answer.get("data")?.get("__type");
    let found = answer.and_then(|text| member(Value::parse_written(&text).ok()?));
    found.unwrap_or_default().to_string()
}

fn run(schema: &Schema, text: &str, variables: &Value) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let limits = Limits { response_bytes_max: usize::MAX, ..Limits::default() };
    let request = Request {
        schema,
        document: &document,
        operation_name: None,
        variables,
        limits: &limits,
        keeps_events: false,
    };
    // Nothing here waits, so the first poll is the last.
    let response = execute(request, Value::NULL, &NoResolvers).now_or_never()?;
    Some(response.to_json())
}
