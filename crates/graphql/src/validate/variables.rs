//! Uses of variables: each defined, each of a fitting type, each definition used. Fragments are followed
//! where they are spread, each one once an operation.

use std::collections::{HashMap, HashSet};

use super::Walk;
use crate::ast::{
    Argument, Directive, Fragment, Literal, Offset, Operation, Selection, VariableDefinition,
};
use crate::schema::{InputType, Shape, TypeId};

/// What is known of the variables of the operation around.
pub(super) struct Variables<'d> {
    definitions: HashMap<&'d str, &'d VariableDefinition>,
    used: HashSet<&'d str>,
    followed: HashSet<&'d str>,
}

impl<'d> Variables<'d> {
    pub(super) fn of(operation: &'d Operation) -> Self {
        Variables {
            definitions: operation.variables.iter().map(|one| (&*one.name, one)).collect(),
            used: HashSet::new(),
            followed: HashSet::new(),
        }
    }
}

impl<'d> Walk<'d> {
    pub(super) fn unused_variables(&mut self, operation: &'d Operation) {
        let Some(variables) = self.variables.take() else { return };
        for definition in &operation.variables {
            if !variables.used.contains(&*definition.name) {
                let message = format!("Unused variable {}", definition.name);
                self.error("UnusedVariable", definition.at, message);
            }
        }
    }

    /// The uses within a fragment that the operation spreads.
    pub(super) fn variables_of_fragment(&mut self, fragment: &'d Fragment) {
        let Some(variables) = &mut self.variables else { return };
        if !variables.followed.insert(&fragment.name) {
            return;
        }
        self.path.push(&fragment.name);
        let on = self.composite(&fragment.on.0);
        self.variables_of_directives(&fragment.directives);
        self.variables_of_selections(&fragment.selections, on);
        self.path.pop();
    }

    fn variables_of_selections(&mut self, selections: &'d [Selection], parent: Option<TypeId>) {
        let (schema, document) = (self.schema, self.document);
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    self.path.push(&field.name);
                    let found = parent.and_then(|parent| schema.field(parent, &field.name));
                    for argument in &field.arguments {
                        let of = found.and_then(|found| found.arguments.get(&argument.name));
                        self.variables_of_argument(argument, of);
                    }
                    self.variables_of_directives(&field.directives);
                    let below = found.map(|found| found.shape.named());
                    self.variables_of_selections(&field.selections, below);
                    self.path.pop();
                }
                Selection::Inline(inline) => {
                    let on = match &inline.on {
                        Some((name, _)) => self.composite(name),
                        None => parent,
                    };
                    self.variables_of_directives(&inline.directives);
                    self.variables_of_selections(&inline.selections, on);
                }
                Selection::Spread(spread) => {
                    if let Some(fragment) = document.fragments.get(&spread.name) {
                        self.variables_of_fragment(fragment);
                    }
                    self.variables_of_directives(&spread.directives);
                }
            }
        }
    }

    fn variables_of_directives(&mut self, directives: &'d [Directive]) {
        let schema = self.schema;
        for directive in directives {
            let found = schema.directives.get(&directive.name);
            for argument in &directive.arguments {
                let of = found.and_then(|found| found.arguments.get(&argument.name));
                self.variables_of_argument(argument, of);
            }
        }
    }

    pub(super) fn variables_of_argument(
        &mut self,
        argument: &'d Argument,
        of: Option<&'d InputType>,
    ) {
        self.variables_of_literal(&argument.value, of.map(|of| &of.shape));
    }

    fn variables_of_literal(&mut self, literal: &'d Literal, shape: Option<&'d Shape>) {
        let schema = self.schema;
        match literal {
            Literal::Variable(name, at) => self.variable(name, *at, shape),
            Literal::List(items) => {
                let item_shape = shape.and_then(|shape| match shape.nullable() {
                    Shape::List(inner) => Some(&**inner),
                    Shape::Named(_) | Shape::NonNull(_) => None,
                });
                items.iter().for_each(|item| self.variables_of_literal(item, item_shape));
            }
            Literal::Object(members) => {
                let of = shape.map(|shape| schema.of(shape.named()));
                for (name, member) in members {
                    let input = of.and_then(|of| of.inputs.get(name));
                    self.variables_of_literal(member, input.map(|input| &input.shape));
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
        // Outside of operations, in a fragment by itself, nothing is known of variables.
        let Some(variables) = &mut self.variables else { return };
        variables.used.insert(name);
        let Some(definition) = variables.definitions.get(name) else {
            self.error("UndefinedVariable", at, format!("Undefined variable {name}"));
            return;
        };
        let shape = self.schema.shape(&definition.of_type);
        let (Some(expected), Some(shape)) = (expected, shape) else { return };
        // With a default it is never null.
        let effective = match (&definition.default, shape.is_non_null()) {
            (Some(_), false) => Shape::NonNull(Box::new(shape)),
            _ => shape,
        };
        if !fits(&effective, expected) {
            let message = format!(
                "Variable type '{}' doesn't match expected type '{}'",
                self.schema.written(&effective),
                self.schema.written(expected)
            );
            self.error("VariableTypeMismatch", at, message);
        }
    }
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
