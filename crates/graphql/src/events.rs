//! What the fields of a mutation gave, under the fields' own names: what subscribers choose from.

use json::{Kind, Object, Value};

use crate::execute::Env;
use crate::plan::{PlanField, Way};
use crate::response::{Event, Response};
use crate::schema::TypeId;

/// One event for each field of the mutation that gave something.
pub(crate) fn of(env: &Env<'_>, fields: &[PlanField<'_>], response: &Response) -> Vec<Event> {
    let data = response.data.as_deref().and_then(|text| Value::parse_written(text).ok());
    let Some(data) = data else { return Vec::new() };
    let event = |field: &PlanField<'_>| {
        let value = data.get(field.key).filter(|value| !value.is_null())?;
        let is_own = matches!(field.way, Way::Property | Way::Resolver { .. });
        let name = field.of.name.to_string();
        is_own.then(|| Event { field: name, value: own_names(env, field, &value) })
    };
    fields.iter().filter_map(event).collect()
}

fn own_names(env: &Env<'_>, field: &PlanField<'_>, value: &Value) -> Value {
    match value.kind() {
        Kind::Array => Value::array(value.items().map(|item| own_names(env, field, &item))),
        Kind::Object => {
            let Some((object, children)) = selection_of(env, field, value) else {
                return value.clone();
            };
            let mut own = Object::with_capacity(children.len() + 1);
            for child in children {
                let member = value.get(child.key).unwrap_or_default();
                if !own.contains(&child.of.name) {
                    own.insert(child.of.name.clone(), own_names(env, child, &member));
                }
            }
            // A subscriber may ask for the type where the mutation didn't.
            own.insert("__typename", env.schema.of(object).name());
            own.into()
        }
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => value.clone(),
    }
}

/// The selection that an object was written with: that of the only type there was, of the type it names,
/// or the first one that has its keys.
fn selection_of<'f, 'p>(
    env: &Env<'_>,
    field: &'f PlanField<'p>,
    value: &Value,
) -> Option<(TypeId, &'f [PlanField<'p>])> {
    let has_its_keys = |fields: &[PlanField<'_>]| {
        fields.len() == value.len()
            && fields.iter().zip(value.entries()).all(|(field, (key, _))| field.key == key)
    };
    let names_itself = |object: TypeId, fields: &[PlanField<'_>]| {
        let typename = fields.iter().find(|field| matches!(field.way, Way::Typename));
        typename.is_none_or(|field| {
            let name = value.get(field.key);
            name.is_some_and(|name| name.as_str() == Some(env.schema.of(object).name()))
        })
    };
    field.met().find(|(object, fields)| has_its_keys(fields) && names_itself(*object, fields))
}
