//! What a target gets of an event: all of it, a part, a constant, or a template that is filled in.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>

use base::Timestamp;
use json::{Kind, Value};

use crate::errors::Error;
use crate::identifier::RuleName;
use crate::wire::{InputTransformer, Target};

/// What a target gets.
pub(crate) fn of(target: &Target, event: &Value, rule_arn: &str, now: Timestamp) -> String {
    if let Some(input) = &target.input {
        return input.clone();
    }
    if let Some(path) = &target.input_path {
        return at(event, path).map_or_else(|| "null".to_owned(), |value| value.to_string());
    }
    match &target.input_transformer {
        Some(transformer) => filled(transformer, event, rule_arn, now),
        None => event.to_string(),
    }
}

/// Refuses what can't be used for any event.
pub(crate) fn check(target: &Target) -> Result<(), Error> {
    let given =
        [target.input.is_some(), target.input_path.is_some(), target.input_transformer.is_some()];
    if 1 < given.iter().filter(|given| **given).count() {
        return Err(Error::validation(format!(
            "Only one of Input, InputPath, or InputTransformer must be provided for target {}.",
            target.id
        )));
    }
    if let Some(input) = &target.input
        && let Err(error) = Value::parse(input)
    {
        let (id, why) = (&target.id, error.message);
        let sentence = format!("JSON syntax error in input for target {id}: {why}");
        return Err(Error::validation(sentence));
    }
    let paths = target.input_transformer.iter().flat_map(|it| it.input_paths_map.iter().flatten());
    let paths = paths.map(|(_, path)| path).chain(&target.input_path);
    for path in paths {
        if steps(path).is_none() {
            let sentence = format!("InputPath for target {} is invalid.", target.id);
            return Err(Error::validation(sentence));
        }
    }
    match target.input_transformer.as_ref().and_then(unknown) {
        Some(name) => Err(Error::validation(format!(
            "InputTemplate for target {} contains invalid placeholder {name}.",
            target.id
        ))),
        None => Ok(()),
    }
}

/// What the house puts in the place of a variable that no map names.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html#eb-transform-input-predefined>
const PREDEFINED: [&str; 5] = [
    "aws.events.rule-arn",
    "aws.events.rule-name",
    "aws.events.event.ingestion-time",
    "aws.events.event",
    "aws.events.event.json",
];

/// A variable in the template that nothing gives a value. What stands between `<` and `>` is one if it can be a name.
fn unknown(transformer: &InputTransformer) -> Option<&str> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    let is_known = |name: &str| {
        let map = transformer.input_paths_map.as_ref();
        PREDEFINED.contains(&name) || map.is_some_and(|map| map.contains_key(name))
    };
    let opened = transformer.input_template.split('<').skip(1);
    let names = opened.filter_map(|rest| Some(rest.split_once('>')?.0));
    let mut names = names.filter(|name| !name.is_empty() && name.chars().all(is_letter));
    names.find(|name| !is_known(name))
}

/// One step of a path.
enum Step {
    Member(String),
    Item(usize),
}

/// `$.detail.items[0].name` and `$['detail-type']`: the only paths there are here.
fn steps(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let name = Some(&after[..end]).filter(|name| !name.is_empty())?;
            steps.push(Step::Member(name.to_owned()));
            rest = &after[end..];
        } else {
            let (inner, after) = rest.strip_prefix('[')?.split_once(']')?;
            let quoted = ['\'', '"'].iter().find_map(|mark| {
                inner.strip_prefix(*mark).and_then(|inner| inner.strip_suffix(*mark))
            });
            steps.push(match quoted {
                Some(name) => Step::Member(name.to_owned()),
                None => Step::Item(inner.parse().ok()?),
            });
            rest = after;
        }
    }
    Some(steps)
}

fn at(event: &Value, path: &str) -> Option<Value> {
    steps(path)?.iter().try_fold(event.clone(), |value, step| match step {
        Step::Member(name) => value.get(name),
        Step::Item(place) => value.at(*place),
    })
}

