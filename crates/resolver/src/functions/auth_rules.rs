//! `util.authRules`: what Amplify's SQL transformer asks. AWS doesn't document it (reference/appsync §3.5).

use super::Table;

pub const TABLE: Table = &[];
