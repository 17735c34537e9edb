//! Real clients: the Python ones (boto3, the AWS CLI) in an environment of their own under the target
//! folder, the JavaScript ones beside `e2e/package.json`. Both are set up again when their list changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::tally::{self, Tally};
use crate::shell;
use crate::workspace::Workspace;

pub(super) struct Client {
    pub(super) name: &'static str,
    /// The command that runs the tests once all they need is there; none while there are no tests.
    pub(super) set_up: fn(&Workspace) -> Result<Option<Command>>,
    pub(super) tally: fn(&str) -> Tally,
}

pub(super) const ALL: [Client; 2] = [
    Client { name: "Python clients", set_up: python, tally: tally::of_pytest },
    Client { name: "JavaScript clients", set_up: node, tally: tally::of_node },
];

/// Where the Python clients are, below the target folder.
const PYTHON: &str = "e2e-python";

fn python(workspace: &Workspace) -> Result<Option<Command>> {
    let e2e = workspace.root.join("e2e");
    if files_ending(&e2e.join("python"), ".py")?.is_empty() {
        return Ok(None);
    }
    need("python3", &["-c", "import ensurepip, venv"], "python3-venv")?;
    need("openssl", &["version"], "openssl")?;
    need("pebble", &["-help"], "pebble")?;
    // Its programs stand beside the PATH: `e2e/python/postgres.py` finds them as this does.
    let has_postgres = "command -v initdb || ls /usr/lib/postgresql/*/bin/initdb";
    need("sh", &["-c", has_postgres], "postgresql")?;
    let list = e2e.join("requirements.txt");
    let environment = workspace.target(PYTHON);
    let python = environment.join("bin/python");
    when_changed(&list, &environment.join("installed.txt"), || {
        shell::run("python3", [Path::new("-m"), Path::new("venv"), &environment])?;
        let install = ["-m", "pip", "install", "--quiet", "--requirement"].map(Path::new);
        shell::run(&python, install.into_iter().chain([list.as_path()]))
    })?;
    let mut pytest = Command::new(python);
    pytest.args(["-m", "pytest", "--quiet", "python"]).current_dir(e2e);
    // The tests call `aws` by its name.
    pytest.env("PATH", with_first(&environment.join("bin"))?);
    Ok(Some(pytest))
}

fn node(workspace: &Workspace) -> Result<Option<Command>> {
    let e2e = workspace.root.join("e2e");
    let tests = files_ending(&e2e.join("node"), ".test.mjs")?;
    if tests.is_empty() {
        return Ok(None);
    }
    need("node", &["--version"], "nodejs")?;
    need("npm", &["--version"], "npm")?;
    need("chromium", &["--version"], "chromium")?;
    need("sh", &["-c", "command -v certutil"], "libnss3-tools")?;
    need("curl", &["--version"], "curl")?;
    when_changed(&e2e.join("package.json"), &e2e.join("node_modules/installed.txt"), || {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]);
        shell::check(npm.current_dir(&e2e))
    })?;
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=tap"]).args(tests).current_dir(e2e);
    // What examples tell to paste calls `aws`.
    node.env("PATH", with_first(&workspace.target(PYTHON).join("bin"))?);
    Ok(Some(node))
}

/// Installs, unless what was installed last is still what the list says.
fn when_changed(list: &Path, stamp: &Path, install: impl FnOnce() -> Result<()>) -> Result<()> {
    let wanted = fs::read(list).with_context(|| format!("reading {}", list.display()))?;
    if fs::read(stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    install()?;
    fs::write(stamp, wanted).with_context(|| format!("writing {}", stamp.display()))
}

/// Makes sure that what a package has is there: by apt where we may, else by saying what to install.
fn need(program: &str, probe: &[&str], package: &str) -> Result<()> {
    if works(Command::new(program).args(probe)) {
        return Ok(());
    }
    if works(Command::new("apt-get").args(["install", "--yes", package])) {
        return Ok(());
    }
    bail!("the tests need {package}: install it (on Debian and Ubuntu, apt-get install {package})")
}

fn works(command: &mut Command) -> bool {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

#[expect(
    clippy::disallowed_methods,
    reason = "programs are found by the PATH we were started with"
)]
fn with_first(folder: &Path) -> Result<std::ffi::OsString> {
    let path = std::env::var("PATH").unwrap_or_default();
    let folders = [folder.to_path_buf()].into_iter().chain(std::env::split_paths(&path));
    Ok(std::env::join_paths(folders)?)
}

fn files_ending(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            found.extend(Some(path).filter(|path| path.to_string_lossy().ends_with(ending)));
        }
    }
    found.sort();
    Ok(found)
}
