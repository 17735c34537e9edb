//! Writes values as the selections want them, straight into text.

use json::{Kind, Value, write_string};

use super::chunk::{Chunk, Container, Hole, Place, Slots};
use super::{Env, NullViolation, Written};
use crate::ast::TypeKind;
use crate::plan::{PlanField, Way};
use crate::resolve::Resolve;
use crate::response::{Detail, Error, PathPart, path_text};
use crate::scalar::Scalar;
use crate::schema::{Shape, Type, TypeId};

/// About what an error takes in the response: a list of a million nulls is one of a million errors.
const ERROR_BYTES: usize = 128;

/// A call that a chunk asks for.
#[derive(Debug)]
pub(super) struct Pending<'p> {
    pub(super) field: &'p PlanField<'p>,
    pub(super) place: Place,
    pub(super) source: Value,
    pub(super) path: Vec<PathPart>,
}

pub(super) struct Writer<'w, 'p, R> {
    pub(super) env: &'p Env<'p>,
    pub(super) resolve: &'p R,
    pub(super) text: String,
    errors: &'w mut Vec<Error>,
    slots: &'w mut Slots,
    /// Bytes of all chunks before; more than the limit once that was reached.
    written: &'w mut usize,
    slot: usize,
    holes: Vec<Hole>,
    containers: Vec<Container>,
    /// The innermost container that is being written.
    container: Option<usize>,
    calls: Vec<Pending<'p>>,
    /// Where the chunk stands, and the steps from there.
    base: Vec<PathPart>,
    pub(super) steps: Vec<Step<'p>>,
}

#[derive(Clone, Copy)]
pub(super) enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

/// How much there was of everything, to go back to.
struct Mark {
    text: usize,
    holes: usize,
    containers: usize,
    calls: usize,
}

