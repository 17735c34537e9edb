//! Definitions, and what is wrong with them.

mod compiled;
mod fields;
mod graph;
mod jsonata;
mod maps;
mod text;
mod values;

use asl::program::ExecutionType;
use asl::{Compiled, Options, Severity, compile};

fn compiled(text: &str) -> Compiled {
    compile(text, &Options::default())
}

fn as_express(text: &str) -> Compiled {
    compile(text, &Options { machine_type: ExecutionType::Express, ..Options::default() })
}

fn findings(compiled: &Compiled, severity: Severity) -> Vec<String> {
    let found = compiled.diagnostics.iter().filter(|found| found.severity() == severity);
    found.map(ToString::to_string).collect()
}

fn expect(compiled: &Compiled, mut errors: Vec<String>) {
    // Most have this code; tests leave it out.
    for error in &mut errors {
        if error.split(':').next().is_none_or(|code| code.contains(char::is_lowercase)) {
            error.insert_str(0, "SCHEMA_VALIDATION_FAILED: ");
        }
    }
    assert_eq!(findings(compiled, Severity::Error), errors);
    assert_eq!(compiled.program.is_some(), errors.is_empty());
}

/// Checks the errors of a whole definition.
fn check(text: &str, errors: &[&str]) {
    expect(&compiled(text), errors.iter().map(|error| (*error).to_owned()).collect());
}

/// A JSONPath machine of the state `X`, which may lead to `Y`.
fn around(state: &str) -> String {
    let other = if state.contains("\"Y\"") { r#", "Y": {"Type": "Succeed"}"# } else { "" };
    format!(r#"{{"StartAt": "X", "States": {{"X": {state}{other}}}}}"#)
}

/// Checks the errors of a state `X`; locations are given from the state on.
fn check_state(state: &str, errors: &[&str]) {
    expect(&compiled(&around(state)), errors.iter().map(|error| in_state(error)).collect());
}

/// The same in a JSONata machine.
fn check_jsonata(state: &str, errors: &[&str]) {
    let text = around(state).replacen('{', r#"{"QueryLanguage": "JSONata", "#, 1);
    expect(&compiled(&text), errors.iter().map(|error| in_state(error)).collect());
}

/// `message` stands for the state itself, `message @Field` for a place in it.
fn in_state(error: &str) -> String {
    match error.split_once(" @") {
        Some((message, place)) => format!("{message} at /States/X/{place}"),
        None => format!("{error} at /States/X"),
    }
}
