//! The operations to which `dynoxide`'s own answer isn't enough. The others stand in `operations` alone.

mod backups;
mod batch_get_item;
mod continuous_backups;
mod create_table;
mod delete_table;
mod describe_endpoints;
mod describe_limits;
mod describe_stream;
mod execute_transaction;
mod get_records;
mod get_shard_iterator;
mod list_streams;
mod resource_policies;
mod transact_write_items;
mod update_item;
mod update_table;

pub(crate) use backups::{
    create_backup, delete_backup, describe_backup, list_backups, restore_table_from_backup,
    restore_table_to_point_in_time,
};
pub(crate) use batch_get_item::batch_get_item;
pub(crate) use continuous_backups::{describe_continuous_backups, update_continuous_backups};
pub(crate) use create_table::create_table;
pub(crate) use delete_table::delete_table;
pub(crate) use describe_endpoints::describe_endpoints;
pub(crate) use describe_limits::describe_limits;
pub(crate) use describe_stream::describe_stream;
pub(crate) use execute_transaction::execute_transaction;
pub(crate) use get_records::get_records;
pub(crate) use get_shard_iterator::get_shard_iterator;
pub(crate) use list_streams::list_streams;
pub(crate) use resource_policies::{
    delete_resource_policy, get_resource_policy, put_resource_policy,
};
pub(crate) use transact_write_items::transact_write_items;
pub(crate) use update_item::update_item;
pub(crate) use update_table::update_table;

use crate::errors::Error;
use crate::operations::Desk;

/// Forgets what has happened to a table's items: its next stream begins with what happens next.
///
/// dynoxide keeps records by the table's name, so that the stream of a new table of that name, or of one whose stream
/// is switched on again, would begin with them.
fn forget_records(desk: &Desk<'_>, table: &str) -> Result<(), Error> {
    let connection = desk.storage.conn();
    connection.execute("DELETE FROM _stream_records WHERE table_name = ?1", [table])?;
    Ok(())
}
