use store::Batch;

use crate::arn::Revisioned;
use crate::errors::Error;
use crate::model::Tags;
use crate::tables::Kind;
use crate::visit::{Commit, Visit};
use crate::wire::batch::{
    Empty, ListTagsForResourceInput, ListTagsForResourceOutput, TagResourceInput,
    UntagResourceInput,
};

/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_TagResource.html>
pub(crate) async fn tag_resource(ctx: &Visit<'_>, req: TagResourceInput) -> Result<Empty, Error> {
    change(ctx, &req.resource_arn, |tags| tags.extend(req.tags.clone())).await?;
    Ok(Empty {})
}

/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_UntagResource.html>
pub(crate) async fn untag_resource(
    ctx: &Visit<'_>,
    req: UntagResourceInput,
) -> Result<Empty, Error> {
    change(ctx, &req.resource_arn, |tags| tags.retain(|key, _| !req.tag_keys.contains(key)))
        .await?;
    Ok(Empty {})
}

/// <https://docs.aws.amazon.com/batch/latest/APIReference/API_ListTagsForResource.html>
pub(crate) async fn list_tags_for_resource(
    ctx: &Visit<'_>,
    req: ListTagsForResourceInput,
) -> Result<ListTagsForResourceOutput, Error> {
    Ok(ListTagsForResourceOutput { tags: change(ctx, &req.resource_arn, |_| {}).await? })
}

/// Changes the tags of whatever the ARN names; gives them as they are then.
async fn change(ctx: &Visit<'_>, arn: &str, act: impl Fn(&mut Tags)) -> Result<Tags, Error> {
    let not_found = || Error::batch(format!("Resource not found: {arn}"));
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let (kind, name) = resource.split_once('/').ok_or_else(not_found)?;
    let (scope, tables) = (ctx.scope(), ctx.tables());
    loop {
        let mut batch = Batch::new();
        let tags = match kind {
            "compute-environment" => {
                let found = tables.environment(&scope, name).await?.ok_or_else(not_found)?;
                let mut changed = found.value.clone();
                act(&mut changed.tags);
                if changed != found.value {
                    found.replace(&mut batch, &changed);
                }
                changed.tags
            }
            "job-queue" => {
                let found = tables.queue(&scope, name).await?.ok_or_else(not_found)?;
                let mut changed = found.value.clone();
                act(&mut changed.tags);
                if changed != found.value {
                    found.replace(&mut batch, &changed);
                }
                changed.tags
            }
            "job-definition" => {
                let revision = Revisioned::parse(name).and_then(|it| Some((it.name, it.revision?)));
                let (name, number) = revision.ok_or_else(not_found)?;
                let found = tables.definition(Kind::JobDefinition, &scope, name, number).await?;
                let found = found.ok_or_else(not_found)?;
                let mut changed = found.value.clone();
                act(&mut changed.tags);
                if changed != found.value {
                    found.replace(&mut batch, &changed);
                }
                changed.tags
            }
            "job" => {
                let found = tables.job(&scope, name).await?.ok_or_else(not_found)?;
                let mut changed = found.value.clone();
                act(&mut changed.tags);
                if changed != found.value {
                    found.change(&mut batch, changed.clone());
                }
                changed.tags
            }
            _ => return Err(not_found()),
        };
        if batch.changes().is_empty() || ctx.room().commit(batch).await? == Commit::Done {
            return Ok(tags);
        }
    }
}
