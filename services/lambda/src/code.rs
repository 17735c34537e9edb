//! The code of functions on disk: zip files under their digests, unpacked when first run.
//!
//! A zip file is on stable storage before the row that names it is committed. What is unpacked is a cache.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Cursor, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

use crate::Limits;
use crate::errors::Error;
use crate::model::{Code, LayerUse};

/// The folders of the room.
#[derive(Clone, Debug)]
pub(crate) struct Folders {
    zips: PathBuf,
    unpacked: PathBuf,
    /// What functions see of their layers, by the digests of those.
    layered: PathBuf,
    bootstraps: PathBuf,
    unpacking: Arc<Mutex<()>>,
}

/// The bootstraps that come with the binary, by the names of their files.
const BOOTSTRAPS: [(&str, &str); 2] = [
    ("bootstrap.py", include_str!("bootstraps/bootstrap.py")),
    ("bootstrap.mjs", include_str!("bootstraps/bootstrap.mjs")),
];

impl Folders {
    /// Makes the folders below `data` and writes the bootstraps.
    pub(crate) fn open(data: &Path) -> io::Result<Self> {
        // Runtimes get absolute paths: they work in folders of their own.
        let data = std::path::absolute(data)?;
        let folders = Folders {
            zips: data.join("code"),
            unpacked: data.join("unpacked"),
            layered: data.join("layered"),
            bootstraps: data.join("bootstraps"),
            unpacking: Arc::default(),
        };
        for folder in [&folders.zips, &folders.unpacked, &folders.layered, &folders.bootstraps] {
            fs::create_dir_all(folder)?;
        }
        for (name, text) in BOOTSTRAPS {
            fs::write(folders.bootstraps.join(name), text)?;
        }
        Ok(folders)
    }

    /// Where a bootstrap of ours is.
    pub(crate) fn bootstrap(&self, name: &str) -> PathBuf {
        self.bootstraps.join(name)
    }

    /// The folder of the bootstraps.
    pub(crate) fn bootstraps(&self) -> &Path {
        &self.bootstraps
    }

    /// Keeps a zip file, once it is known to be one that can be unpacked. Blocks.
    pub(crate) fn keep(&self, zip: &[u8], limits: &Limits) -> Result<Code, Error> {
        check(zip, limits)?;
        let sha256 = STANDARD.encode(Sha256::digest(zip));
        let path = self.zip(&sha256);
        if !path.exists() {
            let written = self.write(&path, zip);
            written.map_err(|source| Error::Files { attempt: "keep the code", source })?;
        }
        Ok(Code::Zip { sha256, bytes: zip.len() as u64 })
    }

    fn write(&self, path: &Path, zip: &[u8]) -> io::Result<()> {
        let mut file = tempfile(&self.zips)?;
        file.1.write_all(zip)?;
        file.1.sync_all()?;
        fs::rename(&file.0, path)?;
        File::open(&self.zips)?.sync_all()
    }

    /// Where the zip file of that digest is.
    pub(crate) fn zip(&self, sha256: &str) -> PathBuf {
        self.zips.join(format!("{}.zip", file_name(sha256)))
    }

    /// The folder with a function's files, unpacked if they aren't yet. Blocks.
    pub(crate) fn task_root(&self, code: &Code, limits: &Limits) -> Result<PathBuf, Error> {
        let sha256 = match code {
            Code::Folder { path } => return Ok(path.into()),
            Code::Zip { sha256, .. } => sha256,
        };
        self.unpack(self.unpacked.join(file_name(sha256)), &[sha256], limits)
    }

