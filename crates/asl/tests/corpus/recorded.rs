//! Every definition that was sent to AWS in `stepfunctions`, and what AWS made of it.

use asl::program::ExecutionType;
use asl::{Compiled, Options, compile, compile_state, invalid_definition};
use json::Value;

use super::folder::{conclude, files, folder, name, read, substitute};

/// What the recorder wrote down in place of AWS's words; the refusal itself is AWS's.
const NOT_AWS: &str = "Error=ValueError";
const REFUSAL: &str = "Invalid State Machine Definition: '";

struct Sent {
    definition: String,
    execution_type: ExecutionType,
    operation: String,
    state_name: Option<String>,
    /// The answer, if it was recorded under a key of its own.
    answer: Option<Value>,
    /// What the whole case recorded.
    expected: Value,
    refused: bool,
}

impl Sent {
    fn compile(&self) -> Compiled {
        let options = Options { machine_type: self.execution_type, ..Options::default() };
        match self.operation.as_str() {
            "TestState" => {
                compile_state(&self.definition, self.state_name.as_deref(), &options).compiled
            }
            _ => compile(&self.definition, &options),
        }
    }

    /// AWS's message, where it refused the definition and was recorded.
    fn refusal(&self) -> Option<String> {
        let mut pending = vec![self.answer.clone().unwrap_or(self.expected.clone())];
        while let Some(value) = pending.pop() {
            if let Some(at) = value.as_str().and_then(|text| text.find(REFUSAL)) {
                return value.as_str().map(|text| text[at..].to_owned());
            }
            pending.extend(value.items());
            pending.extend(value.entries().map(|(_, member)| member));
        }
        None
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn sent(case: &Value) -> Vec<Sent> {
    let expected = case.get("expected").unwrap_or_default();
    let steps = case.get("steps").unwrap_or_default();
    let definitions = steps.items().filter_map(|step| {
        let params = step.get("params")?;
        let definition = text(&params, "definition")?;
        let definition = substitute(&definition, "<", ">", |name, _| match name {
            "partition" => "aws".into(),
            "region" => "us-east-1".into(),
            _ => "name".into(),
        });
        let definition = substitute(&definition, "${steps[", "}", |_, _| {
            "arn:aws:states:us-east-1:111111111111:activity:name".into()
        });
        let keys = step.get("expect").unwrap_or_default();
        let key = keys.as_str().map(str::to_owned);
        let key = key.or_else(|| keys.at(0)?.as_str().map(str::to_owned));
        let express = text(&params, "type").as_deref() == Some("EXPRESS");
        Some(Sent {
            definition,
            execution_type: if express { ExecutionType::Express } else { ExecutionType::Standard },
            operation: text(&step, "op")?,
            state_name: text(&params, "stateName"),
            answer: key.and_then(|key| expected.get(&key)),
            expected: expected.clone(),
            refused: text(&step, "error_seen_at_capture").as_deref() == Some("InvalidDefinition"),
        })
    });
    definitions.collect()
}

fn cases() -> Option<Vec<(String, Value)>> {
    let folder = folder("stepfunctions/cases")?;
    let cases = files(&folder, ".json").into_iter();
    let read =
        |path: std::path::PathBuf| (name(&path), Value::parse(&read(&path)).expect("is JSON"));
    Some(cases.map(read).collect())
}

#[test]
fn definitions_are_accepted_and_refused_as_aws_did() {
    let Some(cases) = cases() else { return };
    let (mut total, mut failures) = (0, Vec::new());
    for (case, value) in &cases {
        for sent in sent(value) {
            total += 1;
            let given = invalid_definition(&sent.compile().diagnostics);
            let recorded = sent.refusal();
            let is_right = match (&recorded, sent.operation.as_str()) {
                (_, "ValidateStateMachineDefinition") => true,
                (Some(recorded), _) => given.as_ref() == Some(recorded),
                (None, "CreateStateMachine") if sent.refused => {
                    sent.expected.to_string().contains(NOT_AWS) && given.is_some()
                }
                (None, _) => given.is_none(),
            };
            if !is_right {
                failures.push(format!("{case}\n  AWS:  {recorded:?}\n  ours: {given:?}"));
            }
        }
    }
    conclude("recorded definitions", total, &failures);
}

#[test]
fn validation_answers_with_the_diagnostics_of_aws() {
    let Some(cases) = cases() else { return };
    let (mut total, mut failures) = (0, Vec::new());
    for (case, value) in &cases {
        for sent in sent(value) {
            let Some(recorded) = sent.answer.as_ref().and_then(|answer| answer.get("diagnostics"))
            else {
                continue;
            };
            total += 1;
            let ours = Value::array(sent.compile().diagnostics.into_iter().map(|diagnostic| {
                Value::object([
                    ("code", Value::from(diagnostic.code.name())),
                    ("location", diagnostic.location.clone().map_or(Value::NULL, Value::from)),
                    ("severity", diagnostic.severity().name().into()),
                    ("message", diagnostic.message.into()),
                ])
            }));
            if ours != recorded {
                failures.push(format!("{case}\n  AWS:  {recorded}\n  ours: {ours}"));
            }
        }
    }
    conclude("recorded validations", total, &failures);
}

#[test]
fn variable_references_are_those_of_aws() {
    let Some(cases) = cases() else { return };
    let (mut total, mut failures) = (0, Vec::new());
    for (case, value) in &cases {
        let mut described = None;
        let mut pending = vec![value.get("expected").unwrap_or_default()];
        while let Some(value) = pending.pop() {
            described = described.or_else(|| value.get("variableReferences"));
            pending.extend(value.entries().map(|(_, member)| member));
        }
        let (Some(recorded), Some(sent)) = (described, sent(value).pop()) else { continue };
        total += 1;
        let references = sent.compile().variable_references;
        let ours = Value::object(
            references
                .into_iter()
                .map(|(state, names)| (state, Value::array(names.into_iter().map(Value::from)))),
        );
        if ours != recorded {
            failures.push(format!("{case}\n  AWS:  {recorded}\n  ours: {ours}"));
        }
    }
    conclude("recorded variable references", total, &failures);
}
