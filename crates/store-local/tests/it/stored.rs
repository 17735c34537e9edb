//! Folders that earlier releases wrote open for ever: each lies in `fixtures/<format>` as it was when its store was
//! closed, or when its process was killed. `writes_the_folders_of_today` makes the newest.

use std::path::{Path, PathBuf};
use std::{fs, mem};

use store::{Batch, Entry, KeyRange, Read as _, Scan, Store as _};
use store_local::{Options, open};

const FORMAT: &str = "format-1";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures").join(FORMAT).join(name)
}

/// What was written, batch by batch.
fn batches() -> [Batch; 3] {
    let [mut first, mut second, mut third] = [Batch::new(), Batch::new(), Batch::new()];
    first.put(b"a".to_vec(), b"1".to_vec()).put(b"b".to_vec(), Vec::new());
    first.put(b"\x00\xff".to_vec(), vec![7; 5_000]);
    second.delete(b"a".to_vec()).put(b"c".to_vec(), b"2".to_vec());
    second.put(b"d/1".to_vec(), b"3".to_vec()).put(b"d/2".to_vec(), b"4".to_vec());
    third.delete_range(KeyRange::prefix("d/")).put(b"c".to_vec(), b"5".to_vec());
    [first, second, third]
}

fn rows() -> Vec<Entry> {
    let row = |key: &'static [u8], value: Vec<u8>| Entry { key: key.into(), value: value.into() };
    vec![row(b"\x00\xff", vec![7; 5_000]), row(b"b", Vec::new()), row(b"c", b"5".to_vec())]
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("is made");
    for entry in fs::read_dir(from).expect("is there") {
        let entry = entry.expect("is listed");
        let to = to.join(entry.file_name());
        if entry.file_type().expect("is known").is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("is copied");
        }
    }
}

#[test]
fn folders_of_earlier_releases_open() {
    for name in ["closed", "killed"] {
        let folder = tempfile::tempdir().expect("is made");
        copy(&fixture(name), folder.path());
        for _ in 0..2 {
            let store = open(folder.path(), Options::default()).expect("opens");
            let all = store.scan(&Scan::range(KeyRange::all())).wait().expect("reads");
            assert_eq!(all, rows(), "{name}");
        }
    }
}

#[test]
#[ignore = "writes the fixtures of the format that is written today"]
fn writes_the_folders_of_today() {
    for name in ["closed", "killed"] {
        let folder = tempfile::tempdir().expect("is made");
        let store = open(folder.path(), Options::default()).expect("opens");
        for batch in batches() {
            store.commit(batch).wait().expect("commits");
        }
        match name {
            "closed" => drop(store),
            _ => mem::forget(store),
        }
        copy(folder.path(), &fixture(name));
    }
}
