//! What tests are held against that isn't in the repository: recorded answers of AWS, and the suites of others.
//!
//! It is in the folder named by `FREEHOLD_CORPUS`, by default `../shared/corpus` seen from the workspace's root. A test
//! that finds nothing there says so and passes; one that finds something says how much of it passes, and
//! `cargo xtask test` adds that up. Start at [`folder`].

#![expect(
    clippy::print_stdout,
    reason = "a corpus says how much of it passes, and when it is skipped"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use json::{Kind, Value};

/// Why some cases differ on purpose, and which.
pub type Difference = (&'static str, &'static [&'static str]);

/// A folder of the corpus, if it is there.
pub fn folder(name: &str) -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let root = std::env::var_os("FREEHOLD_CORPUS").map_or(default, PathBuf::from);
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} isn't there", folder.display());
    None
}

/// Says how many cases pass.
///
/// # Panics
/// One fails.
#[track_caller]
pub fn judge(total: usize, failures: &BTreeMap<String, String>) {
    judge_but(total, failures, &[]);
}

/// The same, where some are known to fail.
///
/// # Panics
/// Another one fails, or one of those passes after all.
#[track_caller]
pub fn judge_but(total: usize, failures: &BTreeMap<String, String>, known: &[Difference]) {
    println!("{} of {total} cases pass", total - failures.len());
    let mut faults = Vec::new();
    for (name, failure) in failures {
        if !known.iter().any(|(_, names)| names.contains(&name.as_str())) {
            faults.push(format!("{name}\n{failure}"));
        }
    }
    for (reason, names) in known {
        for name in *names {
            if !failures.contains_key(*name) {
                faults.push(format!("{name} agrees after all, so it isn't true that {reason}"));
            }
        }
    }
    assert!(0 < total, "there are cases");
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Jest's pretty format, in which AWS's answers were recorded: members by name, a comma behind each, texts as they are.
pub fn pretty(value: &Value) -> String {
    pretty_within(value, 0)
}

fn pretty_within(value: &Value, level: usize) -> String {
    let (open, close, members): (_, _, Vec<String>) = match value.kind() {
        Kind::Array => {
            ("[", "]", value.items().map(|item| pretty_within(&item, level + 1)).collect())
        }
        Kind::Object => {
            let mut members: Vec<_> = value.entries().collect();
            members.sort_by_key(|(name, _)| *name);
            let member = |(name, member): (&str, Value)| {
                format!("\"{name}\": {}", pretty_within(&member, level + 1))
            };
            ("{", "}", members.into_iter().map(member).collect())
        }
        Kind::String => return format!("\"{}\"", value.as_str().unwrap_or_default()),
        Kind::Null | Kind::Bool | Kind::Number => return value.to_string(),
    };
    if members.is_empty() {
        return format!("{open}{close}");
    }
    let indent = "  ".repeat(level);
    let lines: String = members.iter().map(|member| format!("{indent}  {member},\n")).collect();
    format!("{open}\n{lines}{indent}{close}")
}
