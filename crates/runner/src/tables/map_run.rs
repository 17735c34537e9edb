use minicbor::{Decode, Encode};

use super::StatusRow;

/// A map run; what its children have come to stands in [`ChildRow`]s.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct MapRunRow {
    /// The execution whose Map state it is.
    #[n(0)]
    pub(crate) execution_arn: String,
    #[n(1)]
    pub(crate) attempt: u64,
    /// The Map state, in the program.
    #[n(2)]
    pub(crate) state: u32,
    #[n(3)]
    pub(crate) status: StatusRow,
    #[n(4)]
    pub(crate) started_at: i64,
    #[n(5)]
    pub(crate) stopped_at: Option<i64>,
    #[n(6)]
    pub(crate) max_concurrency: u32,
    #[n(7)]
    pub(crate) tolerated_failure_percentage: f64,
    #[n(8)]
    pub(crate) tolerated_failure_count: Option<u64>,
    /// Child executions.
    #[n(9)]
    pub(crate) children: u32,
    /// Items in all of them.
    #[n(10)]
    pub(crate) items: u64,
    /// The first child that was never started.
    #[n(11)]
    pub(crate) next: u32,
    #[n(12)]
    pub(crate) redrive_count: u32,
    #[n(13)]
    pub(crate) redriven_at: Option<i64>,
    /// Error and cause, of one that has failed.
    #[n(14)]
    pub(crate) failure: Option<(String, String)>,
    /// What it does before its children may start, or after them.
    #[n(15)]
    pub(crate) stage: Option<StageRow>,
}

/// Work of a running map run that isn't its children's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) enum StageRow {
    /// Its items are being read. What is written of them counts only once all are.
    #[n(0)]
    Reading,
    /// Its results are being exported; then it ends in this way.
    #[n(1)]
    Writing(#[n(0)] StatusRow),
}

/// What a map run needs of the state that started it. Values are JSON texts.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct MapPlanRow {
    /// Of an ItemReader.
    #[n(0)]
    pub(crate) reading: Option<ReadingRow>,
    /// `Parameters` or `Arguments` of a ResultWriter.
    #[n(1)]
    pub(crate) writing: Option<String>,
}

/// See [`engine::Reading`].
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct ReadingRow {
    #[n(0)]
    pub(crate) arguments: String,
    #[n(1)]
    pub(crate) items_max: i64,
    #[n(2)]
    pub(crate) selection: Option<SelectionRow>,
    #[n(3)]
    pub(crate) batching: Option<BatchingRow>,
}

/// See [`engine::Selection`].
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct SelectionRow {
    #[n(0)]
    pub(crate) data: String,
    #[n(1)]
    pub(crate) input: String,
    #[n(2)]
    pub(crate) context: String,
    #[n(3)]
    pub(crate) variables: String,
}

/// See [`engine::Batching`].
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct BatchingRow {
    #[n(0)]
    pub(crate) items_max: u64,
    #[n(1)]
    pub(crate) bytes_max: u64,
    #[n(2)]
    pub(crate) shared: Option<String>,
}

/// What one child works on.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct ItemRow {
    #[n(0)]
    pub(crate) input: String,
    /// How many items that is.
    #[n(1)]
    pub(crate) items: u32,
}

/// A child that was started at least once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct ChildRow {
    #[n(0)]
    pub(crate) status: StatusRow,
    #[n(1)]
    pub(crate) items: u32,
    /// Of an Express child, which a redrive starts anew, how many executions it has had before; of a Standard one, the
    /// redrive of the map run in which it was redriven, 0 before.
    #[n(2)]
    pub(crate) generation: u32,
}
