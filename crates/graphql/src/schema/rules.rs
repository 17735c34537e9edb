//! What must hold between the types of a schema, beyond that all names are there.

use super::build::Problems;
use super::{FieldType, Schema, Shape, Type, TypeId};
use crate::ast::{FieldDefinition, Literal, Offset, TypeKind};

pub(super) fn check(schema: &Schema, problems: &mut Problems) {
    for (place, found) in schema.types.values().enumerate() {
        if found.built_in {
            continue;
        }
        names(found, problems);
        uses(schema, found, problems);
        values(found, problems);
        defaults(schema, found, problems);
        for interface in &found.interfaces {
            conforms(schema, TypeId(place as u32), *interface, problems);
        }
    }
    subscriptions(schema, problems);
}

/// Scalars are AppSync's alone, and so are names that begin as its own do.
fn names(found: &Type, problems: &mut Problems) {
    let (name, at) = (found.name(), found.definition.at);
    if found.kind() == TypeKind::Scalar {
        // Two blanks: graphql-java's sentence has them.
        let message =
            format!("There is no scalar implementation for the named  '{name}' scalar type");
        problems.add(at, message);
    } else if name.starts_with("__") {
        problems.add(at, format!("'{name}' must not begin with '__', which is reserved"));
    } else if name.starts_with("AWS") && found.kind() == TypeKind::Object {
        problems.add(at, format!("'{name}' must not begin with 'AWS', which is reserved"));
    }
    let is_empty = match found.kind() {
        TypeKind::Object | TypeKind::Interface => found.definition.fields.is_empty(),
        TypeKind::Enum => found.definition.values.is_empty(),
        TypeKind::InputObject => found.definition.inputs.is_empty(),
        TypeKind::Union => found.definition.members.is_empty(),
        TypeKind::Scalar => false,
    };
    if is_empty {
        problems.add(at, format!("The type '{name}' {} must not be empty", problems.place(at)));
    }
}

/// Input types go in, output types come out.
fn uses(schema: &Schema, found: &Type, problems: &mut Problems) {
    let mut check_input = |shape: &Shape, at: Offset| {
        let used = schema.of(shape.named());
        if !used.is_input() {
            let message = format!(
                "The type '{}' {} is not an input type, but was used as an input type {}",
                used.name(),
                problems.place(used.definition.at),
                problems.place(at)
            );
            problems.add(at, message);
        }
    };
    for (input, definition) in found.inputs.values().zip(&found.definition.inputs) {
        check_input(&input.shape, definition.of_type.named().1);
    }
    for (field, definition) in found.fields.values().zip(&found.definition.fields) {
        for (argument, written) in field.arguments.values().zip(&definition.arguments) {
            check_input(&argument.shape, written.of_type.named().1);
        }
    }
    for (field, definition) in found.fields.values().zip(&found.definition.fields) {
        let used = schema.of(field.shape.named());
        if used.kind() == TypeKind::InputObject {
            let at = definition.of_type.named().1;
            let message = format!(
                "The type '{}' {} is not an output type, but was used to declare the output type of a field {}",
                used.name(),
                problems.place(used.definition.at),
                problems.place(at)
            );
            problems.add(at, message);
        }
    }
}

/// So many values may come out of one default, and so deep may they be.
const DEFAULT_STEPS_MAX: usize = 10_000;
const DEFAULT_DEPTH_MAX: usize = 100;

/// A default may leave out what has a default itself: that must come to an end.
fn defaults(schema: &Schema, found: &Type, problems: &mut Problems) {
    let arguments = found.fields.values().flat_map(|field| &field.arguments);
    for (name, input) in found.inputs.iter().chain(arguments) {
        let Some(default) = &input.default else { continue };
        let mut steps = DEFAULT_STEPS_MAX;
        if !ends(schema, &input.shape, default, DEFAULT_DEPTH_MAX, &mut steps) {
            let message = format!(
                "The default of '{name}' in the type '{}' {} leads to itself or to too many values",
                found.name(),
                problems.place(found.definition.at)
            );
            problems.add(found.definition.at, message);
        }
    }
}

fn ends(schema: &Schema, shape: &Shape, given: &Literal, depth: usize, steps: &mut usize) -> bool {
    let (Some(depth), Some(left)) = (depth.checked_sub(1), steps.checked_sub(1)) else {
        return false;
    };
    *steps = left;
    match (shape.nullable(), given) {
        (Shape::List(inner), Literal::List(items)) => {
            items.iter().all(|item| ends(schema, inner, item, depth, steps))
        }
        (Shape::List(inner), _) => ends(schema, inner, given, depth, steps),
        (Shape::Named(id), Literal::Object(members)) => {
            schema.of(*id).inputs.iter().all(|(name, input)| {
                let given = members.iter().rfind(|(key, _)| key == name).map(|(_, given)| given);
                let value = given.or(input.default.as_ref());
                value.is_none_or(|value| ends(schema, &input.shape, value, depth, steps))
            })
        }
        _ => true,
    }
}

