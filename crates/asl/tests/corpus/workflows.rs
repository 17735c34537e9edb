//! Definitions that people run: AWS accepts them, so they have no errors.

use std::path::Path;

use asl::program::ExecutionType;
use asl::{Options, compile, invalid_definition};

use super::folder::{conclude, files, folder, name, read, substitute};

/// What a deployment tool puts in the place of `${name}`: what the text around it asks for.
fn deployed(name: &str, before: &str) -> String {
    let field = before.rsplit_once("\":").map_or("", |(names, _)| names);
    let field = field.rsplit_once('"').map_or("", |(_, name)| name);
    let is_whole = before.trim_end().ends_with('"');
    let word = match name {
        "AWS::Partition" | "Partition" | "partition" => "aws",
        "AWS::Region" | "Region" | "region" => "us-east-1",
        "AWS::AccountId" | "AccountId" => "111111111111",
        _ if is_whole && field == "Resource" => "arn:aws:lambda:us-east-1:111111111111:function:f",
        _ if before.trim_end().ends_with(':') => "1",
        _ => return format!("name-{}", name.replace(|c: char| !c.is_ascii_alphanumeric(), "-")),
    };
    word.to_owned()
}

fn prepared(path: &Path) -> String {
    substitute(&read(path), "${", "}", deployed)
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
        total += 1;
        let text = prepared(&path);
        let standard = Options { machine_type: ExecutionType::Standard, ..Options::default() };
        if let Some(refusal) = invalid_definition(&compile(&text, &standard).diagnostics) {
            failures.push(format!("{}\n  {refusal}", name(&path)));
        }
    }
    println!("left out, not JSON: {}", left_out.join(", "));
    conclude("real workflows", total, &failures);
}
