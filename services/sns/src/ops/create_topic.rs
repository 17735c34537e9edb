use std::collections::BTreeMap;

use store::Batch;

use crate::attributes;
use crate::errors::Error;
use crate::model::{Topic, is_fifo};
use crate::tables;
use crate::visit::Visit;
use crate::wire::{CreateTopicInput, CreateTopicOutput};

/// Idempotent by name: a topic that exists is given if it has the attributes and tags that the request names.
///
/// <https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html>
pub(crate) async fn create_topic(
    ctx: &Visit<'_>,
    req: CreateTopicInput,
) -> Result<CreateTopicOutput, Error> {
    let mut attributes = BTreeMap::new();
    for (name, value) in req.attributes.unwrap_or_default() {
        attributes::set_topic(&mut attributes, &name, value)?;
    }
    let is_fifo_asked = attributes.get("FifoTopic").is_some_and(|value| value == "true");
    check_name(&req.name, is_fifo_asked)?;
    let arn = format!("{}{}", ctx.scope(), req.name);
    let tags: BTreeMap<String, String> =
        req.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect();
    if let Some(found) = tables::topic(ctx.store(), &arn).await? {
        let existing = &found.value;
        if attributes.iter().any(|(name, value)| existing.attributes.get(name) != Some(value)) {
            return Err(Error::parameter(
                "Attributes Reason: Topic already exists with different attributes",
            ));
        }
        if !tags.is_empty() && tags != existing.tags {
            return Err(Error::parameter("Tags Reason: Topic already exists with different tags"));
        }
        return Ok(CreateTopicOutput { topic_arn: arn });
    }
    let mut batch = Batch::new();
    tables::add_topic(&mut batch, &arn, Topic { attributes, tags, last_number: 0 });
    ctx.commit(batch).await?;
    Ok(CreateTopicOutput { topic_arn: arn })
}

fn check_name(name: &str, is_fifo_asked: bool) -> Result<(), Error> {
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || b"-_".contains(&it);
    let stem = if is_fifo_asked { name.strip_suffix(".fifo") } else { Some(name) };
    let is_good = stem.is_some_and(|stem| !stem.is_empty() && stem.bytes().all(is_plain));
    if is_good && name.len() <= 256 {
        return Ok(());
    }
    Err(Error::parameter(match (is_fifo_asked, is_fifo(name)) {
        (true, false) => {
            "Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long."
        }
        _ => "Topic Name",
    }))
}
