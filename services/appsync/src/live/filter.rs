//! Which events a subscriber hears: the arguments of his subscription, or a filter that its resolver has set.
//!
//! Both look at what the mutation's client has selected, and nothing else
//! (<https://docs.aws.amazon.com/appsync/latest/devguide/aws-appsync-real-time-enhanced-filtering.html>).

use json::{Kind, Value};

const GROUPS_MAX: usize = 10;
const CONDITIONS_MAX: usize = 10;
const PATH_PARTS_MAX: usize = 5;
const PATH_BYTES_MAX: usize = 256;
const IN_VALUES_MAX: usize = 5;
const CONTAINS_ANY_VALUES_MAX: usize = 20;

/// What an event must be like.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Filter {
    /// Any will do.
    #[default]
    None,
    /// Each argument is the member of its name; an argument that is null asks for what is null.
    Arguments(Value),
    /// All conditions of one of the groups hold.
    Groups(Vec<Vec<Condition>>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    /// `a.b.c`.
    path: Box<str>,
    operator: Operator,
    value: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Eq,
    Ne,
    Le,
    Lt,
    Ge,
    Gt,
    Contains,
    NotContains,
    BeginsWith,
    In,
    NotIn,
    Between,
    ContainsAny,
}

impl Filter {
    /// The filter that the arguments of a subscription make.
    pub(super) fn of_arguments(arguments: &Value) -> Self {
        if arguments.is_empty() { Filter::None } else { Filter::Arguments(arguments.clone()) }
    }

    /// Reads `{"filterGroup": [{"filters": [{"fieldName", "operator", "value"}]}]}`; null is no filter.
    ///
    /// The sentences have the words by which Amplify's clients know that they have to filter for themselves.
    pub(super) fn read(document: &Value) -> Result<Self, String> {
        if document.is_null() {
            return Ok(Filter::None);
        }
        let groups = document.get("filterGroup").filter(|it| it.kind() == Kind::Array);
        let groups = groups.ok_or("The filter has no list filterGroup")?;
        if GROUPS_MAX < groups.len() {
            return Err(format!("Filters combination exceed maximum limit {GROUPS_MAX}"));
        }
        let groups = groups.items().map(|it| group(&it)).collect::<Result<Vec<_>, _>>()?;
        Ok(if groups.is_empty() { Filter::None } else { Filter::Groups(groups) })
    }

    /// Whether an event is to be heard.
    pub(super) fn admits(&self, event: &Value) -> bool {
        match self {
            Filter::None => true,
            Filter::Arguments(arguments) => arguments.entries().all(|(name, wanted)| {
                let found = event.get(name).unwrap_or_default();
                is_equal(&found, &wanted)
            }),
            Filter::Groups(groups) => {
                groups.iter().any(|group| group.iter().all(|condition| condition.holds(event)))
            }
        }
    }
}

fn group(document: &Value) -> Result<Vec<Condition>, String> {
    let conditions = document.get("filters").filter(|it| it.kind() == Kind::Array);
    let conditions = conditions.ok_or("A filter group has no list filters")?;
    if CONDITIONS_MAX < conditions.len() {
        return Err(format!("Filters exceed maximum attributes limit {CONDITIONS_MAX}"));
    }
    let group = conditions.items().map(|it| condition(&it)).collect::<Result<Vec<_>, _>>()?;
    for (place, condition) in group.iter().enumerate() {
        if group[..place].iter().any(|other| other.path == condition.path) {
            let path = &condition.path;
            return Err(format!("filter uses same fieldName multiple time: {path}"));
        }
    }
    Ok(group)
}

