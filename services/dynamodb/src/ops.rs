//! The operations to which `dynoxide`'s own answer isn't enough. The others stand in `operations` alone.

mod describe_continuous_backups;
mod describe_limits;
mod describe_stream;
mod execute_transaction;
mod get_records;
mod get_shard_iterator;
mod list_streams;
mod transact_write_items;

pub(crate) use describe_continuous_backups::describe_continuous_backups;
pub(crate) use describe_limits::describe_limits;
pub(crate) use describe_stream::describe_stream;
pub(crate) use execute_transaction::execute_transaction;
pub(crate) use get_records::get_records;
pub(crate) use get_shard_iterator::get_shard_iterator;
pub(crate) use list_streams::list_streams;
pub(crate) use transact_write_items::transact_write_items;
