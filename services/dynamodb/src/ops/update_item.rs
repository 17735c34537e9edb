use bytes::Bytes;
use dynoxide::actions::get_item::{self, GetItemRequest};
use dynoxide::actions::update_item::{self, UpdateItemRequest};

use crate::decode;
use crate::errors::Error;
use crate::operations::{Desk, done, written};

const NAME: &str = "UpdateItem";

/// An update that makes an item has no old one to give, where dynoxide 3.2 gives the key.
pub(crate) fn update_item(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let request: UpdateItemRequest = decode::request(NAME, body)?;
    let is_new = request.return_values.as_deref() == Some("ALL_OLD") && is_new(desk, &request);
    let mut reply = done(update_item::execute(desk.storage, request))?;
    if is_new {
        reply.attributes = None;
    }
    Ok(written(&reply))
}

/// What is wrong with the key or the table, the update itself says.
fn is_new(desk: &Desk<'_>, update: &UpdateItemRequest) -> bool {
    let request = GetItemRequest {
        table_name: update.table_name.clone(),
        key: update.key.clone(),
        ..GetItemRequest::default()
    };
    done(get_item::execute(desk.storage, request)).is_ok_and(|reply| reply.item.is_none())
}
