//! What a `Cargo.toml` must say, and what ARCHITECTURE.md says of each crate.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

pub(super) fn faults(workspace: &Workspace) -> Result<Vec<String>> {
    let root = fs::read_to_string(workspace.root.join("Cargo.toml"))?;
    let mut faults = without_reason(&root)?;
    let architecture = fs::read_to_string(workspace.root.join("ARCHITECTURE.md"))?;
    let folders = workspace.packages.values().map(|package| package.folder.as_path());
    faults.extend(unnamed(&architecture, folders));
    for package in workspace.packages.values() {
        let path = package.folder.join("Cargo.toml");
        let text = fs::read_to_string(workspace.root.join(&path))?;
        let manifest: toml::Table =
            text.parse().with_context(|| format!("reading {}", path.display()))?;
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        if lints.and_then(toml::Value::as_bool) != Some(true) {
            faults.push(format!("{}: takes the lints of the workspace", path.display()));
        }
    }
    Ok(faults)
}

/// Crates and rooms that the table of the house doesn't name.
fn unnamed<'p>(
    architecture: &str,
    folders: impl Iterator<Item = &'p Path>,
) -> impl Iterator<Item = String> {
    let of_house = folders.filter_map(|folder| match folder.strip_prefix("crates") {
        Ok(name) => Some(name.display().to_string()),
        Err(_) => folder.starts_with("services").then(|| folder.display().to_string()),
    });
    let is_named = |name: &String| architecture.contains(&format!("`{name}` |"));
    of_house
        .filter(move |name| !is_named(name))
        .map(|name| format!("ARCHITECTURE.md: the table of the house names `{name}`"))
}

/// Dependencies of others beside which no word of why stands.
fn without_reason(manifest: &str) -> Result<Vec<String>> {
    let (_, section) =
        manifest.split_once("[workspace.dependencies]").context("Cargo.toml lists dependencies")?;
    let lines = section.lines().skip(1).take_while(|line| !line.starts_with('['));
    let others = lines.filter(|line| !line.starts_with('#') && !line.contains("path = "));
    let silent = others.filter(|line| line.contains(" = ") && !line.contains(" # "));
    let name = |line: &str| line.split(" = ").next().unwrap_or_default().to_owned();
    Ok(silent
        .map(|line| format!("Cargo.toml: a word of why stands beside {}", name(line)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_that_the_architecture_does_not_name_is_a_fault() {
        let folders = ["crates/base", "crates/json", "services/sqs", "services/sns", "xtask"];
        let architecture = "| ground | `base` | ids | |\n| rooms | `services/sqs` | queues | |\n";
        assert_eq!(
            unnamed(architecture, folders.iter().map(Path::new)).collect::<Vec<_>>(),
            [
                "ARCHITECTURE.md: the table of the house names `json`",
                "ARCHITECTURE.md: the table of the house names `services/sns`"
            ]
        );
    }

    #[test]
    fn a_dependency_without_a_reason_is_a_fault() {
        let manifest = "[workspace.dependencies]\n# Ours.\nbase = { path = \"crates/base\" }\n\n\
                        bytes = \"1\" # bodies\nrand = \"1\"\n\n[profile.dev]\ndebug = 1\n";
        assert_eq!(
            without_reason(manifest).expect("has the section"),
            ["Cargo.toml: a word of why stands beside rand"]
        );
    }
}
