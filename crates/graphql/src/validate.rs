//! Holds a document against a schema, with the rules, the order and the words of graphql-java 9 to 12,
//! on which AppSync is built: clients match on its sentences.
//!
//! One walk in the order of the text; at each node the rules in graphql-java's order. What needs more than a
//! node is in `variables` (uses within fragments), `fragments` (cycles, unused ones), `overlap` (fields that
//! can't be merged) and `literal` (values).

pub(crate) mod fragments;
mod literal;
mod overlap;
mod variables;

use std::collections::HashSet;

use crate::ast::{
    Argument, Directive, Field, Inline, Offset, Operation, OperationKind, Selection, Spread,
    TypeKind, TypeRef, VariableDefinition,
};
use crate::document::{Document, Introspection};
use crate::response::Error;
use crate::schema::{DirectiveType, FieldType, InputType, Schema, Shape, TypeId};

use variables::Variables;

/// So many errors tell enough.
const ERRORS_MAX: usize = 100;

pub(crate) fn validate(
    document: &Document,
    schema: &Schema,
    introspection: Introspection,
) -> Vec<Error> {
    let mut walk = Walk {
        document,
        schema,
        introspection,
        path: Vec::new(),
        variables: None,
        errors: Vec::new(),
    };
    walk.document();
    walk.errors
}

pub(crate) struct Walk<'d> {
    document: &'d Document,
    schema: &'d Schema,
    introspection: Introspection,
    /// Names of the fields and fragments around.
    path: Vec<&'d str>,
    /// Those of the operation around; a fragment by itself has none.
    variables: Option<Variables<'d>>,
    errors: Vec<Error>,
}

impl<'d> Walk<'d> {
    fn document(&mut self) {
        let document = self.document;
        for (name, at) in &document.others {
            let message = format!("The {name} definition is not executable.");
            self.error("NonExecutableDefinition", *at, message);
        }
        let has_fragments = !document.fragments.is_empty();
        let mut earlier = Earlier::default();
        for operation in &document.operations {
            self.standing(operation, &mut earlier);
            self.operation(operation);
        }
        let mut steps = 0;
        for fragment in document.fragments.values() {
            self.path.push(&fragment.name);
            let on = self.schema.id(&fragment.on.0);
            if on.is_some_and(|on| !self.schema.of(on).is_composite()) {
                let message =
                    "Fragment type condition is invalid, must be on Object/Interface/Union";
                self.error("FragmentTypeConditionInvalid", fragment.at, message);
            }
            if document.is_cyclic {
                fragments::cycles(self, fragment, &mut steps);
            }
            self.unique_directives(&fragment.directives, "FragmentDefinition");
            self.type_name(&fragment.on.0, fragment.on.1);
            self.directives(&fragment.directives, "FRAGMENT_DEFINITION");
            self.selections(&fragment.selections, on);
            self.path.pop();
        }
        if document.is_cyclic && self.errors.is_empty() {
            self.error_at("FragmentCycle", &[], "Fragment cycles not allowed");
        }
        if has_fragments {
            fragments::unused(self);
        }
    }

    /// How an operation goes with those before it.
    fn standing(&mut self, operation: &'d Operation, earlier: &mut Earlier<'d>) {
        match &operation.name {
            None => {
                if 0 < earlier.count {
                    let message = "Anonymous operation with other operations.";
                    self.error("LoneAnonymousOperationViolation", operation.at, message);
                }
                earlier.is_one_anonymous = true;
            }
            Some(name) => {
                if earlier.is_one_anonymous {
                    let message = format!("Operation {name} is following anonymous operation.");
                    self.error("LoneAnonymousOperationViolation", operation.at, message);
                }
                if !earlier.names.insert(name) {
                    let message = format!("There can be only one operation named '{name}'");
                    self.error("DuplicateOperationName", operation.at, message);
                }
            }
        }
        earlier.count += 1;
    }

    fn operation(&mut self, operation: &'d Operation) {
        // What leads back to itself is told as such, and not followed.
        self.variables = (!self.document.is_cyclic).then(|| Variables::of(operation));
        self.unique_directives(&operation.directives, "OperationDefinition");
        operation.variables.iter().for_each(|definition| self.variable_definition(definition));
        let on = match operation.kind {
            OperationKind::Query => "QUERY",
            OperationKind::Mutation => "MUTATION",
            OperationKind::Subscription => "SUBSCRIPTION",
        };
        self.directives(&operation.directives, on);
        let root = self.schema.root_id(operation.kind);
        self.selections(&operation.selections, root);
        if !self.document.is_cyclic {
            overlap::check(self, operation);
        }
        self.unused_variables(operation);
    }

