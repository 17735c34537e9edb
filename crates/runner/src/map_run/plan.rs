//! What a map run needs of the state that started it, kept as a row of its own because it never changes.

use engine::{Batching, MapRunStart, Reading, Selection};
use json::Value;

use crate::tables::{self, BatchingRow, MapPlanRow, ReadingRow, SelectionRow, key};
use crate::{Error, Shared};

#[derive(Default)]
pub(super) struct Plan {
    pub(super) reading: Option<Reading>,
    /// `Parameters` or `Arguments` of a ResultWriter that exports.
    pub(super) writing: Option<Value>,
}

impl Plan {
    pub(super) async fn load(shared: &Shared, map_run_arn: &str) -> Result<Self, Error> {
        let bytes = shared.store.get(&key::map_plan(map_run_arn)).await?;
        let Some(bytes) = bytes else { return Ok(Plan::default()) };
        let row: MapPlanRow = tables::decode("map run's plan", &bytes)?;
        let reading = row.reading.map(reading).transpose()?;
        let writing = row.writing.as_deref().map(value).transpose()?;
        Ok(Plan { reading, writing })
    }
}

/// The row of a map run's plan, if it needs one.
pub(super) fn row(start: &MapRunStart) -> Option<MapPlanRow> {
    (start.reading.is_some() || start.writing.is_some()).then(|| MapPlanRow {
        reading: start.reading.as_ref().map(|reading| ReadingRow {
            arguments: reading.arguments.to_string(),
            items_max: reading.items_max,
            selection: reading.selection.as_ref().map(|selection| SelectionRow {
                data: selection.data.to_string(),
                input: selection.input.to_string(),
                context: selection.context.to_string(),
                variables: selection.variables.to_string(),
            }),
            batching: reading.batching.as_ref().map(|batching| BatchingRow {
                items_max: batching.items_max as u64,
                bytes_max: batching.bytes_max as u64,
                shared: batching.shared.as_ref().map(Value::to_string),
            }),
        }),
        writing: start.writing.as_ref().map(Value::to_string),
    })
}

fn reading(row: ReadingRow) -> Result<Reading, Error> {
    let selection = |row: SelectionRow| {
        Ok::<_, Error>(Selection {
            data: value(&row.data)?,
            input: value(&row.input)?,
            context: value(&row.context)?,
            variables: value(&row.variables)?,
        })
    };
    let batching = |row: BatchingRow| {
        Ok::<_, Error>(Batching {
            items_max: row.items_max as usize,
            bytes_max: row.bytes_max as usize,
            shared: row.shared.as_deref().map(value).transpose()?,
        })
    };
    Ok(Reading {
        arguments: value(&row.arguments)?,
        items_max: row.items_max,
        selection: row.selection.map(selection).transpose()?,
        batching: row.batching.map(batching).transpose()?,
    })
}

fn value(text: &str) -> Result<Value, Error> {
    Value::parse(text).map_err(|error| Error::corrupt("map run's plan", error))
}