fn condition(document: &Value) -> Result<Condition, String> {
    let text = |name| document.get(name).and_then(|it| it.as_str().map(str::to_owned));
    let path = text("fieldName").ok_or("A filter has no fieldName")?;
    if PATH_BYTES_MAX < path.len() || PATH_PARTS_MAX < path.split('.').count() {
        return Err(format!("The fieldName {path} of a filter is nested too deeply"));
    }
    let name = text("operator").ok_or("A filter has no operator")?;
    let operator = Operator::of(&name).ok_or(format!("Unknown filter operator {name}"))?;
    let value = document.get("value").unwrap_or_default();
    let is_list = value.kind() == Kind::Array;
    let fits = match operator {
        Operator::In | Operator::NotIn => is_list && value.len() <= IN_VALUES_MAX,
        Operator::ContainsAny => is_list && value.len() <= CONTAINS_ANY_VALUES_MAX,
        Operator::Between => is_list && value.len() == 2,
        Operator::Eq
        | Operator::Ne
        | Operator::Le
        | Operator::Lt
        | Operator::Ge
        | Operator::Gt
        | Operator::Contains
        | Operator::NotContains
        | Operator::BeginsWith => true,
    };
    if !fits {
        return Err(format!("The value of a filter with the operator {name} doesn't fit it"));
    }
    Ok(Condition { path: path.into(), operator, value })
}

impl Operator {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "eq" => Operator::Eq,
            "ne" => Operator::Ne,
            "le" => Operator::Le,
            "lt" => Operator::Lt,
            "ge" => Operator::Ge,
            "gt" => Operator::Gt,
            "contains" => Operator::Contains,
            "notContains" => Operator::NotContains,
            "beginsWith" => Operator::BeginsWith,
            "in" => Operator::In,
            "notIn" => Operator::NotIn,
            "between" => Operator::Between,
            "containsAny" => Operator::ContainsAny,
            _ => return None,
        })
    }
}

impl Condition {
    fn holds(&self, event: &Value) -> bool {
        let step = |value: Value, part| value.get(part).unwrap_or_default();
        let found = self.path.split('.').fold(event.clone(), step);
        let wanted = &self.value;
        let order = || compare(&found, wanted);
        match self.operator {
            Operator::Eq => is_equal(&found, wanted),
            Operator::Ne => !is_equal(&found, wanted),
            Operator::Le => order().is_some_and(|it| it.is_le()),
            Operator::Lt => order().is_some_and(|it| it.is_lt()),
            Operator::Ge => order().is_some_and(|it| it.is_ge()),
            Operator::Gt => order().is_some_and(|it| it.is_gt()),
            Operator::Contains => contains(&found, wanted),
            Operator::NotContains => !contains(&found, wanted),
            Operator::BeginsWith => match (found.as_str(), wanted.as_str()) {
                (Some(text), Some(beginning)) => text.starts_with(beginning),
                _ => false,
            },
            Operator::In => wanted.items().any(|wanted| is_equal(&found, &wanted)),
            Operator::NotIn => !wanted.items().any(|wanted| is_equal(&found, &wanted)),
            Operator::Between => {
                let bound = |place| wanted.at(place).and_then(|bound| compare(&found, &bound));
                bound(0).is_some_and(|it| it.is_ge()) && bound(1).is_some_and(|it| it.is_le())
            }
            Operator::ContainsAny => wanted.items().any(|wanted| contains(&found, &wanted)),
        }
    }
}

/// Numbers are the same however they are written.
fn is_equal(found: &Value, wanted: &Value) -> bool {
    match (found.as_f64(), wanted.as_f64()) {
        (Some(found), Some(wanted)) => found == wanted,
        _ => found == wanted,
    }
}

fn compare(found: &Value, wanted: &Value) -> Option<std::cmp::Ordering> {
    match (found.as_str(), wanted.as_str()) {
        (Some(found), Some(wanted)) => Some(found.cmp(wanted)),
        _ => found.as_f64()?.partial_cmp(&wanted.as_f64()?),
    }
}