    fn variable_definition(&mut self, definition: &'d VariableDefinition) {
        let (name, at) = definition.of_type.named();
        let shape = self.schema.shape(&definition.of_type);
        let is_input = shape.as_ref().map(|shape| self.schema.of(shape.named()).is_input());
        if let (Some(shape), Some(true), Some(default)) = (&shape, is_input, &definition.default) {
            if matches!(definition.of_type, TypeRef::NonNull(_)) {
                let message = "Missing value for non null type";
                self.error("DefaultForNonNullArgument", definition.at, message);
            }
            if literal::check(self.schema, shape, default).is_some() {
                let message = format!(
                    "Bad default value {} for type {}",
                    literal::java_text(default),
                    if matches!(definition.of_type, TypeRef::Named(..)) { name } else { "null" }
                );
                self.error("BadValueForDefaultArg", definition.at, message);
            }
        }
        if is_input == Some(false) {
            self.error("NonInputTypeOnVariable", definition.at, "Wrong type for a variable");
        }
        self.type_name(name, at);
        self.directives(&definition.directives, "VARIABLE_DEFINITION");
    }

    fn selections(&mut self, selections: &'d [Selection], parent: Option<TypeId>) {
        let parent = parent.filter(|parent| self.schema.of(*parent).is_composite());
        for selection in selections {
            if ERRORS_MAX <= self.errors.len() {
                return;
            }
            match selection {
                Selection::Field(field) => {
                    self.path.push(&field.name);
                    self.field(field, parent);
                    self.path.pop();
                }
                Selection::Spread(spread) => self.spread(spread, parent),
                Selection::Inline(inline) => self.inline(inline, parent),
            }
        }
    }

    fn field(&mut self, field: &'d Field, parent: Option<TypeId>) {
        let found = parent.and_then(|parent| self.visible_field(parent, &field.name));
        match (parent, found) {
            (Some(parent), None) => {
                let message = format!(
                    "Field '{}' in type '{}' is undefined",
                    field.name,
                    self.schema.of(parent).name()
                );
                self.error("FieldUndefined", field.at, message);
            }
            (_, Some(found)) => {
                self.required_arguments(found, field);
                self.leaf_or_not(found, field);
            }
            (None, None) => {}
        }
        self.unique_directives(&field.directives, "Field");
        for argument in &field.arguments {
            let defined = found.map(|found| found.arguments.get(&argument.name));
            self.argument(argument, defined, Role::Field);
        }
        self.directives(&field.directives, "FIELD");
        self.selections(&field.selections, found.map(|found| found.shape.named()));
    }

