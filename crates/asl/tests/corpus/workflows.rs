//! Definitions that people run: AWS accepts them, so they have no errors.

use std::path::Path;

use asl::program::ExecutionType;
use asl::{Options, compile, invalid_definition};

use json::Value;

use super::folder::{FUNCTION_ARN, conclude, deployed, files, folder, name, read, substitute};

/// AWS refuses these as we do.
const NOT_VALID: &[(&str, &str)] = &[(
    "wc__shared-fallback-state-jsonata_statemachine_statemachine.asl.json",
    "QueryLanguage stands among its states",
)];

/// What a deployment tool puts in the place of `${name}`: what the text around it asks for.
fn substituted(name: &str, before: &str) -> String {
    let field = before.rsplit_once("\":").map_or("", |(names, _)| names);
    let field = field.rsplit_once('"').map_or("", |(_, name)| name);
    let is_whole = before.trim_end().ends_with('"');
    let word = match name {
        "AWS::Partition" | "Partition" | "partition" => "aws",
        "AWS::Region" | "Region" | "region" => "us-east-1",
        "AWS::AccountId" | "AccountId" => "111111111111",
        _ if is_whole && field == "Resource" => FUNCTION_ARN,
        _ if before.trim_end().ends_with(':') => "1",
        _ => return format!("name-{}", name.replace(|c: char| !c.is_ascii_alphanumeric(), "-")),
    };
    word.to_owned()
}

/// A real workflow, ready to be created.
pub(crate) fn prepared(path: &Path) -> Value {
    let text = substitute(&read(path), "${", "}", substituted);
    let text = substitute(&text, "<", ">", substituted);
    let value = Value::parse(&text).expect("is JSON");
    deployed(&value)
}

#[test]
fn real_workflows_have_no_errors() {
    let Some(folder) = folder("workflows") else { return };
    let (mut total, mut failures) = (0, Vec::new());
    let mut left_out = Vec::new();
    for path in files(&folder, "") {
        if !path.to_string_lossy().ends_with("json") {
            left_out.push(name(&path));
            continue;
        }
        let refused = NOT_VALID.iter().find(|(file, _)| *file == name(&path));
        if let Some((file, why)) = refused {
            println!("{file} is refused by AWS too: {why}");
        }
        total += 1;
        let text = prepared(&path).to_string();
        let standard = Options { machine_type: ExecutionType::Standard, ..Options::default() };
        let refusal = invalid_definition(&compile(&text, &standard).diagnostics);
        if refusal.is_some() != refused.is_some() {
            failures.push(format!("{}\n  {refusal:?}", name(&path)));
        }
    }
    println!("left out, not JSON: {}", left_out.join(", "));
    conclude("real workflows", total, &failures);
}
