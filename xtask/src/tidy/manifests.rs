//! What a `Cargo.toml` must say.

use std::fs;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

pub(super) fn faults(workspace: &Workspace) -> Result<Vec<String>> {
    let root = fs::read_to_string(workspace.root.join("Cargo.toml"))?;
    let mut faults = without_reason(&root)?;
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
    fn a_dependency_without_a_reason_is_a_fault() {
        let manifest = "[workspace.dependencies]\n# Ours.\nbase = { path = \"crates/base\" }\n\n\
                        bytes = \"1\" # bodies\nrand = \"1\"\n\n[profile.dev]\ndebug = 1\n";
        assert_eq!(
            without_reason(manifest).expect("has the section"),
            ["Cargo.toml: a word of why stands beside rand"]
        );
    }
}