    /// Where introspection is disabled, `__schema` has no fields: AWS's guide shows `types` undefined.
    fn visible_field(&self, parent: TypeId, name: &str) -> Option<&'d FieldType> {
        let schema = self.schema;
        let is_hidden = self.introspection == Introspection::Disabled
            && schema.of(parent).built_in
            && name != "__typename";
        if is_hidden { None } else { schema.field(parent, name) }
    }

    fn required_arguments(&mut self, found: &FieldType, field: &Field) {
        for (name, argument) in &found.arguments {
            let is_given = field.arguments.iter().any(|given| given.name == *name);
            if !is_given && argument.shape.is_non_null() && argument.default.is_none() {
                let message = format!("Missing field argument {name}");
                self.error("MissingFieldArgument", field.at, message);
            }
        }
    }

    fn leaf_or_not(&mut self, found: &FieldType, field: &Field) {
        let of = self.schema.of(found.shape.named());
        // Only a bare type has a name in graphql-java: seen on AWS for objects and leaves.
        let name = match found.shape {
            Shape::Named(_) => of.name(),
            _ => "null",
        };
        if of.is_leaf() && !field.selections.is_empty() {
            let message =
                format!("Sub selection not allowed on leaf type {name} of field {}", field.name);
            self.error("SubSelectionNotAllowed", field.at, message);
        } else if !of.is_leaf() && field.selections.is_empty() {
            let message = format!("Sub selection required for type {name} of field {}", field.name);
            self.error("SubSelectionRequired", field.at, message);
        }
    }

    fn inline(&mut self, inline: &'d Inline, parent: Option<TypeId>) {
        let on = match &inline.on {
            Some((name, _)) => self.schema.id(name),
            None => parent,
        };
        if let (Some((_, _)), Some(on)) = (&inline.on, on) {
            if !self.schema.of(on).is_composite() {
                let message =
                    "Inline fragment type condition is invalid, must be on Object/Interface/Union";
                self.error("InlineFragmentTypeConditionInvalid", inline.at, message);
            } else if let Some(parent) = parent
                && !self.schema.overlap(on, parent)
            {
                let message = format!(
                    "Fragment cannot be spread here as objects of type {} can never be of type {}",
                    self.schema.of(parent).name(),
                    self.schema.of(on).name()
                );
                self.error("InvalidFragmentType", inline.at, message);
            }
        }
        self.unique_directives(&inline.directives, "InlineFragment");
        if let Some((name, at)) = &inline.on {
            self.type_name(name, *at);
        }
        self.directives(&inline.directives, "INLINE_FRAGMENT");
        self.selections(&inline.selections, on);
    }

    fn spread(&mut self, spread: &'d Spread, parent: Option<TypeId>) {
        match self.document.fragments.get(&spread.name) {
            None => {
                let message = format!("Undefined fragment {}", spread.name);
                self.error("UndefinedFragment", spread.at, message);
            }
            Some(fragment) => {
                let on = self.schema.id(&fragment.on.0);
                let on = on.filter(|on| self.schema.of(*on).is_composite());
                if let (Some(on), Some(parent)) = (on, parent)
                    && !self.schema.overlap(on, parent)
                {
                    let message = format!(
                        "Fragment {} cannot be spread here as objects of type {} can never be of type {}",
                        spread.name,
                        self.schema.of(parent).name(),
                        self.schema.of(on).name()
                    );
                    self.error("InvalidFragmentType", spread.at, message);
                }
            }
        }
        self.unique_directives(&spread.directives, "FragmentSpread");
        if let Some(fragment) = self.document.fragments.get(&spread.name) {
            self.variables_of_fragment(fragment);
        }
        self.directives(&spread.directives, "FRAGMENT_SPREAD");
    }

    fn directives(&mut self, directives: &'d [Directive], on: &str) {
        for directive in directives {
            let Some(found) = self.schema.directives.get(&directive.name) else {
                let message = format!("Unknown directive {}", directive.name);
                self.error("UnknownDirective", directive.at, message);
                for argument in &directive.arguments {
                    self.argument(argument, None, Role::Directive);
                }
                continue;
            };
            if !found.definition.locations.iter().any(|location| &**location == on) {
                let message = format!("Directive {} not allowed here", directive.name);
                self.error("MisplacedDirective", directive.at, message);
            }
            self.directive_arguments(found, directive);
        }
    }

    fn directive_arguments(&mut self, found: &'d DirectiveType, directive: &'d Directive) {
        for (name, argument) in &found.arguments {
            let is_given = directive.argument(name).is_some();
            if !is_given && argument.shape.is_non_null() && argument.default.is_none() {
                let message = format!("Missing directive argument {name}");
                self.error("MissingDirectiveArgument", directive.at, message);
            }
        }
        for argument in &directive.arguments {
            let defined = found.arguments.get(&argument.name);
            self.argument(argument, Some(defined), Role::Directive);
        }
    }

    /// `defined` is the definition of the argument, if what it belongs to is known at all.
    fn argument(
        &mut self,
        argument: &'d Argument,
        defined: Option<Option<&'d InputType>>,
        role: Role,
    ) {
        match defined {
            Some(Some(defined)) => {
                if let Some(fault) = literal::check(self.schema, &defined.shape, &argument.value) {
                    let message = fault.message(&argument.name, &argument.value);
                    self.error("WrongType", argument.at, message);
                }
            }
            Some(None) => {
                // graphql-java's kind for the second is UnknownDirective, too.
                let (kind, what) = match role {
                    Role::Field => ("UnknownArgument", "field"),
                    Role::Directive => ("UnknownDirective", "directive"),
                };
                let message = format!("Unknown {what} argument {}", argument.name);
                self.error(kind, argument.at, message);
            }
            None => {}
        }
        self.variables_of_argument(argument, defined.flatten());
    }

    fn unique_directives(&mut self, directives: &[Directive], on: &str) {
        for (place, directive) in directives.iter().enumerate() {
            // More than a few on one node are hostile, and one error of a name is enough.
            if directives[..place].iter().take(ERRORS_MAX).any(|one| one.name == directive.name) {
                let message = format!(
                    "Directives must be uniquely named within a location. The directive '{}' used on a '{on}' is not unique.",
                    directive.name
                );
                self.error("DuplicateDirectiveName", directive.at, message);
            }
        }
    }

    fn type_name(&mut self, name: &str, at: Offset) {
        if self.schema.id(name).is_none() {
            self.error("UnknownType", at, format!("Unknown type {name}"));
        }
    }

    fn error(&mut self, kind: &str, at: Offset, message: impl Into<String>) {
        self.error_at(kind, &[at], message);
    }

    fn error_at(&mut self, kind: &str, at: &[Offset], message: impl Into<String>) {
        if ERRORS_MAX <= self.errors.len() {
            return;
        }
        let mut message = format!("Validation error of type {kind}: {}", message.into());
        if !self.path.is_empty() {
            message.push_str(&format!(" @ '{}'", self.path.join("/")));
        }
        let locations = at.iter().map(|at| self.document.source.location(*at)).collect();
        self.errors.push(Error::of_request(message, locations));
    }

    /// Whether a type is one that fields can be selected of, and which.
    fn composite(&self, name: &str) -> Option<TypeId> {
        self.schema.id(name).filter(|id| {
            matches!(
                self.schema.of(*id).kind(),
                TypeKind::Object | TypeKind::Interface | TypeKind::Union
            )
        })
    }
}

/// The operations before one.
#[derive(Default)]
struct Earlier<'d> {
    count: usize,
    names: HashSet<&'d str>,
    is_one_anonymous: bool,
}

/// What an argument belongs to.
#[derive(Clone, Copy)]
enum Role {
    Field,
    Directive,
}
