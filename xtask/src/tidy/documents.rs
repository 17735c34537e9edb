//! What a document leads to has to be there: links, and files that it names from the root of the repository.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::files;

/// A name in backticks is a file of ours if it begins with one of these folders.
const FOLDERS: [&str; 8] =
    ["bench/", "crates/", "docs/", "e2e/", "examples/", "fuzz/", "services/", "xtask/"];

pub(super) fn faults(root: &Path) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for path in files::with_extension(root, "md")? {
        let text =
            fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let folder = path.parent().unwrap_or(root);
        let shown = path.strip_prefix(root)?.display();
        let links = links(&text).map(|link| (link, folder.join(link)));
        let named = named(&text).map(|name| (name, root.join(name)));
        for (name, led_to) in links.chain(named).filter(|(_, led_to)| !led_to.exists()) {
            faults.push(format!("{shown}: {name} is not there ({})", led_to.display()));
        }
    }
    Ok(faults)
}

/// The files that links lead to, without the places in them.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
    let files = targets.filter(|it| !it.contains("://") && !it.starts_with("mailto:"));
    files.filter_map(|target| target.split('#').next()).filter(|target| !target.is_empty())
}

/// The files that stand in backticks; those with a gap or a pattern in them (`<operation>.rs`) are many or none.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let of_ours = quoted.filter(|name| FOLDERS.iter().any(|folder| name.starts_with(folder)));
    of_ours.filter(|name| !name.contains(['<', '{', '*', ' ']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_names_of_files_are_found() {
        let text = "See [a](docs/a.md#there), [b](https://example.com/b), [c](#here),\n\
                    [d](mailto:d@example.com), \
                    `crates/a/src/lib.rs`, `crates/<name>/src` and `a word`.";
        assert_eq!(links(text).collect::<Vec<_>>(), ["docs/a.md"]);
        assert_eq!(named(text).collect::<Vec<_>>(), ["crates/a/src/lib.rs"]);
    }

    #[test]
    fn what_is_not_there_is_a_fault() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        fs::create_dir(root.join("docs")).expect("makes a folder");
        fs::write(root.join("README.md"), "[a](docs/a.md) [b](docs/b.md) `docs/c.md`")
            .expect("writes");
        fs::write(root.join("docs/a.md"), "[up](../README.md)").expect("writes");
        let found = faults(root).expect("can be read");
        let named: Vec<_> = found.iter().filter_map(|fault| fault.split(' ').nth(1)).collect();
        assert_eq!(named, ["docs/b.md", "docs/c.md"]);
    }
}
