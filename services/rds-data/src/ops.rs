//! The operations, one file each: check, act, reply.

mod batch_execute_statement;
mod begin_transaction;
mod commit_transaction;
mod execute_sql;
mod execute_statement;
mod rollback_transaction;

pub(crate) use batch_execute_statement::batch_execute_statement;
pub(crate) use begin_transaction::begin_transaction;
pub(crate) use commit_transaction::commit_transaction;
pub(crate) use execute_sql::execute_sql;
pub(crate) use execute_statement::execute_statement;
pub(crate) use rollback_transaction::rollback_transaction;