    /// The folder with what a function's layers hold, one over the other: what AWS shows as `/opt`. Blocks.
    ///
    /// A single layer may be a folder of this machine, which is then used as it is.
    pub(crate) fn layers_root(
        &self,
        layers: &[LayerUse],
        limits: &Limits,
    ) -> Result<Option<PathBuf>, Error> {
        let mut digests = Vec::new();
        for layer in layers {
            match &layer.code {
                Code::Zip { sha256, .. } => digests.push(sha256.as_str()),
                Code::Folder { path } if layers.len() == 1 => return Ok(Some(path.into())),
                Code::Folder { path } => {
                    let source = io::Error::other(format!("{path} is one layer of several"));
                    return Err(Error::Files { attempt: "lay a folder over others", source });
                }
            }
        }
        if digests.is_empty() {
            return Ok(None);
        }
        let name = URL_SAFE_NO_PAD.encode(Sha256::digest(digests.join(" ")));
        self.unpack(self.layered.join(name), &digests, limits).map(Some)
    }

    /// A folder with what these zip files hold, later ones over earlier ones. Blocks.
    fn unpack(&self, folder: PathBuf, digests: &[&str], limits: &Limits) -> Result<PathBuf, Error> {
        let trouble = |source| Error::Files { attempt: "unpack the code", source };
        let _one_at_a_time = self.unpacking.lock().unwrap_or_else(PoisonError::into_inner);
        // Another environment may have been faster.
        if folder.exists() {
            return Ok(folder);
        }
        let unfinished = folder.with_extension("unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(trouble)?;
        }
        let mut left = limits.unzipped_bytes_max;
        for digest in digests {
            let zip = fs::read(self.zip(digest)).map_err(trouble)?;
            left = unpack(&zip, &unfinished, left, limits)?;
        }
        fs::rename(&unfinished, &folder).map_err(trouble)?;
        Ok(folder)
    }

    /// What these zip files say that they hold. Folders of this machine count nothing. Blocks.
    pub(crate) fn unzipped_bytes(&self, all: &[Code]) -> Result<u64, Error> {
        let trouble = |source| Error::Files { attempt: "read the code", source };
        let mut bytes = 0_u64;
        for code in all {
            let Code::Zip { sha256, .. } = code else { continue };
            let zip = fs::read(self.zip(sha256)).map_err(trouble)?;
            bytes = bytes.saturating_add(declared_bytes(&mut open(&zip)?)?);
        }
        Ok(bytes)
    }

    /// Removes what no function has any more, and what was never finished. To be done while nobody writes. Blocks.
    pub(crate) fn sweep<'c>(&self, kept: impl Iterator<Item = &'c Code>) -> io::Result<()> {
        let kept: BTreeSet<String> = kept
            .filter_map(|code| match code {
                Code::Zip { sha256, .. } => Some(file_name(sha256)),
                Code::Folder { .. } => None,
            })
            .collect();
        // A cache that nothing but the digests in its names leads to.
        for entry in fs::read_dir(&self.layered)? {
            fs::remove_dir_all(entry?.path())?;
        }
        for folder in [&self.zips, &self.unpacked] {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                match kept.contains(name.strip_suffix(".zip").unwrap_or(name)) {
                    true => {}
                    false if path.is_dir() => fs::remove_dir_all(&path)?,
                    false => fs::remove_file(&path)?,
                }
            }
        }
        Ok(())
    }
}

