//! The functions of `util` and `extensions`, each once, over [`json::Value`].
//!
//! [`find`] gives a function by namespace and name, as code writes them: `("dynamodb", "toMapValues")`,
//! `("", "autoId")`. Both languages call them so. What a language has of its own stays with it:
//! VTL's `qr`, `quiet` and the `…Json` twins, which return text, are in `template`.
//! What AWS does is in reference/appsync §3.5.

pub mod auth_rules;
pub mod core;
pub mod dynamodb;
pub mod extensions;
pub mod http;
pub mod list;
pub mod map;
pub mod math;
pub mod rds;
pub mod str;
pub mod time;
pub mod transform;
pub mod xml;

use json::Value;

use crate::call::{Args, Call};
use crate::outcome::Failure;

/// A function as both languages call it.
pub type Function = fn(&mut Call<'_>, Args<'_>) -> Result<Value, Failure>;

/// The functions of one namespace by name.
pub type Table = &'static [(&'static str, Function)];

/// Every namespace of `util`, the functions of `util` itself under the empty name, and `extensions`.
pub const NAMESPACES: [(&str, Table); 14] = [
    ("", core::TABLE),
    ("log", core::LOG_TABLE),
    ("dynamodb", dynamodb::TABLE),
    ("list", list::TABLE),
    ("map", map::TABLE),
    ("math", math::TABLE),
    ("str", str::TABLE),
    ("time", time::TABLE),
    ("transform", transform::TABLE),
    ("rds", rds::TABLE),
    ("http", http::TABLE),
    ("xml", xml::TABLE),
    ("authRules", auth_rules::TABLE),
    ("extensions", extensions::TABLE),
];

/// The functions of a namespace.
pub fn namespace(name: &str) -> Option<Table> {
    NAMESPACES.iter().find(|(known, _)| *known == name).map(|(_, table)| *table)
}

/// The function of that name; `namespace` is empty for those of `util` itself.
pub fn find(namespace: &str, name: &str) -> Option<Function> {
    in_table(self::namespace(namespace)?, name)
}

pub(crate) fn in_table(table: Table, name: &str) -> Option<Function> {
    table.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
}
