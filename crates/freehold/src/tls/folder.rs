//! Certificates that the operator has put into a folder: `NAME.pem` holds the chain, `NAME.key` its key.
//!
//! `NAME` is the name that clients ask for; `*.example.com` stands for every name one label longer, `default` for clients
//! that ask for a name that no file has, or for none. A file that changes is read again; one that became
//! unreadable leaves what was read of it before.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use anyhow::Context as _;
use tokio_rustls::rustls::sign::CertifiedKey;

use super::pair;

/// The name of what is shown when nothing else fits.
const DEFAULT: &str = "default";

#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    read: RwLock<HashMap<String, Entry>>,
}

#[derive(Clone, Debug)]
struct Entry {
    pair: Arc<CertifiedKey>,
    /// When its files had changed last.
    changed: [SystemTime; 2],
}

impl Folder {
    /// Reads the folder. At the start everything in it has to be in order.
    pub(super) fn open(path: PathBuf) -> anyhow::Result<Self> {
        let mut read = HashMap::new();
        for (name, entry) in pairs(&path, &HashMap::new())? {
            read.insert(name, entry?);
        }
        Ok(Folder { path, read: RwLock::new(read) })
    }

    /// Reads again what has changed.
    pub(super) fn reload(&self) {
        let known = self.read.read().unwrap_or_else(PoisonError::into_inner).clone();
        let pairs = match pairs(&self.path, &known) {
            Ok(pairs) => pairs,
            Err(error) => {
                return tracing::error!(error = format!("{error:#}"), "read certificates again");
            }
        };
        let mut now = HashMap::new();
        for (name, entry) in pairs {
            let entry = entry.inspect_err(|error| {
                tracing::error!(name, error = format!("{error:#}"), "read a certificate again");
            });
            if let Some(entry) = entry.ok().or_else(|| known.get(&name).cloned()) {
                now.insert(name, entry);
            }
        }
        *self.read.write().unwrap_or_else(PoisonError::into_inner) = now;
    }

    pub(super) fn find(&self, name: Option<&str>) -> Option<Arc<CertifiedKey>> {
        let read = self.read.read().unwrap_or_else(PoisonError::into_inner);
        let wildcard = || read.get(&format!("*.{}", name?.split_once('.')?.1));
        let entry = name.and_then(|name| read.get(name)).or_else(wildcard);
        entry.or_else(|| read.get(DEFAULT)).map(|entry| Arc::clone(&entry.pair))
    }
}

type Pairs = Vec<(String, anyhow::Result<Entry>)>;

/// The pairs of a folder. What hasn't changed since it was `known` isn't read.
fn pairs(folder: &Path, known: &HashMap<String, Entry>) -> anyhow::Result<Pairs> {
    let describe = || format!("read the certificates in {}", folder.display());
    let mut pairs = Vec::new();
    for file in std::fs::read_dir(folder).with_context(describe)? {
        let path = file.with_context(describe)?.path();
        let name = path.file_stem().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
        if let Some(name) = name.filter(|_| path.extension() == Some(OsStr::new("pem"))) {
            let entry = entry(&path, known.get(&name));
            pairs.push((name, entry.with_context(|| format!("use {}", path.display()))));
        }
    }
    Ok(pairs)
}

fn entry(chain: &Path, known: Option<&Entry>) -> anyhow::Result<Entry> {
    let key = chain.with_extension("key");
    let changed = |path: &Path| {
        let changed = std::fs::metadata(path).and_then(|file| file.modified());
        changed.with_context(|| format!("find {}", path.display()))
    };
    let changed = [changed(chain)?, changed(&key)?];
    if let Some(known) = known.filter(|known| known.changed == changed) {
        return Ok(known.clone());
    }
    let read =
        |path: &Path| std::fs::read(path).with_context(|| format!("read {}", path.display()));
    Ok(Entry { pair: pair::read(&read(chain)?, &read(&key)?)?, changed })
}
