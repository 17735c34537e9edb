//! Variables and arguments to values of their types. <https://spec.graphql.org/October2021/#sec-Input-Values>

use indexmap::IndexMap;
use json::{Kind, Object, Value};

use crate::ast::{Argument, Literal, Offset, Operation, TypeKind, VariableDefinition};
use crate::scalar::java_text;
use crate::schema::{InputType, Schema, Shape, TypeId};

/// Why variables don't fit, and where it is to be said.
pub(crate) struct Misfit {
    pub(crate) message: String,
    pub(crate) at: Option<Offset>,
}

/// The values of an operation's variables; those that aren't given and have no default aren't in it.
pub(crate) fn variables(
    schema: &Schema,
    operation: &Operation,
    given: &Value,
) -> Result<Value, Misfit> {
    let mut values = Object::with_capacity(operation.variables.len());
    for definition in &operation.variables {
        // What has no such type was refused before.
        let Some(shape) = schema.shape(&definition.of_type) else { continue };
        let value = match (given.get(&definition.name), &definition.default) {
            (Some(value), Some(_)) if !value.is_null() => {
                Coercion { schema, definition }.value(&definition.name, &shape, &value)?
            }
            (_, Some(default)) => literal(schema, &shape, default, &Value::NULL)
                .map_err(|message| Misfit { message, at: Some(definition.at) })?,
            (Some(value), None) => {
                Coercion { schema, definition }.value(&definition.name, &shape, &value)?
            }
            (None, None) if shape.is_non_null() => {
                return Err(Coercion { schema, definition }.null(&shape));
            }
            (None, None) => continue,
        };
        values.insert(&*definition.name, value);
    }
    Ok(values.into())
}

struct Coercion<'a> {
    schema: &'a Schema,
    definition: &'a VariableDefinition,
}

impl Coercion<'_> {
    /// AppSync names the variable and the inner type, whatever field it is about: aws-appsync-community#406.
    fn null(&self, shape: &Shape) -> Misfit {
        let message = format!(
            "Variable '{}' has coerced Null value for NonNull type '{}'",
            self.definition.name,
            self.schema.written(shape)
        );
        Misfit { message, at: Some(self.definition.at) }
    }

    fn invalid(&self, name: &str, reason: &str) -> Misfit {
        let message = format!("Variable '{name}' has an invalid value. {reason}");
        Misfit { message, at: Some(self.definition.at) }
    }

    /// `name` is that of the variable, or of the field within it.
    fn value(&self, name: &str, shape: &Shape, value: &Value) -> Result<Value, Misfit> {
        match shape {
            Shape::NonNull(_) if value.is_null() => Err(self.null(shape)),
            Shape::NonNull(inner) => self.value(name, inner, value),
            _ if value.is_null() => Ok(Value::NULL),
            Shape::List(inner) if value.kind() == Kind::Array => {
                let items: Result<Vec<Value>, Misfit> =
                    value.items().map(|item| self.value(name, inner, &item)).collect();
                Ok(items?.into())
            }
            Shape::List(inner) => Ok(vec![self.value(name, inner, value)?].into()),
            Shape::Named(id) => self.named(name, *id, value),
        }
    }

    fn named(&self, name: &str, id: TypeId, value: &Value) -> Result<Value, Misfit> {
        let found = self.schema.of(id);
        if let Some(scalar) = found.scalar {
            return scalar.parse_value(value).map_err(|reason| self.invalid(name, &reason));
        }
        if found.kind() == TypeKind::Enum {
            let text = java_text(value);
            return if found.values.contains(&*text) {
                Ok(text.into())
            } else {
                let reason = format!(
                    "Invalid input for Enum '{}'. No value found for name '{text}'",
                    found.name()
                );
                Err(self.invalid(name, &reason))
            };
        }
        if value.kind() != Kind::Object {
            let reason = format!(
                "Expected type 'Map' but was '{}'. Variables for input objects must be an instance of type 'Map'.",
                crate::scalar::java_type(value)
            );
            return Err(self.invalid(name, &reason));
        }
        self.object(id, value)
    }

    fn object(&self, id: TypeId, value: &Value) -> Result<Value, Misfit> {
        let found = self.schema.of(id);
        let undefined = value.entries().find(|(key, _)| !found.inputs.contains_key(*key));
        if let Some((key, _)) = undefined {
            // The blank at the end is AWS's. It doesn't name the field (aws-appsync-community#273), but for
            // the one whose sentence DataStore knows and falls back to its own filters on.
            let field = if key == "not" { "field name 'not'" } else { "field" };
            let message = format!(
                "The variables input contains a {field} that is not defined for input object type '{}' ",
                found.name()
            );
            return Err(Misfit { message, at: None });
        }
        let mut object = Object::with_capacity(value.len());
        for (key, input) in &found.inputs {
            let given = value.get(key);
            let is_given = given.as_ref().is_some_and(|value| !value.is_null());
            let coerced = match (given, &input.default) {
                (_, Some(default)) if !is_given => {
                    literal(self.schema, &input.shape, default, &Value::NULL)
                        .map_err(|message| Misfit { message, at: Some(self.definition.at) })?
                }
                (Some(given), _) => self.value(key, &input.shape, &given)?,
                (None, _) if input.shape.is_non_null() => return Err(self.null(&input.shape)),
                (None, _) => continue,
            };
            object.insert(&**key, coerced);
        }
        Ok(object.into())
    }
}

