//! `cargo xtask tidy`: the rules of the house that compiler and clippy can't check.
//!
//! `order` holds the dependencies between crates, `files` what a source file may be and hold,
//! `documents` what Markdown leads to, `manifests` what a `Cargo.toml` must say. Each answers with sentences; none means
//! tidy.

mod documents;
mod files;
mod manifests;
mod order;

use std::process::ExitCode;

use anyhow::Result;

use crate::workspace::Workspace;

pub(crate) fn run(workspace: &Workspace) -> Result<ExitCode> {
    let faults = faults(workspace)?;
    for fault in &faults {
        println!("{fault}");
    }
    if faults.is_empty() {
        println!("tidy");
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} faults", faults.len());
    Ok(ExitCode::FAILURE)
}

/// Everything that isn't as it should be, one sentence each.
pub(crate) fn faults(workspace: &Workspace) -> Result<Vec<String>> {
    let mut faults = order::faults(&workspace.packages);
    for name in order::PURE.iter().filter(|name| workspace.packages.contains_key(**name)) {
        faults.extend(order::impurities(name, &workspace.built_with(name)?));
    }
    faults.extend(files::faults(&workspace.root)?);
    faults.extend(documents::faults(&workspace.root)?);
    faults.extend(manifests::faults(workspace)?);
    Ok(faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let workspace = Workspace::read().expect("cargo knows the workspace");
        let faults = faults(&workspace).expect("the repository can be read");
        assert!(faults.is_empty(), "{faults:#?}");
    }
}
