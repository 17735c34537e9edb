//! What a source file may be called, how long it may be and what it may hold.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

const LINES_MAX: usize = 800;
const LARGE_FILES: &str = "xtask/large-files.toml";
const SKIPPED: [&str; 5] = [".git", ".venv", "data", "node_modules", "target"];
/// Names that say nothing of what is inside.
const BANNED_STEMS: [&str; 9] =
    ["mod", "util", "utils", "helper", "helpers", "common", "misc", "manager", "imp"];
/// What may not stand in sources, and why. In two halves, so that this file isn't one of the faults.
const BANNED_TEXTS: [(&str, &str, &str); 3] = [
    ("1234", "56789012", "an account comes from configuration"),
    ("#[", "ignore", "assert today's answer with a note instead"),
    ("#[", "should_panic", "assert the error instead"),
];

#[derive(Deserialize)]
struct LargeFiles {
    #[serde(default)]
    files: BTreeMap<String, String>,
}

pub(super) fn faults(root: &Path) -> Result<Vec<String>> {
    let listed = fs::read_to_string(root.join(LARGE_FILES))
        .with_context(|| format!("reading {LARGE_FILES}"))?;
    let mut large: LargeFiles =
        toml::from_str(&listed).with_context(|| format!("reading {LARGE_FILES}"))?;
    let mut faults = Vec::new();
    for path in with_extension(root, "rs")? {
        let text =
            fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let path = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
        let listed = large.files.remove(&path).is_some();
        faults.extend(of_file(&path, &text, listed));
    }
    for path in large.files.keys() {
        faults.push(format!("{LARGE_FILES} lists {path}, which is not there"));
    }
    Ok(faults)
}

fn of_file(path: &str, text: &str, listed: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let stem = Path::new(path).file_stem().unwrap_or_default().to_string_lossy();
    if BANNED_STEMS.contains(&&*stem) {
        faults.push(format!("{path}: call a file after what is in it"));
    }
    let is_test = path.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "e2e"));
    let lines = lines_of_code(text);
    if LINES_MAX < lines && !is_test && !listed {
        faults.push(format!(
            "{path}: {lines} lines are more than {LINES_MAX}; split it, or list it in {LARGE_FILES}"
        ));
    }
    if listed && lines <= LINES_MAX {
        faults.push(format!("{path}: has shrunk, so {LARGE_FILES} need not list it"));
    }
    if is_front_door(path) && !text.starts_with("//! ") {
        faults.push(format!("{path}: opens with `//!` saying what the crate is"));
    }
    if path.contains("/src/") {
        for (first, second, why) in BANNED_TEXTS {
            if text.contains(&format!("{first}{second}")) {
                faults.push(format!("{path}: {first}{second} may not stand here: {why}"));
            }
        }
    }
    faults
}

fn is_front_door(path: &str) -> bool {
    path.ends_with("/src/lib.rs") || path.ends_with("/src/main.rs")
}

/// Without the tests at its foot.
fn lines_of_code(text: &str) -> usize {
    let code = text.split_once("\n#[cfg(test)]\nmod tests {").map_or(text, |(code, _)| code);
    code.lines().count()
}

/// The files of the repository that end so.
pub(super) fn with_extension(root: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    gather(root, extension, &mut found)?;
    Ok(found)
}

fn gather(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) -> Result<()> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !SKIPPED.contains(&&*name) {
            gather(&path, extension, found)?;
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_a_fault_unless_listed_or_a_test() {
        let long = "//! Long.\n".repeat(LINES_MAX + 1);
        assert_eq!(of_file("crates/a/src/b.rs", &long, false).len(), 1);
        assert!(of_file("crates/a/src/b.rs", &long, true).is_empty());
        assert!(of_file("crates/a/tests/b.rs", &long, false).is_empty());
        assert_eq!(of_file("crates/a/src/b.rs", "", true).len(), 1, "no longer long");
    }

    #[test]
    fn tests_at_the_foot_do_not_count() {
        let text =
            format!("fn a() {{}}\n#[cfg(test)]\nmod tests {{\n{}}}\n", "\n".repeat(LINES_MAX));
        assert_eq!(lines_of_code(&text), 1);
    }

    #[test]
    fn a_name_that_says_nothing_is_a_fault() {
        for name in ["mod", "utils", "helpers", "common"] {
            assert_eq!(of_file(&format!("crates/a/src/{name}.rs"), "", false).len(), 1, "{name}");
        }
    }

    #[test]
    fn a_crate_without_a_word_about_it_is_a_fault() {
        assert_eq!(of_file("crates/a/src/lib.rs", "mod b;\n", false).len(), 1);
        assert!(of_file("crates/a/src/lib.rs", "//! What it is.\nmod b;\n", false).is_empty());
    }

    #[test]
    fn an_account_in_the_sources_is_a_fault() {
        let text = concat!("const ACCOUNT: &str = \"1234", "56789012\";");
        assert_eq!(of_file("crates/a/src/b.rs", text, false).len(), 1);
        assert!(of_file("crates/a/tests/b.rs", text, false).is_empty());
    }
}
