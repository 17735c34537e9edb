use store::Batch;

use crate::attributes;
use crate::errors::Error;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{Empty, SetTopicAttributesInput};

/// <https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html>
pub(crate) async fn set_topic_attributes(
    ctx: &Visit<'_>,
    req: SetTopicAttributesInput,
) -> Result<Empty, Error> {
    let found = ctx.topic(&req.topic_arn).await?;
    let mut topic = found.value.clone();
    if req.attribute_name == "FifoTopic" {
        return Err(Error::parameter("AttributeName"));
    }
    let value = req.attribute_value.unwrap_or_default();
    attributes::set_topic(&mut topic.attributes, &req.attribute_name, value)?;

    let mut batch = Batch::new();
    tables::require_topic(&mut batch, &req.topic_arn, Some(&found));
    tables::put_topic(&mut batch, &req.topic_arn, topic);
    ctx.commit(batch).await?;
    Ok(Empty {})
}