impl<'w, 'p, R: Resolve> Writer<'w, 'p, R> {
    pub(super) fn new(
        env: &'p Env<'p>,
        resolve: &'p R,
        errors: &'w mut Vec<Error>,
        slots: &'w mut Slots,
        written: &'w mut usize,
        slot: usize,
        base: Vec<PathPart>,
    ) -> Self {
        Writer {
            env,
            resolve,
            text: String::new(),
            errors,
            slots,
            written,
            slot,
            holes: Vec::new(),
            containers: Vec::new(),
            container: None,
            calls: Vec::new(),
            base,
            steps: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> (Chunk, Vec<Pending<'p>>) {
        *self.written = self.written.saturating_add(self.text.len());
        let chunk = Chunk { text: self.text, holes: self.holes, containers: self.containers };
        (chunk, self.calls)
    }

    /// Writes the value that a field was given.
    pub(super) fn field_value(&mut self, field: &'p PlanField<'p>, value: &Value) -> Written {
        let parent = self.env.schema.of(field.parent).name();
        self.complete(&field.of.shape, field, value, parent)
    }

    /// Writes an object. All fields are looked at even if one has failed: each tells its own errors.
    pub(super) fn object(
        &mut self,
        object: TypeId,
        fields: &'p [PlanField<'p>],
        source: &Value,
    ) -> Written {
        let mut outcome = Ok(());
        self.text.push('{');
        for (i, field) in fields.iter().enumerate() {
            if self.is_full() {
                return Err(NullViolation);
            }
            if 0 < i {
                self.text.push(',');
            }
            self.key(field.key);
            self.steps.push(Step::Key(field.key));
            if self.field(object, field, source).is_err() {
                outcome = Err(NullViolation);
            }
            self.steps.pop();
        }
        self.text.push('}');
        outcome
    }

    /// A name needs no escapes.
    pub(super) fn key(&mut self, key: &str) {
        self.text.push('"');
        self.text.push_str(key);
        self.text.push_str("\":");
    }

    fn field(&mut self, object: TypeId, field: &'p PlanField<'p>, source: &Value) -> Written {
        match &field.way {
            Way::Property => {
                let value = source.get(&field.of.name).unwrap_or_default();
                self.field_value(field, &value)
            }
            Way::Typename => {
                write_string(self.env.schema.of(object).name(), &mut self.text);
                Ok(())
            }
            Way::Resolver { .. } => {
                let place = self.slots.reserve(self.container, self.slot);
                self.holes.push(Hole { at: self.text.len(), slot: place.slot });
                let (source, path) = (source.clone(), self.path());
                self.calls.push(Pending { field, place, source, path });
                Ok(())
            }
            Way::Introspection => {
                self.introspect(field);
                Ok(())
            }
            Way::Refused { message, error_type } => {
                let detail =
                    Detail { error_type: Some((*error_type).to_owned()), ..Detail::default() };
                let error = Error {
                    message: message.clone(),
                    path: Some(self.path()),
                    locations: vec![self.env.document.source.location(field.nodes[0].at)],
                    detail: Some(Box::new(detail)),
                };
                self.errors.push(error);
                self.field_value(field, &Value::NULL)
            }
        }
    }

    /// Writes a value of a shape; `within` is the type around it, which the sentence about nulls names.
    fn complete(
        &mut self,
        shape: &Shape,
        field: &'p PlanField<'p>,
        value: &Value,
        within: &str,
    ) -> Written {
        let inner = shape.nullable();
        if value.is_null() {
            return self.null(shape, within);
        }
        let leaf = match inner {
            Shape::Named(id) => Some(self.env.schema.of(*id)).filter(|of| of.is_leaf()),
            Shape::List(_) | Shape::NonNull(_) => None,
        };
        if let Some(leaf) = leaf {
            return if self.leaf(leaf, value) { Ok(()) } else { self.null(shape, within) };
        }
        let mark = self.mark();
        let around = self.container;
        if !shape.is_non_null() {
            self.container = Some(self.containers.len());
            let start = self.text.len();
            self.containers.push(Container { start, end: start, is_null: false });
        }
        let written = match inner {
            Shape::List(item) => self.list(item, field, value),
            Shape::Named(id) => self.composite(*id, field, value),
            Shape::NonNull(_) => Ok(false),
        };
        self.container = around;
        match written {
            Ok(true) => {
                self.close(&mark);
                Ok(())
            }
            Ok(false) => {
                self.back_to(&mark);
                self.null(shape, within)
            }
            Err(NullViolation) => {
                self.back_to(&mark);
                if shape.is_non_null() {
                    return Err(NullViolation);
                }
                self.text.push_str("null");
                Ok(())
            }
        }
    }

    /// A null, if it may be one. What has failed at this very place says nothing more.
    fn null(&mut self, shape: &Shape, within: &str) -> Written {
        let Shape::NonNull(inner) = shape else {
            self.text.push_str("null");
            return Ok(());
        };
        let path = self.path();
        if self.errors.last().is_none_or(|error| error.path.as_ref() != Some(&path)) {
            // graphql-java's lists have no name; seen on AWS so.
            let name = match &**inner {
                Shape::Named(id) => self.env.schema.of(*id).name(),
                Shape::List(_) | Shape::NonNull(_) => "null",
            };
            let message = format!(
                "Cannot return null for non-nullable type: '{name}' within parent '{within}' ({})",
                path_text(&path)
            );
            self.errors.push(Error { message, path: Some(path), locations: vec![], detail: None });
        }
        Err(NullViolation)
    }

    /// Whether the value could be written as the leaf that it should be.
    fn leaf(&mut self, of: &Type, value: &Value) -> bool {
        let outcome = match of.scalar {
            Some(Scalar::Json) if self.env.is_written && value.kind() == Kind::String => {
                value.write_to(&mut self.text);
                Ok(())
            }
            Some(scalar) => scalar.serialize(value, &mut self.text),
            None if value.as_str().is_some_and(|name| of.values.contains(name)) => {
                value.write_to(&mut self.text);
                Ok(())
            }
            None => Err(format!("Invalid input for Enum '{}'.", of.name())),
        };
        let Err(reason) = outcome else { return true };
        let path = self.path();
        self.fault(format!("Can't serialize value ({}) : {reason}", path_text(&path)), path);
        false
    }

    fn list(
        &mut self,
        item: &Shape,
        field: &'p PlanField<'p>,
        value: &Value,
    ) -> Result<bool, NullViolation> {
        if value.kind() != Kind::Array {
            let path = self.path();
            let message = format!(
                "Can't resolve value ({}) : type mismatch error, expected type LIST",
                path_text(&path)
            );
            self.fault(message, path);
            return Ok(false);
        }
        let mut outcome = Ok(true);
        self.text.push('[');
        for (i, value) in value.items().enumerate() {
            if self.is_full() {
                return Err(NullViolation);
            }
            if 0 < i {
                self.text.push(',');
            }
            self.steps.push(Step::Index(i));
            if self.complete(item, field, &value, "null").is_err() {
                outcome = Err(NullViolation);
            }
            self.steps.pop();
        }
        self.text.push(']');
        outcome
    }

    fn composite(
        &mut self,
        of: TypeId,
        field: &'p PlanField<'p>,
        value: &Value,
    ) -> Result<bool, NullViolation> {
        let Some(object) = self.object_type(of, value) else {
            let path = self.path();
            let (env, name) = (self.env, self.env.schema.of(of).name());
            let message = format!(
                "Can't resolve '{}'. Abstract type '{name}' must resolve to an Object type at runtime for field '{}.{}'. Could not determine the exact type of '{name}'",
                path_text(&path),
                env.schema.of(field.parent).name(),
                field.of.name
            );
            self.fault(message, path);
            return Ok(false);
        };
        let fields = field.children(self.env, self.resolve, object);
        self.object(object, fields, value).map(|()| true)
    }

    /// A value of an abstract type says itself, by `__typename`, what it is.
    fn object_type(&self, of: TypeId, value: &Value) -> Option<TypeId> {
        let schema = self.env.schema;
        if schema.of(of).kind() == TypeKind::Object {
            return Some(of);
        }
        let name = value.get("__typename")?;
        let object = schema.id(name.as_str()?)?;
        schema.of(of).possible.contains(&object).then_some(object)
    }

    fn fault(&mut self, message: String, path: Vec<PathPart>) {
        self.errors.push(Error { message, path: Some(path), locations: Vec::new(), detail: None });
    }

    fn path(&self) -> Vec<PathPart> {
        let steps = self.steps.iter().map(|step| match step {
            Step::Key(key) => PathPart::Key((*key).into()),
            Step::Index(place) => PathPart::Index(*place),
        });
        self.base.iter().cloned().chain(steps).collect()
    }

    /// Whether the response is as long as it may become; it is then given up.
    pub(super) fn is_full(&mut self) -> bool {
        let most = self.env.limits.response_bytes_max;
        let errors = self.errors.len().saturating_mul(ERROR_BYTES);
        if self.written.saturating_add(self.text.len()).saturating_add(errors) <= most {
            return false;
        }
        *self.written = most.saturating_add(1);
        true
    }

    fn mark(&self) -> Mark {
        Mark {
            text: self.text.len(),
            holes: self.holes.len(),
            containers: self.containers.len(),
            calls: self.calls.len(),
        }
    }

    fn back_to(&mut self, mark: &Mark) {
        self.text.truncate(mark.text);
        self.holes.truncate(mark.holes);
        self.containers.truncate(mark.containers);
        self.calls.truncate(mark.calls);
    }

    /// Ends a container; one without a hole can't become null any more and is forgotten.
    fn close(&mut self, mark: &Mark) {
        if self.holes.len() == mark.holes {
            self.containers.truncate(mark.containers);
        } else if let Some(container) = self.containers.get_mut(mark.containers)
            && container.start == mark.text
        {
            container.end = self.text.len();
        }
    }
}
