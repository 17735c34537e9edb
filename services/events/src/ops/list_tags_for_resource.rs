use crate::errors::Error;
use crate::identifier::Tagged;
use crate::visit::Visit;
use crate::wire::{ListTagsForResourceInput, ListTagsForResourceOutput, Tag};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListTagsForResource.html>
pub(crate) async fn list_tags_for_resource(
    ctx: &Visit<'_>,
    req: ListTagsForResourceInput,
) -> Result<ListTagsForResourceOutput, Error> {
    let tags = match Tagged::of_arn(&req.resource_a_r_n)? {
        Tagged::Bus(name) => ctx.bus(Some(&name.arn())).await?.1.value.tags,
        Tagged::Rule(name) => ctx.rule(Some(&name.bus.arn()), &name.name).await?.1.value.tags,
    };
    let tags = tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
    Ok(ListTagsForResourceOutput { tags })
}
