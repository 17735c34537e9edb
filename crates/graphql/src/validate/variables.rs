//! Uses of variables: each defined, each of a fitting type, each definition used. Fragments are followed
//! from the operation, each one once.

use std::collections::{HashMap, HashSet};

use super::Walk;
use crate::ast::{Argument, Directive, Literal, Offset, Operation, Selection, VariableDefinition};
use crate::schema::{InputType, Schema, Shape, TypeId};

pub(super) fn check<'d>(walk: &mut Walk<'d>, operation: &'d Operation) {
    let definitions = operation.variables.iter().map(|one| (&*one.name, one)).collect();
    let root = walk.schema.root_id(operation.kind);
    let mut uses = Uses { walk, definitions, used: HashSet::new(), visited: HashSet::new() };
    uses.directives(&operation.directives);
    uses.selections(&operation.selections, root);
    let used = uses.used;
    for definition in &operation.variables {
        if !used.contains(&*definition.name) {
            let message = format!("Unused variable {}", definition.name);
            walk.error("UnusedVariable", definition.at, message);
        }
    }
}

struct Uses<'w, 'd> {
    walk: &'w mut Walk<'d>,
    definitions: HashMap<&'d str, &'d VariableDefinition>,
    used: HashSet<&'d str>,
    visited: HashSet<&'d str>,
}

impl<'d> Uses<'_, 'd> {
    fn selections(&mut self, selections: &'d [Selection], parent: Option<TypeId>) {
        let schema = self.walk.schema;
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    self.walk.path.push(&field.name);
                    let found = parent.and_then(|parent| schema.field(parent, &field.name));
                    for argument in &field.arguments {
                        self.argument(
                            argument,
                            found.and_then(|found| found.arguments.get(&argument.name)),
                        );
                    }
                    self.directives(&field.directives);
                    self.selections(&field.selections, found.map(|found| found.shape.named()));
                    self.walk.path.pop();
                }
                Selection::Inline(inline) => {
                    self.directives(&inline.directives);
                    let on = match &inline.on {
                        Some((name, _)) => self.walk.composite(name),
                        None => parent,
                    };
                    self.selections(&inline.selections, on);
                }
                Selection::Spread(spread) => {
                    self.directives(&spread.directives);
                    let document = self.walk.document;
                    if let Some(fragment) = document.fragments.get(&spread.name)
                        && self.visited.insert(&spread.name)
                    {
                        self.walk.path.push(&fragment.name);
                        let on = self.walk.composite(&fragment.on.0);
                        self.directives(&fragment.directives);
                        self.selections(&fragment.selections, on);
                        self.walk.path.pop();
                    }
                }
            }
        }
    }

    fn directives(&mut self, directives: &'d [Directive]) {
        let schema = self.walk.schema;
        for directive in directives {
            let found = schema.directives.get(&directive.name);
            for argument in &directive.arguments {
                let defined = found.and_then(|found| found.arguments.get(&argument.name));
                self.argument(argument, defined);
            }
        }
    }

    fn argument(&mut self, argument: &'d Argument, defined: Option<&'d InputType>) {
        self.literal(&argument.value, defined.map(|defined| &defined.shape));
    }

    fn literal(&mut self, literal: &'d Literal, shape: Option<&'d Shape>) {
        let schema = self.walk.schema;
        match literal {
            Literal::Variable(name, at) => self.variable(name, *at, shape),
            Literal::List(items) => {
                let item_shape = shape.and_then(|shape| match shape.nullable() {
                    Shape::List(inner) => Some(&**inner),
                    Shape::Named(_) | Shape::NonNull(_) => None,
                });
                items.iter().for_each(|item| self.literal(item, item_shape));
            }
            Literal::Object(members) => {
                let of = shape.map(|shape| schema.of(shape.named()));
                for (name, member) in members {
                    let input = of.and_then(|of| of.inputs.get(name));
                    self.literal(member, input.map(|input| &input.shape));
                }
            }
            Literal::Null
            | Literal::Boolean(_)
            | Literal::Int(_)
            | Literal::Float(_)
            | Literal::String(_)
            | Literal::Enum(_) => {}
        }
    }

    fn variable(&mut self, name: &'d str, at: Offset, expected: Option<&Shape>) {
        self.used.insert(name);
        let Some(definition) = self.definitions.get(name) else {
            self.walk.error("UndefinedVariable", at, format!("Undefined variable {name}"));
            return;
        };
        let schema = self.walk.schema;
        let (Some(expected), Some(shape)) = (expected, schema.shape(&definition.of_type)) else {
            return;
        };
        // With a default it is never null.
        let effective = match (&definition.default, shape.is_non_null()) {
            (Some(_), false) => Shape::NonNull(Box::new(shape)),
            _ => shape,
        };
        if !fits(&effective, expected) {
            let message = format!(
                "Variable type '{}' doesn't match expected type '{}'",
                written(schema, &effective),
                written(schema, expected)
            );
            self.walk.error("VariableTypeMismatch", at, message);
        }
    }
}

fn written(schema: &Schema, shape: &Shape) -> String {
    schema.written(shape)
}

fn fits(actual: &Shape, expected: &Shape) -> bool {
    match (actual, expected) {
        (Shape::NonNull(actual), Shape::NonNull(expected)) => fits(actual, expected),
        (_, Shape::NonNull(_)) => false,
        (Shape::NonNull(actual), _) => fits(actual, expected),
        (Shape::List(actual), Shape::List(expected)) => fits(actual, expected),
        (Shape::Named(actual), Shape::Named(expected)) => actual == expected,
        _ => false,
    }
}
