//! Tags of APIs of either kind.

use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{
    Empty, ListTagsForResourceInput, ListTagsForResourceOutput, TagResourceInput,
    UntagResourceInput,
};

const TAGS_MAX: usize = 50;

pub(crate) async fn list_tags_for_resource(
    ctx: &Visit<'_>,
    req: ListTagsForResourceInput,
) -> Result<ListTagsForResourceOutput, Error> {
    let api = ctx.api(api_id(&req.resource_arn)).await?;
    Ok(ListTagsForResourceOutput { tags: api.value.tags().cloned().unwrap_or_default() })
}

pub(crate) async fn tag_resource(ctx: &Visit<'_>, req: TagResourceInput) -> Result<Empty, Error> {
    if req.tags.keys().any(|key| key.starts_with("aws:")) {
        return Err(Error::bad_request("Tag keys that begin with aws: are reserved."));
    }
    let mut change = ctx.change(api_id(&req.resource_arn)).await?;
    let tags = change.api.tags_mut();
    tags.extend(req.tags);
    if TAGS_MAX < tags.len() {
        return Err(Error::bad_request("The number of tags must not exceed 50."));
    }
    change.commit().await?;
    Ok(Empty {})
}

pub(crate) async fn untag_resource(
    ctx: &Visit<'_>,
    req: UntagResourceInput,
) -> Result<Empty, Error> {
    let mut change = ctx.change(api_id(&req.resource_arn)).await?;
    change.api.tags_mut().retain(|key, _| !req.tag_keys.contains(key));
    change.commit().await?;
    Ok(Empty {})
}

fn api_id(arn: &str) -> &str {
    arn.rsplit_once("apis/").map_or(arn, |(_, id)| id)
}
