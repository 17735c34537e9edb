//! Which program of this machine runs a runtime.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// What a runtime is run with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Python,
    Node,
    /// The function brings its own `bootstrap`.
    Provided,
}

impl Family {
    /// The family of a runtime, if this room runs it.
    pub(crate) fn of(runtime: &str) -> Option<Self> {
        let is_version =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if let Some(version) = runtime.strip_prefix("python3.") {
            return is_version(version).then_some(Family::Python);
        }
        if let Some(version) = runtime.strip_prefix("nodejs") {
            return version.strip_suffix(".x").filter(|it| is_version(it)).map(|_| Family::Node);
        }
        matches!(runtime, "provided" | "provided.al2" | "provided.al2023")
            .then_some(Family::Provided)
    }
}

/// The programs that were found, each looked for once.
#[derive(Debug)]
pub(crate) struct Interpreters {
    search_path: OsString,
    found: Mutex<BTreeMap<String, PathBuf>>,
}

impl Interpreters {
    /// Programs are looked for in `search_path`, written as the variable `PATH` is.
    pub(crate) fn new(search_path: OsString) -> Self {
        Interpreters { search_path, found: Mutex::default() }
    }

    pub(crate) fn search_path(&self) -> &OsString {
        &self.search_path
    }

    /// The program for a runtime: of its own version if there is one, else of any. Blocks.
    pub(crate) fn find(&self, runtime: &str, family: Family) -> Option<PathBuf> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner).get(runtime).cloned();
        let found = found.or_else(|| match family {
            Family::Python => [runtime, "python3", "python"]
                .iter()
                .find_map(|name| self.ask(name, &["-c", "import sys; print(sys.executable)"])),
            Family::Node => self.ask("node", &["-p", "process.execPath"]),
            Family::Provided => None,
        })?;
        let mut all = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(runtime.to_owned(), found.clone());
        Some(found)
    }

    /// Where the program itself says it is: what stands in the path may be a script that chooses a version.
    fn ask(&self, program: &str, arguments: &[&str]) -> Option<PathBuf> {
        let mut command = Command::new(program);
        command.env("PATH", &self.search_path).args(arguments);
        let output = command.output().ok().filter(|output| output.status.success())?;
        let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim_end());
        path.is_absolute().then_some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_belongs_to_a_family_or_none() {
        assert_eq!(Family::of("python3.13"), Some(Family::Python));
        assert_eq!(Family::of("nodejs22.x"), Some(Family::Node));
        assert_eq!(Family::of("provided.al2023"), Some(Family::Provided));
        for runtime in ["python2.7", "nodejs", "java21", "python3.x", "provided.al2024", ""] {
            assert_eq!(Family::of(runtime), None, "{runtime}");
        }
    }

    #[test]
    fn a_program_that_is_not_there_is_not_found() {
        let interpreters = Interpreters::new("/nonexistent".into());
        assert_eq!(interpreters.find("nodejs22.x", Family::Node), None);
    }
}
