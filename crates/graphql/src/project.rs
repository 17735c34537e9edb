//! The part of a value that selections ask for, types aside: the `data` of an error.

use json::{Kind, Object, Value};

use crate::ast::Selection;
use crate::execute::Env;
use crate::plan::PlanField;

/// The `data` of an error is filtered by the selections of its field; a leaf has none and shows it as it is.
pub(crate) fn selected(env: &Env<'_>, field: &PlanField<'_>, data: &Value) -> Value {
    let sets: Vec<&[Selection]> = field.nodes.iter().map(|node| &*node.selections).collect();
    if sets.iter().all(|set| set.is_empty()) { data.clone() } else { of_value(env, &sets, data) }
}

fn of_value(env: &Env<'_>, sets: &[&[Selection]], value: &Value) -> Value {
    match value.kind() {
        Kind::Array => Value::array(value.items().map(|item| of_value(env, sets, &item))),
        Kind::Object => {
            let mut object = Object::new();
            sets.iter().for_each(|set| add(env, set, value, &mut object));
            object.into()
        }
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => value.clone(),
    }
}

fn add(env: &Env<'_>, selections: &[Selection], value: &Value, object: &mut Object) {
    for selection in selections {
        match selection {
            // Charged as compiling is: fragments that double at each level end here too.
            Selection::Field(field) if env.includes(&field.directives) && env.takes_a_field() => {
                let member = value.get(&field.name).unwrap_or_default();
                let member = if field.selections.is_empty() {
                    member
                } else {
                    of_value(env, &[&field.selections], &member)
                };
                object.insert(field.key(), member);
            }
            Selection::Spread(spread)
                if env.includes(&spread.directives) && env.takes_a_field() =>
            {
                if let Some(fragment) = env.document.fragments.get(&spread.name) {
                    add(env, &fragment.selections, value, object);
                }
            }
            Selection::Inline(inline) if env.includes(&inline.directives) => {
                add(env, &inline.selections, value, object);
            }
            Selection::Field(_) | Selection::Spread(_) | Selection::Inline(_) => {}
        }
    }
}
