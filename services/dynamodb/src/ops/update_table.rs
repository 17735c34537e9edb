use bytes::Bytes;
use dynoxide::actions::BillingModeSummary;
use dynoxide::actions::update_table::{self, UpdateTableRequest};

use crate::decode;
use crate::errors::Error;
use crate::operations::{Desk, done, written};
use crate::ops::forget_records;

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
    let goes_back = was_on_demand && request.billing_mode.as_deref() == Some("PROVISIONED");
    let mut reply = done(update_table::execute(desk.storage, request, desk.lifecycle))?;
    if enables.is_some() {
        forget_records(desk, &table)?;
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
