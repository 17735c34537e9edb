use bytes::Bytes;
use dynoxide::actions::create_table::{self, CreateTableRequest};

use crate::decode;
use crate::errors::Error;
use crate::operations::{Desk, done, written};

/// Tables of dynoxide's own.
const TAKEN: [&str; 3] = ["_config", "_stream_records", "_tables"];

pub(crate) fn create_table(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let request: CreateTableRequest = decode::request("CreateTable", body)?;
    if let Some(other) = unlike_only_in_case(desk, &request.table_name)? {
        return Err(Error::NameTaken { table: request.table_name, other });
    }
    Ok(written(&done(create_table::execute(desk.storage, request))?))
}

/// A table from which that name differs, but not for SQLite, whose names have no case.
fn unlike_only_in_case(desk: &Desk<'_>, name: &str) -> Result<Option<String>, Error> {
    if name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("sqlite_")) {
        return Ok(Some("sqlite_*".to_owned()));
    }
    let mut others = desk.storage.list_table_names()?;
    others.retain(|other| other != name);
    others.extend(TAKEN.map(str::to_owned));
    Ok(others.into_iter().find(|other| other.eq_ignore_ascii_case(name)))
}
