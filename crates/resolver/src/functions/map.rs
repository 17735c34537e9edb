//! `util.map`.

use json::{Object, Value};

use super::Table;
use crate::call::Args;

pub const TABLE: Table = &[
    ("copyAndRetainAllKeys", |_, args| Ok(kept(args, true))),
    ("copyAndRemoveAllKeys", |_, args| Ok(kept(args, false))),
];

/// The members of a map whose keys a list has (`wanted`), or hasn't.
fn kept(args: Args<'_>, wanted: bool) -> Value {
    let keys: Vec<Value> = args.value(1).items().collect();
    let has = |key: &str| keys.iter().any(|known| known.as_str() == Some(key));
    args.value(0).entries().filter(|(key, _)| has(key) == wanted).collect::<Object>().into()
}
