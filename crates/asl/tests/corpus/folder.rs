use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use corpus::folder;
use json::{Kind, Value};

pub(crate) const FUNCTION_ARN: &str = "arn:aws:lambda:us-east-1:111111111111:function:f";

/// Files below a folder whose name ends in `suffix`, in the order of their paths.
pub(crate) fn files(folder: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).expect("is a folder") {
            let path = entry.expect("is an entry").path();
            if path.is_dir() {
                pending.push(path);
            } else if path.to_string_lossy().ends_with(suffix) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("is UTF-8")
}

pub(crate) fn name(path: &Path) -> String {
    path.file_name().expect("has a name").to_string_lossy().into_owned()
}

/// Puts a word in the place of each `open…close`, with what is between to decide which.
pub(crate) fn substitute(
    text: &str,
    open: &str,
    close: &str,
    word: impl Fn(&str, &str) -> String,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        let Some((name, after)) = after.split_once(close) else { break };
        out.push_str(before);
        let word = word(name, &out);
        out.push_str(&word);
        rest = after;
    }
    out + rest
}

/// A definition as CloudFormation deploys it: functions and references are resolved, here to the ARN of
/// a Lambda function, which is what definitions use them for.
pub(crate) fn deployed(value: &Value) -> Value {
    match value.kind() {
        Kind::Array => Value::array(value.items().map(|item| deployed(&item))),
        Kind::Object => {
            let mut keys = value.entries().map(|(key, _)| key);
            let function = keys.next().is_some_and(|key| key == "Ref" || key.starts_with("Fn::"));
            if function && keys.next().is_none() {
                return FUNCTION_ARN.into();
            }
            Value::object(value.entries().map(|(key, member)| (key, deployed(&member))))
        }
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => value.clone(),
    }
}

/// Prints what failed and how many passed; fails if anything did.
pub(crate) fn conclude(what: &str, total: usize, failures: &[String]) {
    for failure in failures {
        println!("{failure}");
    }
    println!("{what}: {} of {total} cases pass", total - failures.len());
    assert!(failures.is_empty(), "{} of {total} cases of {what} fail", failures.len());
}
