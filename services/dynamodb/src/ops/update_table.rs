use bytes::Bytes;
use dynoxide::actions::BillingModeSummary;
use dynoxide::actions::update_table::{self, UpdateTableRequest};
use dynoxide::types::{GlobalSecondaryIndex, ProvisionedThroughput};
use serde_json::Value;

use crate::decode;
use crate::errors::Error;
use crate::operations::{Desk, done, written};
use crate::ops::forget_records;

/// What a request says of the capacity of an index.
struct Capacity {
    index: String,
    /// Whether the request makes the index.
    is_of_new: bool,
    throughput: ProvisionedThroughput,
}

impl Capacity {
    fn asked(body: &[u8]) -> Vec<Self> {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let updates = body["GlobalSecondaryIndexUpdates"].as_array().into_iter().flatten();
        let capacity = |update: &Value, action: &str| {
            let given = update.get(action)?;
            Some(Capacity {
                index: given["IndexName"].as_str()?.to_owned(),
                is_of_new: action == "Create",
                throughput: serde_json::from_value(given.get("ProvisionedThroughput")?.clone())
                    .ok()?,
            })
        };
        updates.filter_map(|it| capacity(it, "Create").or_else(|| capacity(it, "Update"))).collect()
    }
}

/// Keeps the capacity of indexes where DescribeTable looks for it. `dynoxide` keeps that of CreateTable only.
fn keep_capacity(
    desk: &Desk<'_>,
    table: &str,
    is_on_demand: bool,
    asked: &[Capacity],
) -> Result<(), Error> {
    let Some(metadata) = desk.storage.get_table_metadata(table)? else { return Ok(()) };
    let Some(definitions) = &metadata.gsi_definitions else { return Ok(()) };
    let mut indexes: Vec<GlobalSecondaryIndex> =
        serde_json::from_str(definitions).map_err(|_| Error::Corrupt("the indexes of a table"))?;
    for index in &mut indexes {
        match asked.iter().find(|it| it.index == index.index_name) {
            _ if is_on_demand => index.provisioned_throughput = None,
            Some(asked) => index.provisioned_throughput = Some(asked.throughput.clone()),
            None => {}
        }
    }
    let changed =
        serde_json::to_string(&indexes).map_err(|_| Error::Corrupt("the indexes of a table"))?;
    if changed != *definitions {
        let attributes = &metadata.attribute_definitions;
        desk.storage.update_table_metadata(table, attributes, Some(&changed))?;
    }
    Ok(())
}

pub(crate) fn update_table(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let request: UpdateTableRequest = decode::request("UpdateTable", body)?;
    let enables = request.stream_specification.as_ref().map(|stream| stream.stream_enabled);
    let table = request.table_name.clone();
    let before = desk.storage.get_table_metadata(&table)?;
    let has_stream = before.as_ref().is_some_and(|it| it.stream_enabled);
    if enables == Some(true) && has_stream {
        return Err(Error::StreamEnabled(table));
    }
    let was_on_demand =
        before.and_then(|it| it.billing_mode).is_some_and(|mode| mode == "PAY_PER_REQUEST");
    let is_on_demand = match request.billing_mode.as_deref() {
        Some(mode) => mode == "PAY_PER_REQUEST",
        None => was_on_demand,
    };
    let goes_back = was_on_demand && request.billing_mode.as_deref() == Some("PROVISIONED");
    let mut reply = done(update_table::execute(desk.storage, request, desk.lifecycle))?;
    if enables.is_some() {
        forget_records(desk, &table)?;
    }
    let asked = if is_on_demand { Vec::new() } else { Capacity::asked(body) };
    keep_capacity(desk, &table, is_on_demand, &asked)?;
    for index in reply.table_description.global_secondary_indexes.iter_mut().flatten() {
        let made = asked.iter().find(|it| it.is_of_new && it.index == index.index_name);
        if let Some((made, shown)) = made.zip(index.provisioned_throughput.as_mut()) {
            let units = |given: Option<i64>| given.unwrap_or_default().cast_unsigned();
            shown.read_capacity_units = units(made.throughput.read_capacity_units);
            shown.write_capacity_units = units(made.throughput.write_capacity_units);
        }
    }
    if goes_back {
        // dynoxide tells the mode of tables on demand only.
        reply.table_description.billing_mode_summary = Some(BillingModeSummary {
            billing_mode: "PROVISIONED".to_owned(),
            last_update_to_pay_per_request_date_time: None,
        });
    }
    Ok(written(&reply))
}
