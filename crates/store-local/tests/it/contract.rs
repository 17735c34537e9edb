use std::sync::Arc;

use store::Store;
use store::contract::Backend;
use store_local::Options;
use tempfile::TempDir;

struct Folder(TempDir);

impl Backend for Folder {
    fn open(&self) -> Arc<dyn Store> {
        Arc::new(store_local::open(self.0.path(), Options::default()).expect("the folder opens"))
    }
}

store::contract_tests!(Folder(TempDir::new().expect("a folder can be made")));