/// The digest in the letters that file names take.
fn file_name(sha256: &str) -> String {
    let bytes = STANDARD.decode(sha256).unwrap_or_else(|_| sha256.into());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A new file that nobody else writes.
fn tempfile(folder: &Path) -> io::Result<(PathBuf, File)> {
    for number in 0_u32.. {
        let path = folder.join(format!("unfinished-{number}"));
        match File::create_new(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

type Archive<'z> = ZipArchive<Cursor<&'z [u8]>>;

/// Refuses what isn't a zip file, says that it is too large, or would write outside its folder.
fn check(zip: &[u8], limits: &Limits) -> Result<(), Error> {
    let mut archive = open(zip)?;
    if limits.unzipped_files_max < archive.len() {
        return Err(Error::InvalidZip);
    }
    match declared_bytes(&mut archive)? {
        bytes if limits.unzipped_bytes_max < bytes => {
            Err(Error::UnzippedTooLarge(limits.unzipped_bytes_max))
        }
        _ => Ok(()),
    }
}

/// What a zip file says that its files have, each of which stays in its folder.
fn declared_bytes(archive: &mut Archive<'_>) -> Result<u64, Error> {
    let mut bytes = 0_u64;
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(|_| Error::InvalidZip)?;
        file.enclosed_name().ok_or(Error::InvalidZip)?;
        bytes = bytes.saturating_add(file.size());
    }
    Ok(bytes)
}

fn open(zip: &[u8]) -> Result<Archive<'_>, Error> {
    ZipArchive::new(Cursor::new(zip)).map_err(|_| Error::InvalidZip)
}

/// Writes the files of a zip below `folder`, at most `left` bytes; says what is left of those. Its own words on its size
/// aren't believed.
fn unpack(zip: &[u8], folder: &Path, mut left: u64, limits: &Limits) -> Result<u64, Error> {
    let trouble = |source| Error::Files { attempt: "unpack the code", source };
    let mut archive = open(zip)?;
    fs::create_dir_all(folder).map_err(trouble)?;
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).map_err(|_| Error::InvalidZip)?;
        let name = file.enclosed_name().ok_or(Error::InvalidZip)?;
        let path = folder.join(&name);
        if file.is_dir() {
            fs::create_dir_all(&path).map_err(trouble)?;
            continue;
        }
        // A link could lead out of the folder, and a file be written through it.
        if file.is_symlink() || name.components().any(|part| part == Component::ParentDir) {
            return Err(Error::InvalidZip);
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(trouble)?;
        }
        let mode = file.unix_mode();
        let mut written = File::create(&path).map_err(trouble)?;
        let bytes = io::copy(&mut file.by_ref().take(left + 1), &mut written).map_err(trouble)?;
        left = left.checked_sub(bytes).ok_or(Error::UnzippedTooLarge(limits.unzipped_bytes_max))?;
        make_executable(&written, mode).map_err(trouble)?;
    }
    Ok(left)
}

