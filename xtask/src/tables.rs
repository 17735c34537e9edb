//! `cargo xtask tables`: distills the public AWS service models into `crates/models/resources/aws.tables`.
//!
//! Facts only: protocols, URIs, names, types, required members, bounds, enumerated values, error codes. No prose.
//! The models are the data folder of botocore, fetched from PyPI at pinned versions: the newest one,
//! and an old one for the services AWS has retired since (Step Functions definitions still name them).
//! Start at [`generate`]; `model` reads, `naming` renames as Step Functions does, `encode` writes.
//! The reader is the crate `models`.

mod encode;
mod model;
mod naming;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::shell;

/// The newest models, and the last ones that still knew the services retired since.
const VERSIONS: [&str; 2] = ["1.44.5", "1.34.0"];
const TARGET: &str = "crates/models/resources/aws.tables";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A botocore `data` folder to read instead of fetching; give it twice to add retired services.
    #[arg(long, value_name = "FOLDER")]
    models: Vec<PathBuf>,
    /// Say whether the committed file is what would be written, and write nothing.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let folders =
        if arguments.models.is_empty() { fetch(scratch.path())? } else { arguments.models.clone() };
    let versions: Vec<_> = folders.iter().map(|folder| version(folder)).collect::<Result<_>>()?;
    let stamp = format!("botocore {}", versions.join(" + "));
    let (file, count) = generate(&folders, &stamp)?;
    let target = root.join(TARGET);
    if arguments.check {
        let committed = std::fs::read(&target)?;
        ensure!(committed == file, "{TARGET} is not what `cargo xtask tables` writes");
        println!("{TARGET} is up to date: {count} services, {} bytes ({stamp})", file.len());
        return Ok(());
    }
    std::fs::create_dir_all(target.parent().context("the target has a folder")?)?;
    std::fs::write(&target, &file)?;
    println!("wrote {TARGET}: {count} services, {} bytes ({stamp})", file.len());
    Ok(())
}

/// Reads every service of the folders (the first to name a service wins) and encodes them.
fn generate(folders: &[PathBuf], stamp: &str) -> Result<(Vec<u8>, usize)> {
    let mut services = BTreeMap::new();
    for (place, folder) in folders.iter().enumerate() {
        let older = folders.get(place + 1).map(PathBuf::as_path);
        for service in model::read_folder(folder, older)? {
            services.entry(service.name.clone()).or_insert(service);
        }
    }
    let services: Vec<_> = services.into_values().collect();
    Ok((encode::file(stamp, &services)?, services.len()))
}

/// The version botocore says it is, in the file beside its data folder.
fn version(folder: &Path) -> Result<String> {
    let file = folder.join("../__init__.py");
    let text =
        std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let version = text.lines().find_map(|line| line.strip_prefix("__version__ = "));
    Ok(version.context("botocore names its version")?.trim_matches(['\'', '"']).to_owned())
}

/// Fetches the pinned botocore wheels with pip and unpacks them; wheels are zip files.
fn fetch(scratch: &Path) -> Result<Vec<PathBuf>> {
    let environment = scratch.join("venv");
    shell::run(
        "python3",
        ["-m", "venv"].map(Path::new).into_iter().chain([environment.as_path()]),
    )?;
    let python = environment.join("bin/python");
    let mut folders = Vec::new();
    for version in VERSIONS {
        let folder = scratch.join(version);
        let requirement = format!("botocore=={version}");
        shell::run(
            &python,
            ["-m", "pip", "download", "-q", "--no-deps", &requirement, "-d"]
                .map(Path::new)
                .into_iter()
                .chain([folder.as_path()]),
        )?;
        let wheel = folder.join(format!("botocore-{version}-py3-none-any.whl"));
        shell::run(
            &python,
            ["-m", "zipfile", "-e"].map(Path::new).into_iter().chain([wheel.as_path(), &folder]),
        )?;
        folders.push(folder.join("botocore/data"));
    }
    Ok(folders)
}
