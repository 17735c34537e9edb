//! The tables of AWS's services against the corpus: real definitions and recorded mocks.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a corpus says how much of it passes"
)]

use std::path::{Path, PathBuf};

use asl::resources::{BulkResource, FieldValidationMode, Resource};
use json::Value;

/// The corpus, or nothing and a word about it: it isn't part of the repository.
#[expect(clippy::disallowed_methods, reason = "a test has no configuration but its environment")]
fn corpus(folder: &str) -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let root = std::env::var("FREEHOLD_CORPUS").map_or(default, PathBuf::from);
    let folder = root.join(folder);
    if !folder.is_dir() {
        println!("skipped: {} is not there (see FREEHOLD_CORPUS)", folder.display());
        return None;
    }
    Some(folder)
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(json_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Each object of a document that has a `Resource`, with that text as CloudFormation fills it in.
fn each_resource(value: &Value, see: &mut impl FnMut(&Value, &str)) {
    let resource = value.get("Resource");
    if let Some(text) = resource.as_ref().and_then(Value::as_str).and_then(substituted) {
        see(value, &text);
    }
    for (_, member) in value.entries() {
        each_resource(&member, see);
    }
    for item in value.items() {
        each_resource(&item, see);
    }
}

/// Nothing where the template decides all of the text.
fn substituted(resource: &str) -> Option<String> {
    let mut text = resource.to_owned();
    for (placeholder, value) in [
        ("${AWS::Partition}", "aws"),
        ("${AWS::Region}", "us-east-1"),
        ("${AWS::AccountId}", "000000000000"),
        ("${Partition}", "aws"),
        ("${partition}", "aws"),
        ("<partition>", "aws"),
    ] {
        text = text.replace(placeholder, value);
    }
    if let Some(inner) = text.strip_prefix("${").and_then(|text| text.strip_suffix('}')) {
        return inner.starts_with("arn:").then(|| inner.to_owned());
    }
    Some(text)
}

/// Calls `see` with the file's name, the object and its resource, for all real definitions in JSON.
fn each_real_resource(folder: &Path, mut see: impl FnMut(&str, &Value, &str)) {
    for file in json_files(folder) {
        let name = file.file_name().unwrap().to_string_lossy();
        let Ok(definition) = Value::parse(&std::fs::read_to_string(&file).unwrap()) else {
            continue;
        };
        each_resource(&definition, &mut |object, resource| see(&name, object, resource));
    }
}

#[test]
fn knows_every_resource_of_real_workflows() {
    let Some(folder) = corpus("workflows") else { return };
    let (mut known, mut unknown) = (0, Vec::new());
    each_real_resource(&folder, |file, _, resource| {
        if Resource::parse(resource).is_ok() || BulkResource::parse(resource).is_ok() {
            known += 1;
        } else {
            unknown.push(format!("{resource} in {file}"));
        }
    });
    println!("{known} of {} resources are known", known + unknown.len());
    assert!(200 < known, "the corpus names many resources");
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn finds_no_fault_with_the_arguments_of_real_workflows() {
    let Some(folder) = corpus("workflows") else { return };
    let (mut seen, mut faults) = (0, Vec::new());
    each_real_resource(&folder, |file, object, text| {
        let shape = Resource::parse(text).ok().and_then(|resource| resource.arguments());
        let arguments = object.get("Parameters").or_else(|| object.get("Arguments"));
        let (Some(shape), Some(arguments)) = (shape, arguments) else { return };
        seen += 1;
        for problem in shape.check_arguments(&arguments) {
            faults.push(format!("{text}{}: {} ({file})", problem.place, problem.text));
        }
    });
    println!("{} of {seen} arguments are without fault", seen - faults.len());
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Every recorded `TestState` call with a mock for a Task that is itself the definition.
#[test]
fn refuses_the_mocks_that_aws_refused_in_its_words() {
    let Some(folder) = corpus("stepfunctions/cases/test_state") else { return };
    let (mut passed, mut failed) = (0, Vec::new());
    for file in json_files(&folder) {
        let text = std::fs::read_to_string(&file).unwrap();
        let case = Value::parse(&text).expect("a case is JSON");
        for step in case.get("steps").unwrap().items() {
            let Some((resource, result, mode)) = mocked_task(&step) else { continue };
            let given = resource.check_mock(&result, mode).err().map(|error| error.to_string());
            if given == recorded_refusal(&text) {
                passed += 1;
            } else {
                failed.push(format!("{}: {given:?}", file.display()));
            }
        }
    }
    println!("{passed} of {} cases pass", passed + failed.len());
    assert!(20 < passed, "the recordings hold many mocks");
    assert!(failed.is_empty(), "{failed:#?}");
}

/// A case with such a refusal records no other; steps don't always say under which key.
fn recorded_refusal(case: &str) -> Option<String> {
    let start = "Mock result schema validation error: ";
    let (_, rest) = case.split_once(start)?;
    Some(format!("{start}{}", rest.split('"').next()?))
}

fn mocked_task(step: &Value) -> Option<(Resource, Value, FieldValidationMode)> {
    let parameters = step.get("params")?;
    let mock = parameters.get("mock")?;
    let result = Value::parse(mock.get("result")?.as_str()?).ok()?;
    let definition = Value::parse(parameters.get("definition")?.as_str()?).ok()?;
    let resource = definition.get("Resource")?;
    let resource = Resource::parse(&substituted(resource.as_str()?)?).ok()?;
    let mode = match mock.get("fieldValidationMode").as_ref().and_then(Value::as_str) {
        Some("NONE") => FieldValidationMode::None,
        Some("PRESENT") => FieldValidationMode::Present,
        _ => FieldValidationMode::Strict,
    };
    Some((resource, result, mode))
}