#[cfg(unix)]
fn make_executable(file: &File, mode: Option<u32>) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    match mode {
        Some(mode) if mode & 0o111 != 0 => file.set_permissions(fs::Permissions::from_mode(0o755)),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn make_executable(_: &File, _: Option<u32>) -> io::Result<()> {
    Ok(())
}

/// What a folder looks like now: another text says that something in it has changed.
///
/// Modules that package managers bring are many and rarely edited, and so are hidden folders: neither is looked at.
pub(crate) fn fingerprint(folder: &Path) -> String {
    let mut digest = Sha256::new();
    let mut left = FINGERPRINT_FILES_MAX;
    look(folder, &mut digest, &mut left);
    URL_SAFE_NO_PAD.encode(digest.finalize())
}

/// Files that are looked at for changes.
const FINGERPRINT_FILES_MAX: usize = 2_000;

fn look(folder: &Path, digest: &mut Sha256, left: &mut usize) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with('.') || matches!(name, "node_modules" | "__pycache__" | "site-packages")
        {
            continue;
        }
        let Ok(data) = fs::metadata(&path) else { continue };
        if data.is_dir() {
            look(&path, digest, left);
            continue;
        }
        if *left == 0 {
            return;
        }
        *left -= 1;
        digest.update(path.as_os_str().as_encoded_bytes());
        digest.update(data.len().to_be_bytes());
        let modified = data.modified().ok();
        let age = modified.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        digest.update(age.unwrap_or_default().as_nanos().to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            let options = SimpleFileOptions::default().unix_permissions(0o755);
            writer.start_file(*name, options).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn folders() -> (::tempfile::TempDir, Folders) {
        let data = ::tempfile::tempdir().unwrap();
        let folders = Folders::open(data.path()).unwrap();
        (data, folders)
    }

    #[test]
    fn what_is_kept_is_unpacked() {
        let (_data, folders) = folders();
        let limits = Limits::default();
        let code = folders.keep(&zip(&[("a/b.py", b"x = 1")]), &limits).unwrap();
        let root = folders.task_root(&code, &limits).unwrap();
        assert_eq!(fs::read(root.join("a/b.py")).unwrap(), b"x = 1");
        assert_eq!(folders.task_root(&code, &limits).unwrap(), root, "again from the cache");
    }

    #[test]
    fn no_file_leaves_its_folder() {
        let (_data, folders) = folders();
        for name in ["../evil", "a/../../evil", "/etc/evil"] {
            let kept = folders.keep(&zip(&[(name, b"x")]), &Limits::default());
            match kept {
                Err(Error::InvalidZip) => {}
                Ok(code) => {
                    let root = folders.task_root(&code, &Limits::default()).unwrap();
                    let inside: Vec<_> = fs::read_dir(&root).unwrap().collect();
                    assert_eq!(inside.len(), 1, "{name} is kept inside");
                }
                Err(error) => panic!("{name}: {error}"),
            }
        }
    }

    #[test]
    fn garbage_and_floods_are_refused() {
        let (_data, folders) = folders();
        let limits = Limits { unzipped_bytes_max: 1_000, ..Limits::default() };
        let flood = vec![0_u8; 1_001];
        let keep = |zip: &[u8]| folders.keep(zip, &limits);
        assert!(matches!(keep(b"not a zip"), Err(Error::InvalidZip)));
        assert!(matches!(keep(&zip(&[("f", &flood)])), Err(Error::UnzippedTooLarge(1_000))));
    }

    #[test]
    fn a_zip_that_lies_about_its_size_is_stopped_while_it_is_unpacked() {
        let (data, _folders) = folders();
        let limits = Limits { unzipped_bytes_max: 1_000, ..Limits::default() };
        let flood = zip(&[("a", &[0; 600]), ("b", &[0; 600])]);
        let unpacked = unpack(&flood, &data.path().join("out"), 1_000, &limits);
        assert!(matches!(unpacked, Err(Error::UnzippedTooLarge(1_000))));
    }

    #[test]
    fn layers_lie_one_over_the_other() {
        let (_data, folders) = folders();
        let limits = Limits { unzipped_bytes_max: 10, ..Limits::default() };
        let layer = |files| LayerUse {
            version_arn: String::new(),
            code: folders.keep(&zip(files), &limits).unwrap(),
        };
        let under = layer(&[("a", b"under"), ("b", b"1")]);
        let over = layer(&[("a", b"over")]);
        let layers = [under.clone(), over.clone()];
        let root = folders.layers_root(&layers, &limits).unwrap().unwrap();
        assert_eq!(fs::read(root.join("a")).unwrap(), b"over");
        assert_eq!(fs::read(root.join("b")).unwrap(), b"1");
        assert_eq!(folders.layers_root(&[], &limits).unwrap(), None);
        assert_eq!(folders.unzipped_bytes(&[under.code.clone(), over.code]).unwrap(), 10);
        let twice = [under.clone(), under];
        let too_large = folders.layers_root(&twice, &limits);
        assert!(matches!(too_large, Err(Error::UnzippedTooLarge(10))));
    }

    #[test]
    fn code_that_nobody_has_is_swept() {
        let (_data, folders) = folders();
        let limits = Limits::default();
        let kept = folders.keep(&zip(&[("a", b"1")]), &limits).unwrap();
        let gone = folders.keep(&zip(&[("a", b"2")]), &limits).unwrap();
        let (kept_root, gone_root) = (
            folders.task_root(&kept, &limits).unwrap(),
            folders.task_root(&gone, &limits).unwrap(),
        );
        folders.sweep([&kept].into_iter()).unwrap();
        assert!(kept_root.exists() && !gone_root.exists());
        let Code::Zip { sha256, .. } = &gone else { panic!("a zip") };
        assert!(!folders.zip(sha256).exists());
    }

    #[test]
    fn a_changed_file_changes_the_fingerprint() {
        let folder = ::tempfile::tempdir().unwrap();
        fs::write(folder.path().join("f.py"), "1").unwrap();
        let before = fingerprint(folder.path());
        assert_eq!(fingerprint(folder.path()), before);
        fs::write(folder.path().join("f.py"), "22").unwrap();
        assert_ne!(fingerprint(folder.path()), before);
    }
}
