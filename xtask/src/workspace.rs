//! The workspace as `cargo metadata` tells it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::shell;

pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    target: PathBuf,
    /// Our packages, by name.
    pub(crate) packages: BTreeMap<String, Package>,
}

pub(crate) struct Package {
    /// Its folder, from the root of the workspace on.
    pub(crate) folder: PathBuf,
    /// Our packages that it uses, other than in tests.
    pub(crate) uses: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<RawPackage>,
    workspace_members: BTreeSet<String>,
    resolve: Resolve,
    target_directory: PathBuf,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct RawPackage {
    id: String,
    name: String,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    kind: Option<String>,
}

impl Workspace {
    pub(crate) fn read() -> Result<Self> {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        // Without a platform, cargo would fetch what only other platforms build.
        let platform = host()?;
        let mut cargo = shell::cargo(["metadata", "--format-version", "1"]);
        cargo.args(["--manifest-path", manifest, "--filter-platform", &platform]);
        let metadata: Metadata = serde_json::from_slice(&shell::output(&mut cargo)?)?;
        Workspace::from_metadata(&metadata)
    }

    fn from_metadata(metadata: &Metadata) -> Result<Self> {
        let names: BTreeMap<&str, &str> =
            metadata.packages.iter().map(|package| (&*package.id, &*package.name)).collect();
        let uses: BTreeMap<&str, Vec<&str>> =
            metadata.resolve.nodes.iter().map(|node| (&*node.id, node.uses())).collect();
        let mut packages = BTreeMap::new();
        let ours = metadata
            .packages
            .iter()
            .filter(|package| metadata.workspace_members.contains(&package.id));
        for package in ours {
            let folder = package.manifest_path.parent().context("a manifest lies in a folder")?;
            let folder = folder.strip_prefix(&metadata.workspace_root)?.to_path_buf();
            let near =
                uses[&*package.id].iter().filter(|id| metadata.workspace_members.contains(**id));
            let uses_ours = near.map(|id| names[id].to_owned()).collect();
            packages.insert(package.name.clone(), Package { folder, uses: uses_ours });
        }
        Ok(Workspace {
            root: metadata.workspace_root.clone(),
            target: metadata.target_directory.clone(),
            packages,
        })
    }

    /// Where cargo builds, and where we keep what the tests need.
    pub(crate) fn target(&self, below: impl AsRef<Path>) -> PathBuf {
        self.target.join(below)
    }

    /// Every package that one of ours is built with, far ones included, other than in tests.
    ///
    /// It is asked for by itself: the whole workspace switches on in a shared package what any neighbor wants of it.
    pub(crate) fn built_with(&self, package: &str) -> Result<BTreeSet<String>> {
        let mut cargo = shell::cargo(["tree", "--package", package, "--edges", "normal,build"]);
        cargo.args(["--prefix", "none", "--format", "{p}"]).current_dir(&self.root);
        let tree = String::from_utf8(shell::output(&mut cargo)?)?;
        Ok(tree.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect())
    }

    /// Builds the product and says where it lies.
    pub(crate) fn build(&self, profile: Profile) -> Result<PathBuf> {
        let mut cargo = shell::cargo(["build", "--package", "freehold"]);
        cargo.current_dir(&self.root);
        let folder = match profile {
            Profile::Debug => "debug",
            Profile::Release => {
                cargo.arg("--release");
                "release"
            }
        };
        shell::check(&mut cargo)?;
        Ok(self.target(folder).join("freehold"))
    }

    /// The commit that is checked out, for reports.
    pub(crate) fn commit(&self) -> Result<String> {
        let mut git = Command::new("git");
        git.args(["describe", "--always", "--dirty"]).current_dir(&self.root);
        Ok(String::from_utf8(shell::output(&mut git)?)?.trim().to_owned())
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Profile {
    Debug,
    Release,
}

impl Node {
    fn uses(&self) -> Vec<&str> {
        let is_built_in = |dependency: &&Dependency| {
            dependency.dep_kinds.iter().any(|kind| kind.kind.as_deref() != Some("dev"))
        };
        self.deps.iter().filter(is_built_in).map(|dependency| &*dependency.pkg).collect()
    }
}

/// The platform we build for, as rustc calls it.
fn host() -> Result<String> {
    let version = String::from_utf8(shell::output(Command::new("rustc").arg("-vV"))?)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc names its host")?.to_owned())
}
