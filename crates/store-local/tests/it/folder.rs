use std::fs;
use std::sync::Arc;

use store::{Batch, Read, Store};
use store_local::{Local, OpenError, Options};
use tempfile::TempDir;

fn open(folder: &TempDir) -> Result<Local, OpenError> {
    store_local::open(folder.path(), Options::default())
}

fn put(store: &Local, key: &'static str) {
    let mut batch = Batch::new();
    batch.put(key, key);
    store.commit(batch).wait().expect("the batch is written");
}

#[test]
fn a_folder_is_open_once() {
    let folder = TempDir::new().unwrap();
    let first = open(&folder).unwrap();
    let refused = open(&folder).err().unwrap();
    assert_eq!(
        refused.to_string(),
        format!("{} is in use by another process", folder.path().display())
    );
    drop(first);
    open(&folder).unwrap();
}

#[test]
fn a_folder_that_is_about_to_be_let_go_is_waited_for() {
    let folder = TempDir::new().unwrap();
    let first = open(&folder).unwrap();
    let letting_go = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        drop(first);
    });
    open(&folder).unwrap();
    letting_go.join().unwrap();
}

#[test]
fn a_folder_stays_open_while_a_snapshot_reads_it() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).unwrap();
    let snapshot = store.snapshot().wait().unwrap();
    drop(store);
    assert!(matches!(open(&folder), Err(OpenError::Locked(_))));
    drop(snapshot);
    open(&folder).unwrap();
}

#[test]
fn an_unknown_format_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("format-2")).unwrap();
    fs::write(folder.path().join("format-2/rows"), "from the future").unwrap();
    let refused = open(&folder).err().unwrap();
    let path = folder.path().display();
    assert_eq!(
        refused.to_string(),
        format!("{path} holds data in `format-2`, this release reads `format-1`")
    );
    assert_eq!(fs::read(folder.path().join("format-2/rows")).unwrap(), b"from the future");
    assert!(!folder.path().join("format-1").exists());
}

#[test]
fn an_interrupted_creation_is_begun_again() {
    let folder = TempDir::new().unwrap();
    let unfinished = folder.path().join("format-1.new");
    fs::create_dir(&unfinished).unwrap();
    fs::write(unfinished.join("0.jnl"), "cut sho").unwrap();
    put(&open(&folder).unwrap(), "key");
    assert!(!unfinished.exists());
    assert_eq!(open(&folder).unwrap().get(b"key").wait().unwrap().unwrap(), "key");
}

#[test]
fn a_damaged_database_is_an_error_and_no_new_beginning() {
    let folder = TempDir::new().unwrap();
    put(&open(&folder).unwrap(), "key");
    fs::write(folder.path().join("format-1/version"), "nonsense").unwrap();
    assert!(matches!(open(&folder), Err(OpenError::Database(_))));
}

#[test]
fn damage_before_acknowledged_data_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder).unwrap();
    ["one", "two", "three"].into_iter().for_each(|key| put(&store, key));
    drop(store);
    let journal = folder.path().join("format-1/0.jnl");
    let mut bytes = fs::read(&journal).unwrap();
    let two = bytes.windows(3).position(|window| window == b"two").unwrap();
    bytes[two] = b'T';
    fs::write(&journal, &bytes).unwrap();
    let refused = open(&folder).err().unwrap();
    assert!(matches!(refused, OpenError::Damaged { .. }), "{refused:?}");
    assert_eq!(fs::read(&journal).unwrap(), bytes);
}

#[test]
fn a_store_is_shared_as_an_object() {
    let folder = TempDir::new().unwrap();
    let store: Arc<dyn Store> = Arc::new(open(&folder).unwrap());
    let read: &dyn Read = &*store;
    assert_eq!(read.get(b"key").wait().unwrap(), None);
}