/// A part of a text, or a member of a list.
fn contains(found: &Value, wanted: &Value) -> bool {
    match (found.as_str(), wanted.as_str()) {
        (Some(text), Some(part)) => text.contains(part),
        _ => found.items().any(|item| is_equal(&item, wanted)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::parse(text).unwrap()
    }

    fn read(conditions: &str) -> Result<Filter, String> {
        Filter::read(&value(&format!(r#"{{"filterGroup":[{{"filters":[{conditions}]}}]}}"#)))
    }

    fn holds(operator: &str, wanted: &str, event: &str) -> bool {
        let condition =
            format!(r#"{{"fieldName":"a.b","operator":"{operator}","value":{wanted}}}"#);
        let event = value(&format!(r#"{{"a":{{"b":{event}}}}}"#));
        read(&condition).unwrap().admits(&event)
    }

    #[test]
    fn arguments_ask_for_the_same_value_null_included() {
        let admits = |arguments: &str, event: &str| {
            Filter::of_arguments(&value(arguments)).admits(&value(event))
        };
        assert!(admits("{}", r#"{"a":1}"#));
        assert!(admits(r#"{"a":1}"#, r#"{"a":1.0,"b":2}"#));
        assert!(!admits(r#"{"a":1}"#, r#"{"a":2}"#));
        assert!(!admits(r#"{"a":1,"b":2}"#, r#"{"a":1}"#));
        assert!(admits(r#"{"a":null}"#, r#"{"a":null}"#));
        assert!(!admits(r#"{"a":null}"#, r#"{"a":1}"#));
    }

    #[test]
    fn each_operator_holds_or_not() {
        for (operator, wanted, yes, no) in [
            ("eq", "1", "1.0", "2"),
            ("ne", "1", "2", "1"),
            ("le", "2", "2", "3"),
            ("lt", "2", "1", "2"),
            ("ge", r#""b""#, r#""b""#, r#""a""#),
            ("gt", "2", "3", r#""3""#),
            ("contains", r#""el""#, r#""hello""#, r#""halo""#),
            ("contains", "2", "[1,2]", "[1,3]"),
            ("notContains", r#""el""#, r#""halo""#, r#""hello""#),
            ("beginsWith", r#""he""#, r#""hello""#, r#""ahe""#),
            ("in", "[1,2]", "2", "3"),
            ("notIn", "[1,2]", "3", "2"),
            ("between", "[1,3]", "3", "4"),
            ("containsAny", r#"["x","y"]"#, r#"["y","z"]"#, r#"["z"]"#),
        ] {
            assert!(holds(operator, wanted, yes), "{operator} {yes}");
            assert!(!holds(operator, wanted, no), "{operator} {no}");
        }
    }

    #[test]
    fn one_group_must_hold_and_all_of_its_conditions() {
        let filter = Filter::read(&value(
            r#"{"filterGroup":[
                {"filters":[{"fieldName":"a","operator":"eq","value":1},{"fieldName":"b","operator":"eq","value":1}]},
                {"filters":[{"fieldName":"a","operator":"eq","value":2}]}]}"#,
        ));
        let filter = filter.unwrap();
        assert!(filter.admits(&value(r#"{"a":1,"b":1}"#)));
        assert!(!filter.admits(&value(r#"{"a":1,"b":2}"#)));
        assert!(filter.admits(&value(r#"{"a":2}"#)));
    }

    #[test]
    fn what_is_no_filter_is_refused_in_words_that_amplify_knows() {
        let condition =
            |name: &str| format!(r#"{{"fieldName":"{name}","operator":"eq","value":1}}"#);
        let names: Vec<String> = (0..11).map(|i| condition(&format!("f{i}"))).collect();
        let refused = read(&names.join(",")).unwrap_err();
        assert!(refused.contains("Filters exceed maximum attributes limit"), "{refused}");
        let refused = read(&[condition("a"), condition("a")].join(",")).unwrap_err();
        assert!(refused.contains("filter uses same fieldName multiple time"), "{refused}");
        let groups = [r#"{"filters":[]}"#; 11].join(",");
        let refused = Filter::read(&value(&format!(r#"{{"filterGroup":[{groups}]}}"#)));
        assert!(refused.unwrap_err().contains("Filters combination exceed maximum limit"));
        assert!(read(r#"{"fieldName":"a","operator":"like","value":1}"#).is_err());
        assert!(read(r#"{"fieldName":"a","operator":"in","value":[1,2,3,4,5,6]}"#).is_err());
        assert!(read(&condition("a.b.c.d.e.f")).is_err());
        assert_eq!(Filter::read(&Value::NULL), Ok(Filter::None));
    }
}