/// The template with every `<variable>` that is known in its place.
fn filled(transformer: &InputTransformer, event: &Value, rule_arn: &str, now: Timestamp) -> String {
    let variable = |name: &str| match name {
        "aws.events.rule-arn" => Some(Value::from(rule_arn)),
        "aws.events.rule-name" => Some(Value::from(RuleName::name_in(rule_arn))),
        "aws.events.event.ingestion-time" => Some(Value::from(&*now.to_string())),
        "aws.events.event.json" => Some(event.clone()),
        "aws.events.event" => {
            let mut event = event.to_object()?;
            event.remove("detail");
            Some(event.into())
        }
        _ => {
            let path = transformer.input_paths_map.as_ref()?.get(name)?;
            // What isn't in the event is null.
            Some(at(event, path).unwrap_or(Value::NULL))
        }
    };
    let mut text = String::new();
    let mut rest = &*transformer.input_template;
    let mut in_quotes = false;
    while let Some(letter) = rest.chars().next() {
        let known = rest.strip_prefix('<').and_then(|after| {
            let (name, after) = after.split_once('>')?;
            Some((variable(name)?, after))
        });
        if let Some((value, after)) = known {
            text.push_str(&written(&value, in_quotes));
            rest = after;
            continue;
        }
        match letter {
            '\\' if in_quotes => {
                let escaped = rest.chars().nth(1).map_or(1, |next| 1 + next.len_utf8());
                text.push_str(&rest[..escaped]);
                rest = &rest[escaped..];
                continue;
            }
            '"' => in_quotes = !in_quotes,
            _ => {}
        }
        text.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
    text
}

/// A value in a template: as JSON, or as a part of the text in which it stands.
fn written(value: &Value, in_quotes: bool) -> String {
    if !in_quotes {
        return value.to_string();
    }
    let plain = match value.kind() {
        Kind::Null => String::new(),
        Kind::String => value.as_str().unwrap_or_default().to_owned(),
        Kind::Bool | Kind::Number | Kind::Array | Kind::Object => value.to_string(),
    };
    let quoted = Value::from(&*plain).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const EVENT: &str = r#"{"detail-type":"T","source":"s","resources":["r1","r2"],"detail":{"n":1,"name":"a \"b\"","list":["x"]}}"#;

    fn event() -> Value {
        Value::parse(EVENT).expect("is JSON")
    }

    #[track_caller]
    fn check_template(template: &str, expected: &str) {
        let paths = [
            ("n", "$.detail.n"),
            ("name", "$.detail.name"),
            ("type", "$.detail-type"),
            ("first", "$.resources[0]"),
            ("list", "$['detail'].list"),
            ("none", "$.detail.none"),
        ];
        let paths = paths.map(|(name, path)| (name.to_owned(), path.to_owned()));
        let transformer = InputTransformer {
            input_paths_map: Some(paths.into()),
            input_template: template.to_owned(),
        };
        let rule = "arn:aws:events:us-east-1:000000000000:rule/bus/mine";
        let filled = filled(&transformer, &event(), rule, Timestamp::from_millis(0));
        assert_eq!(filled, expected);
    }

    #[test]
    fn variables_stand_as_json_outside_of_quotes() {
        check_template(r#"{"n": <n>, "name": <name>}"#, r#"{"n": 1, "name": "a \"b\""}"#);
        check_template(r#"{"l": <list>, "x": <none>}"#, r#"{"l": ["x"], "x": null}"#);
    }

    #[test]
    fn variables_are_part_of_the_text_inside_of_quotes() {
        check_template(r#""<type>: <name> <n><none>.""#, r#""T: a \"b\" 1.""#);
        check_template(r#"{"a": "\"<first>\""}"#, r#"{"a": "\"r1\""}"#);
    }

    #[test]
    fn what_is_no_variable_stays() {
        check_template("<unknown> < <n>", "<unknown> < 1");
    }

    #[test]
    fn a_placeholder_that_nothing_fills_is_found() {
        let unknown_of = |template: &str| {
            let paths = BTreeMap::from([("n".to_owned(), "$.detail.n".to_owned())]);
            let input_template = template.to_owned();
            let transformer = InputTransformer { input_paths_map: Some(paths), input_template };
            unknown(&transformer).map(str::to_owned)
        };
        assert_eq!(unknown_of("<n> is <b>").as_deref(), Some("b"));
        assert_eq!(unknown_of("<aws.events.nothing>").as_deref(), Some("aws.events.nothing"));
        for filled in ["<n>", "<aws.events.event>", "1 < 2 > 0", "<>", "<a b>", "<n"] {
            assert_eq!(unknown_of(filled), None, "{filled}");
        }
    }

    #[test]
    fn the_rule_and_the_event_are_variables_of_their_own() {
        check_template("<aws.events.rule-name>", r#""mine""#);
        check_template("<aws.events.event.json>", EVENT);
        check_template(
            "<aws.events.event>",
            r#"{"detail-type":"T","source":"s","resources":["r1","r2"]}"#,
        );
        check_template("<aws.events.event.ingestion-time>", r#""1970-01-01T00:00:00.000Z""#);
    }

    #[test]
    fn a_path_leads_to_a_part() {
        assert_eq!(at(&event(), "$.detail.list[0]"), Some(Value::from("x")));
        assert_eq!(at(&event(), "$").map(|it| it.to_string()), Some(EVENT.to_owned()));
        assert!(steps("detail").is_none());
        assert!(steps("$..a").is_none());
        assert!(steps("$[x]").is_none());
    }
}
