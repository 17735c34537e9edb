//! A disk that can lose its power, or be full.
//!
//! This test binary defines `fsync`, `fdatasync` and `write` itself. The linker prefers them to libc's, so every sync
//! and write of the real store passes through here, and no line of it is written for tests. Of each file under a
//! watched folder we keep what a disk must hold: the content at its last sync, and of each folder the names at its last sync.
//! [`Disk::lose_power`] makes a new folder of exactly that.
//!
//! It is as hostile as POSIX allows, more than ext4: a new file that was synced, but whose folder wasn't, is gone.

#![expect(
    unsafe_code,
    reason = "defines two C functions and reports errors through errno, as C does"
)]

use std::collections::BTreeMap;
use std::ffi::{OsString, c_int, c_void};
use std::fs::{self, DirEntry, File, Metadata};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

const PAGE: usize = 4096;

/// Longer than any sync takes to begin.
const PATIENCE: Duration = Duration::from_secs(10);

#[unsafe(no_mangle)]
extern "C" fn fsync(file: c_int) -> c_int {
    sync_or(file, || {
        // SAFETY: the system call takes any number for a descriptor, and touches no memory of ours.
        unsafe { libc::syscall(libc::SYS_fsync, file) as c_int }
    })
}

#[unsafe(no_mangle)]
extern "C" fn fdatasync(file: c_int) -> c_int {
    sync_or(file, || {
        // SAFETY: as above.
        unsafe { libc::syscall(libc::SYS_fdatasync, file) as c_int }
    })
}

#[unsafe(no_mangle)]
extern "C" fn write(file: c_int, bytes: *const c_void, length: usize) -> isize {
    let length = match space(file, length) {
        Some(0) if 0 < length => {
            // SAFETY: it is this thread's own errno.
            unsafe { *libc::__errno_location() = libc::ENOSPC };
            return -1;
        }
        Some(space) => space,
        None => length,
    };
    // SAFETY: the caller answers for the bytes, as of libc's own; here they are only fewer.
    unsafe { libc::syscall(libc::SYS_write, file, bytes, length) as isize }
}

/// How many disks of ours have a bound to their space.
static BOUNDED: AtomicUsize = AtomicUsize::new(0);

/// How many of the bytes fit, if the file is on a bounded disk of ours; they are taken off its space.
fn space(file: c_int, length: usize) -> Option<usize> {
    if BOUNDED.load(Ordering::SeqCst) == 0 {
        return None;
    }
    let path = fs::read_link(format!("/proc/self/fd/{file}")).ok()?;
    let disk = lock(&DISKS).iter().find(|disk| path.starts_with(&disk.root)).cloned()?;
    let mut state = disk.lock();
    let space = state.space.as_mut()?;
    let fits = length.min(*space);
    *space -= fits;
    Some(fits)
}

/// Keeps what a sync makes durable, if the file is on a disk of ours; else does the real `sync`.
fn sync_or(file: c_int, sync: impl FnOnce() -> c_int) -> c_int {
    let Ok(path) = fs::read_link(format!("/proc/self/fd/{file}")) else { return sync() };
    let disk = lock(&DISKS).iter().find(|disk| path.starts_with(&disk.root)).cloned();
    let Some(disk) = disk else { return sync() };
    if disk.sync(Path::new(&format!("/proc/self/fd/{file}"))) {
        // The real sync would only take time: what it promises is kept already.
        return 0;
    }
    // SAFETY: it is this thread's own errno.
    unsafe { *libc::__errno_location() = libc::EIO };
    -1
}

static DISKS: Mutex<Vec<Arc<Watched>>> = Mutex::new(Vec::new());

/// A folder on a disk that can lose its power.
pub(crate) struct Disk {
    watched: Arc<Watched>,
    folder: TempDir,
}

struct Watched {
    root: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    files: BTreeMap<Identity, Durable>,
    folders: BTreeMap<Identity, Names>,
    syncs: usize,
    fails: bool,
    /// Bytes that can still be written; none is no bound.
    space: Option<usize>,
    held: bool,
    waiting: usize,
}