/// The arguments of a field, in the order of its definition; those that are neither given nor defaulted
/// aren't in it.
pub(crate) fn arguments(
    schema: &Schema,
    defined: &IndexMap<Box<str>, InputType>,
    given: &[Argument],
    variables: &Value,
) -> Result<Value, String> {
    let mut values = Object::with_capacity(given.len());
    for (name, input) in defined {
        let literal = given.iter().rfind(|argument| argument.name == *name);
        let literal = literal.map(|argument| &argument.value);
        if let Some(value) = member(schema, name, input, literal, variables)? {
            values.insert(&**name, value);
        }
    }
    Ok(values.into())
}

/// An argument or a field of an input object: given, defaulted, or not there.
fn member(
    schema: &Schema,
    name: &str,
    input: &InputType,
    given: Option<&Literal>,
    variables: &Value,
) -> Result<Option<Value>, String> {
    let given = match given {
        Some(Literal::Variable(variable, _)) => variables.get(variable),
        Some(given) => Some(literal(schema, &input.shape, given, variables)?),
        None => None,
    };
    let value = match (given, &input.default) {
        (Some(value), _) => Some(value),
        (None, Some(default)) => Some(literal(schema, &input.shape, default, &Value::NULL)?),
        (None, None) => None,
    };
    let is_null = value.as_ref().is_none_or(Value::is_null);
    if is_null && input.shape.is_non_null() {
        return Err(format!(
            "Input field '{name}' has coerced Null value for NonNull type '{}'",
            schema.written(&input.shape)
        ));
    }
    Ok(value)
}

/// The value of a literal that was found valid.
///
/// # Errors
/// It isn't, which only a default value in a schema can be.
pub(crate) fn literal(
    schema: &Schema,
    shape: &Shape,
    given: &Literal,
    variables: &Value,
) -> Result<Value, String> {
    match (shape, given) {
        (_, Literal::Variable(name, _)) => Ok(variables.get(name).unwrap_or_default()),
        (_, Literal::Null) => Ok(Value::NULL),
        (Shape::NonNull(inner), _) => literal(schema, inner, given, variables),
        (Shape::List(inner), Literal::List(items)) => {
            let items: Result<Vec<Value>, String> =
                items.iter().map(|item| literal(schema, inner, item, variables)).collect();
            Ok(items?.into())
        }
        (Shape::List(inner), _) => Ok(vec![literal(schema, inner, given, variables)?].into()),
        (Shape::Named(id), _) => {
            let found = schema.of(*id);
            let value = match (found.scalar, given) {
                (Some(scalar), _) => scalar.parse_literal(given),
                (None, Literal::Enum(name)) => Some(Value::from(&**name)),
                (None, Literal::Object(members)) => {
                    return object(schema, *id, members, variables);
                }
                (None, _) => None,
            };
            value.ok_or_else(|| format!("A value is not a valid '{}'", found.name()))
        }
    }
}

fn object(
    schema: &Schema,
    id: TypeId,
    members: &[(Box<str>, Literal)],
    variables: &Value,
) -> Result<Value, String> {
    let mut object = Object::with_capacity(members.len());
    for (name, input) in &schema.of(id).inputs {
        let given = members.iter().rfind(|(key, _)| key == name).map(|(_, literal)| literal);
        if let Some(value) = member(schema, name, input, given, variables)? {
            object.insert(&**name, value);
        }
    }
    Ok(object.into())
}
