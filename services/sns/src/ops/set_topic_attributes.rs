use crate::attributes;
use crate::errors::Error;
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

    ctx.commit(found.change(topic)).await?;
    Ok(Empty {})
}