/// Inode numbers are used again, with another time of birth.
type Identity = (u64, Option<SystemTime>);

type Names = BTreeMap<OsString, Child>;

struct Child {
    identity: Identity,
    is_folder: bool,
}

/// What a power loss leaves of a file.
#[derive(Default)]
struct Durable {
    content: Content,
    /// Pages that a failed sync left behind: the kernel holds them for clean, so no later sync writes them.
    abandoned: Vec<usize>,
}

/// The bytes of a file, without the zeros that it may end with.
#[derive(Clone, Default)]
struct Content {
    bytes: Vec<u8>,
    length: u64,
}

impl Disk {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().expect("a folder can be made");
        let root = folder.path().canonicalize().expect("the folder exists");
        let watched = Watched { root, state: Mutex::default(), changed: Condvar::new() };
        let disk = Disk { watched: Arc::new(watched), folder };
        lock(&DISKS).push(Arc::clone(&disk.watched));
        disk
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// How many syncs there have been.
    pub(crate) fn syncs(&self) -> usize {
        self.watched.lock().syncs
    }

    /// From now on, syncs fail, or no longer do.
    pub(crate) fn set_failing(&self, fails: bool) {
        self.watched.lock().fails = fails;
    }

    /// From now on, so many bytes can be written, or any number.
    pub(crate) fn set_space(&self, space: Option<usize>) {
        let before = std::mem::replace(&mut self.watched.lock().space, space);
        match (before, space) {
            (None, Some(_)) => BOUNDED.fetch_add(1, Ordering::SeqCst),
            (Some(_), None) => BOUNDED.fetch_sub(1, Ordering::SeqCst),
            (None, None) | (Some(_), Some(_)) => return,
        };
    }

    /// From now on, syncs wait until this is dropped.
    pub(crate) fn hold_syncs(&self) -> Held {
        self.watched.lock().held = true;
        Held(Arc::clone(&self.watched))
    }

    pub(crate) fn wait_for_a_held_sync(&self) {
        let state = self.watched.lock();
        let wait =
            self.watched.changed.wait_timeout_while(state, PATIENCE, |state| state.waiting == 0);
        let (state, timeout) = wait.expect("no test panics with the lock");
        // A panic with the lock would only hide this one.
        drop(state);
        assert!(!timeout.timed_out(), "nobody syncs");
    }

    /// The disk after a power loss now. Of the pages that weren't synced it has those for which `reached` says so.
    pub(crate) fn lose_power(&self, mut reached: impl FnMut() -> bool) -> Disk {
        let after = Disk::new();
        let mut current = BTreeMap::new();
        find_files(&self.watched.root, &mut current);
        let root = identity(&fs::metadata(&self.watched.root).expect("the folder is there"));
        self.watched.lock().restore(root, &after.watched.root, &current, &mut reached);
        after
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.set_space(None);
        lock(&DISKS).retain(|disk| !Arc::ptr_eq(disk, &self.watched));
    }
}

/// Holds back syncs. Declared after the store, it lets go before a failed test drops that and waits for it.
pub(crate) struct Held(Arc<Watched>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.lock().held = false;
        self.0.changed.notify_all();
    }
}

impl Watched {
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Whether the sync succeeds.
    fn sync(&self, path: &Path) -> bool {
        let mut state = self.lock();
        state.waiting += 1;
        self.changed.notify_all();
        while state.held {
            state = self.changed.wait(state).expect("no test panics with the lock");
        }
        state.waiting -= 1;
        state.syncs += 1;
        let fails = state.fails;
        let metadata = fs::metadata(path).expect("an open file has metadata");
        let identity = identity(&metadata);
        if metadata.is_file() {
            let durable = state.files.entry(identity).or_default();
            let current = Content::read(path).expect("an open file can be read");
            if fails { durable.abandon(&current) } else { durable.take(current) }
        } else if !fails {
            state.folders.insert(identity, names(path));
        }
        !fails
    }
}

