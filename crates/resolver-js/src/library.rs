//! The modules that code can import, besides `util`: helpers that write requests for data sources.

pub(crate) mod ai;
pub(crate) mod dynamodb;
pub(crate) mod rds;

use resolver::functions::Table;

use crate::natives::Undefined;

/// The module of `util`, `extensions` and `runtime`.
pub(crate) const UTILS: &str = "@aws-appsync/utils";
pub(crate) const UTILS_EXPORTS: [&str; 3] = ["util", "extensions", "runtime"];

/// A module of functions.
pub(crate) struct Library {
    pub(crate) module: &'static str,
    pub(crate) functions: Table,
    /// An object of more functions.
    pub(crate) nested: &'static [(&'static str, Table)],
    pub(crate) undefined: Undefined,
}

pub(crate) const LIBRARIES: [Library; 3] = [
    Library {
        module: "@aws-appsync/utils/dynamodb",
        functions: dynamodb::TABLE,
        nested: &[("operations", dynamodb::OPERATIONS)],
        undefined: Undefined::LeftOut,
    },
    // `{ name: undefined }` inserts NULL. recorded: localstack-appsync-utils, resolvers.test.js
    Library {
        module: "@aws-appsync/utils/rds",
        functions: rds::TABLE,
        nested: &[("typeHint", rds::TYPE_HINTS), ("agg", rds::AGGREGATES)],
        undefined: Undefined::Null,
    },
    Library {
        module: "@aws-appsync/utils/ai",
        functions: ai::TABLE,
        nested: &[],
        undefined: Undefined::LeftOut,
    },
];

/// What a module exports, if there is such a module.
pub(crate) fn exports(module: &str) -> Option<Vec<&'static str>> {
    if module == UTILS {
        return Some(UTILS_EXPORTS.to_vec());
    }
    let library = LIBRARIES.iter().find(|library| library.module == module)?;
    let functions = library.functions.iter().map(|(name, _)| *name);
    Some(functions.chain(library.nested.iter().map(|(name, _)| *name)).collect())
}
