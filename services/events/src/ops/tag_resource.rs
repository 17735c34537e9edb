use crate::errors::Error;
use crate::identifier::Tagged;
use crate::model::{EventBus, Rule, Tags};
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{Empty, Tag, TagResourceInput};

/// <https://docs.aws.amazon.com/general/latest/gr/aws_tagging.html>
const TAGS_MAX: usize = 50;

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TagResource.html>
pub(crate) async fn tag_resource(ctx: &Visit<'_>, req: TagResourceInput) -> Result<Empty, Error> {
    let tagged = Tagged::of_arn(&req.resource_a_r_n)?;
    let added = checked(req.tags)?;
    change(ctx, &tagged, |tags| tags.extend(added.clone())).await?;
    Ok(Empty {})
}

/// The tags of a request, each key once, the last one winning.
pub(super) fn checked(given: Vec<Tag>) -> Result<Tags, Error> {
    let tags: Tags = given.into_iter().map(|tag| (tag.key, tag.value)).collect();
    within(tags)
}

fn within(tags: Tags) -> Result<Tags, Error> {
    if tags.len() <= TAGS_MAX { Ok(tags) } else { Err(Error::LimitExceeded) }
}

/// Changes the tags of a bus or a rule.
pub(super) async fn change(
    ctx: &Visit<'_>,
    tagged: &Tagged,
    change: impl Fn(&mut Tags),
) -> Result<(), Error> {
    loop {
        let batch = match tagged {
            Tagged::Bus(name) => {
                let (_, found) = ctx.bus(Some(&name.arn())).await?;
                let mut tags = found.value.tags.clone();
                change(&mut tags);
                found.change(EventBus { tags: within(tags)?, ..found.value.clone() })
            }
            Tagged::Rule(name) => {
                let (name, found) = ctx.rule(Some(&name.bus.arn()), &name.name).await?;
                let mut tags = found.value.tags.clone();
                change(&mut tags);
                tables::rule_change(
                    &found,
                    &name,
                    Rule { tags: within(tags)?, ..found.value.clone() },
                )
            }
        };
        if ctx.commit(batch).await? == Commit::Done {
            return Ok(());
        }
    }
}