fn values(found: &Type, problems: &mut Problems) {
    for (i, value) in found.definition.values.iter().enumerate() {
        if found.definition.values[..i].iter().any(|earlier| earlier.name == value.name) {
            let message = format!(
                "The type '{}' {} has declared an enum value with a non unique name '{}'",
                found.name(),
                problems.place(found.definition.at),
                value.name
            );
            problems.add(value.at, message);
        }
    }
}

/// A type has what its interface promises: the fields, their types or narrower ones, their arguments.
fn conforms(schema: &Schema, object: TypeId, interface: TypeId, problems: &mut Problems) {
    let (of, promised) = (schema.of(object), schema.of(interface));
    let kind = if of.kind() == TypeKind::Object { "object" } else { "interface" };
    let (place, promised_place) =
        (problems.place(of.definition.at), problems.place(promised.definition.at));
    let (name, promise) = (of.name(), promised.name());
    for (field_name, wanted) in &promised.fields {
        let Some((index, _, field)) = of.fields.get_full(field_name) else {
            let message = format!(
                "The {kind} type '{name}' {place} does not have a field '{field_name}' required via interface '{promise}' {promised_place}"
            );
            problems.add(of.definition.at, message);
            continue;
        };
        let at = of.definition.fields.get(index).map_or(of.definition.at, |field| field.at);
        if !is_narrower(schema, &field.shape, &wanted.shape) {
            let message = format!(
                "The {kind} type '{name}' {place} has tried to redefine field '{field_name}' defined via interface '{promise}' {promised_place} from '{}' to '{}'",
                schema.written(&wanted.shape),
                schema.written(&field.shape)
            );
            problems.add(at, message);
        }
        if let Some(message) = arguments(schema, field, wanted) {
            let message = format!(
                "The {kind} type '{name}' {place} {message} interface '{promise}' {promised_place}"
            );
            problems.add(at, message);
        }
    }
}

fn arguments(schema: &Schema, field: &FieldType, wanted: &FieldType) -> Option<String> {
    let name = &field.name;
    for (argument, promised) in &wanted.arguments {
        match field.arguments.get(argument) {
            None => {
                return Some(format!(
                    "field '{name}' does not have the same number of arguments as specified via"
                ));
            }
            Some(given) if given.shape != promised.shape => {
                return Some(format!(
                    "has tried to redefine field '{name}' arguments from '{}' to '{}' defined via",
                    schema.written(&promised.shape),
                    schema.written(&given.shape)
                ));
            }
            Some(_) => {}
        }
    }
    let mut own = field.arguments.iter().filter(|(key, _)| !wanted.arguments.contains_key(*key));
    own.any(|(_, argument)| argument.shape.is_non_null() && argument.default.is_none())
        .then(|| format!("field '{name}' has an argument that is required and not specified via"))
}

fn is_narrower(schema: &Schema, shape: &Shape, wanted: &Shape) -> bool {
    match (shape, wanted) {
        (Shape::NonNull(inner), Shape::NonNull(wanted)) => is_narrower(schema, inner, wanted),
        (Shape::NonNull(inner), _) => is_narrower(schema, inner, wanted),
        (Shape::List(inner), Shape::List(wanted)) => is_narrower(schema, inner, wanted),
        (Shape::Named(id), Shape::Named(wanted)) => {
            id == wanted
                || schema.of(*wanted).possible.contains(id)
                || schema.of(*id).interfaces.contains(wanted)
        }
        _ => false,
    }
}

/// An event is what a mutation gave, so both must be of one type.
fn subscriptions(schema: &Schema, problems: &mut Problems) {
    let (Some(subscription), Some(mutation)) = (schema.subscription, schema.mutation) else {
        return;
    };
    let subscription = schema.of(subscription);
    for (field, definition) in subscription.fields.values().zip(&subscription.definition.fields) {
        for name in triggers(definition) {
            let Some(trigger) = schema.of(mutation).fields.get(name) else { continue };
            if trigger.shape.named() != field.shape.named() {
                let message = format!(
                    "The subscription '{}' is of type '{}', but its mutation '{name}' is of type '{}'",
                    field.name,
                    schema.written(&field.shape),
                    schema.written(&trigger.shape)
                );
                problems.add(definition.at, message);
            }
        }
    }
}

fn triggers(definition: &FieldDefinition) -> impl Iterator<Item = &str> {
    let subscribe = definition.directives.iter().filter(|found| &*found.name == "aws_subscribe");
    let lists = subscribe.filter_map(|found| found.argument("mutations"));
    lists.flat_map(|list| {
        let items: &[Literal] = match list {
            Literal::List(items) => items,
            _ => std::slice::from_ref(list),
        };
        items.iter().filter_map(|item| match item {
            Literal::String(name) => Some(&**name),
            _ => None,
        })
    })
}
