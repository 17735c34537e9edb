//! Filters of subscriptions: groups of conditions, one of which must hold.

use json::{Kind, Value};

use crate::outcome::Failure;

/// Conditions that must all hold.
type Group = Vec<Value>;

/// Groups and conditions beyond these are refused by AppSync.
const GROUPS_MAX: usize = 10;

/// `toSubscriptionFilter(filter[, ignoredFields[, rules]])`: `{"filterGroup": [{"filters": [{fieldName, operator, value}]}]}`.
///
/// Several conditions on one field are alternatives; `and` and `or` are multiplied out, so that two
/// alternatives twice make four groups (reference/appsync §3.5). `rules` are a filter that must hold as well.
pub(super) fn filter(filter: &Value, ignored: &Value, rules: &Value) -> Result<Value, Failure> {
    let ignored: Vec<Value> = ignored.items().collect();
    let groups = both(conjunction(filter, &ignored)?, conjunction(rules, &[])?)?;
    let groups = groups.into_iter().filter(|group| !group.is_empty());
    let groups = groups.map(|group| Value::object([("filters", Value::from(group))]));
    Ok(Value::object([("filterGroup", Value::array(groups))]))
}

/// The members of a filter, all of which must hold.
fn conjunction(filter: &Value, ignored: &[Value]) -> Result<Vec<Group>, Failure> {
    let mut groups = vec![Group::new()];
    for (name, value) in filter.entries() {
        if ignored.iter().any(|field| field.as_str() == Some(name)) {
            continue;
        }
        let alternatives = match name {
            "and" => {
                let mut joined = vec![Group::new()];
                for part in parts(&value) {
                    joined = both(joined, conjunction(&part, ignored)?)?;
                }
                joined
            }
            "or" => {
                let mut alternatives = Vec::new();
                for part in parts(&value) {
                    alternatives.extend(conjunction(&part, ignored)?);
                }
                alternatives
            }
            field => {
                let condition = |(operator, operand): (&str, Value)| {
                    vec![Value::object([
                        ("fieldName", Value::from(field)),
                        ("operator", operator.into()),
                        ("value", operand),
                    ])]
                };
                value.entries().map(condition).collect()
            }
        };
        groups = both(groups, alternatives)?;
    }
    Ok(groups)
}

fn parts(value: &Value) -> Vec<Value> {
    if value.kind() == Kind::Array { value.items().collect() } else { vec![value.clone()] }
}

/// Every group of the one side together with every group of the other.
fn both(left: Vec<Group>, right: Vec<Group>) -> Result<Vec<Group>, Failure> {
    if right.is_empty() {
        return Ok(left);
    }
    if GROUPS_MAX < left.len() * right.len() {
        let message = format!("A subscription filter has at most {GROUPS_MAX} filter groups");
        return Err(Failure::fault(message));
    }
    let joined =
        |group: &Group| right.iter().map(|more| [&group[..], more].concat()).collect::<Vec<_>>();
    Ok(left.iter().flat_map(joined).collect())
}
