//! Every row of the runner: its key, its form, and who writes it.
//!
//! | table | key | holds | written by |
//! |---|---|---|---|
//! | `runner` | name | the number of shards | the first opening |
//! | `definition` | digest | the text of a definition | the first start from it |
//! | `machine` | digest | a [`MachineRow`] | the first start from it |
//! | `execution` | execution | an [`ExecutionRow`]: what never changes, and the first turn | its start |
//! | `standing` | execution | a [`StandingRow`]: how it ended, how often it was redriven | its end after the first turn, its redrive |
//! | `turn` | execution, turn | the events of a turn, as `engine::record` has them | each turn but the first |
//! | `snapshot` | execution | the next turn, and the fold of all before it | some turns |
//! | `timer` | shard, due, execution | when it must be woken; at most one row an execution | turns |
//! | `list` | owner, status, date, execution | that it stands in that list | start, end, redrive |
//! | `outbox` | shard, execution, attempt | a [`DispatchRow`]: the task's request is pending or sent | its scheduling; deleted with its outcome |
//! | `job` | execution, attempt | the ARN of the execution or map run that the task waits for | its submission |
//! | `poll` | execution, attempt | a [`PollRow`]: a job of another service that the task waits for | its submission; turns that ask after it |
//! | `activity` | activity, time, execution, attempt | an [`ActivityRow`] that no worker has yet | its scheduling; deleted when taken |
//! | `notice` | shard, receiver, number | a [`NoticeRow`] that an execution or map run must still hear of | whoever ended or asks |
//! | `express` | shard, execution | an accepted [`ExecutionRow`] of an asynchronous Express execution | its start; deleted at its end |
//! | `map_run` | map run | a [`MapRunRow`] | the map run's turns |
//! | `map_plan` | map run | a [`MapPlanRow`]: what its reader and writer need | the map run's start |
//! | `map_item` | map run, index | an [`ItemRow`]: the input of a child | the map run's start, or its reader |
//! | `map_child` | map run, index | a [`ChildRow`]: where a child stands | the map run's turns |
//! | `map_open` | shard, map run | that it runs | its start; deleted at its end |
//! | `map_list` | execution, date, map run | that the execution started it | its start |
//!
//! All rows of an execution that change together change in one batch. Rows are CBOR maps by number, so that members
//! can be added; a number is never used twice.

pub(crate) mod key;
mod map_run;
mod rows;

pub(crate) use map_run::{
    BatchingRow, ChildRow, ItemRow, MapPlanRow, MapRunRow, ReadingRow, SelectionRow, StageRow,
};
pub(crate) use rows::{
    ActivityRow, DispatchRow, ExecutionRow, MachineRow, NoticeRow, ParentRow, PollRow, StandingRow,
    StatusRow,
};

use bytes::Bytes;
use minicbor::{Decode, Encode};

use crate::Error;

/// A row's bytes.
pub(crate) fn encode<T: Encode<()>>(row: &T) -> Bytes {
    minicbor::to_vec(row).expect("writing to memory succeeds").into()
}

/// Reads a row back; `what` names it where it can't be read.
pub(crate) fn decode<'b, T: Decode<'b, ()>>(what: &'static str, row: &'b [u8]) -> Result<T, Error> {
    minicbor::decode(row).map_err(|error| Error::corrupt(what, error))
}