impl State {
    fn restore(
        &self,
        folder: Identity,
        to: &Path,
        current: &BTreeMap<Identity, PathBuf>,
        reached: &mut dyn FnMut() -> bool,
    ) {
        for (name, child) in self.folders.get(&folder).into_iter().flatten() {
            let to = to.join(name);
            if child.is_folder {
                fs::create_dir(&to).expect("a new folder");
                self.restore(child.identity, &to, current, reached);
                continue;
            }
            let durable = self.files.get(&child.identity);
            let mut content = durable.map(|durable| durable.content.clone()).unwrap_or_default();
            // A file that fjall's worker has removed since it was listed has nothing to lose but what was synced.
            if let Some(current) = current.get(&child.identity).and_then(|path| Content::read(path))
            {
                for page in current.pages_not_in(&content) {
                    if reached() {
                        content.copy_page(page, &current);
                    }
                }
            }
            content.write(&to);
        }
    }
}

impl Durable {
    fn take(&mut self, mut current: Content) {
        for page in &self.abandoned {
            current.copy_page(*page, &self.content);
        }
        self.content = current;
    }

    fn abandon(&mut self, current: &Content) {
        self.abandoned.extend(current.pages_not_in(&self.content));
    }
}

impl Content {
    /// `None` if the file is gone.
    fn read(path: &Path) -> Option<Self> {
        let mut file = match File::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            opened => opened.expect("the file can be opened"),
        };
        let metadata = file.metadata().expect("an open file has metadata");
        // fjall makes its journals longer than they are and fills them from the front: the rest has no blocks yet.
        let mut bytes = Vec::new();
        file.by_ref()
            .take(metadata.blocks() * 512)
            .read_to_end(&mut bytes)
            .expect("the file can be read");
        Some(Content { bytes, length: metadata.len() })
    }

    fn write(&self, path: &Path) {
        fs::write(path, &self.bytes).expect("a new file");
        let file = File::options().write(true).open(path).expect("it was just written");
        file.set_len(self.length).expect("a file can grow");
    }

    fn page(&self, page: usize) -> [u8; PAGE] {
        let mut bytes = [0; PAGE];
        let start = self.bytes.len().min(page * PAGE);
        let end = self.bytes.len().min(start + PAGE);
        bytes[..end - start].copy_from_slice(&self.bytes[start..end]);
        bytes
    }

    fn pages_not_in(&self, other: &Content) -> Vec<usize> {
        let pages = 0..self.bytes.len().div_ceil(PAGE);
        pages.filter(|page| self.page(*page) != other.page(*page)).collect()
    }

    fn copy_page(&mut self, page: usize, from: &Content) {
        let end = (page + 1) * PAGE;
        self.bytes.resize(self.bytes.len().max(end), 0);
        self.bytes[end - PAGE..end].copy_from_slice(&from.page(page));
        self.length = self.length.max(from.length.min(end as u64));
    }
}

fn identity(metadata: &Metadata) -> Identity {
    (metadata.ino(), metadata.created().ok())
}

fn entries(folder: &Path) -> impl Iterator<Item = (DirEntry, Metadata)> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    entries.filter_map(|entry| {
        let entry = entry.expect("the folder can be read");
        // Without metadata it has been removed meanwhile.
        let metadata = entry.metadata().ok()?;
        Some((entry, metadata))
    })
}

fn names(folder: &Path) -> Names {
    let child = |(entry, metadata): (DirEntry, Metadata)| {
        let child = Child { identity: identity(&metadata), is_folder: metadata.is_dir() };
        (entry.file_name(), child)
    };
    entries(folder).map(child).collect()
}

fn find_files(folder: &Path, files: &mut BTreeMap<Identity, PathBuf>) {
    for (entry, metadata) in entries(folder) {
        if metadata.is_dir() {
            find_files(&entry.path(), files);
        } else {
            files.insert(identity(&metadata), entry.path());
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no test panics with the lock")
}
