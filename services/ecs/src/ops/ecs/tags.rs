use store::Batch;

use crate::arn::{Revisioned, TaskKey, name_of};
use crate::describe;
use crate::errors::Error;
use crate::model::Tags;
use crate::tables::Kind;
use crate::visit::{Commit, Visit};
use crate::wire::ecs::{
    Empty, ListTagsForResourceInput, ListTagsForResourceOutput, TagResourceInput,
    UntagResourceInput,
};

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TagResource.html>
pub(crate) async fn tag_resource(ctx: &Visit<'_>, req: TagResourceInput) -> Result<Empty, Error> {
    let more = describe::tags_of(Some(req.tags));
    change(ctx, &req.resource_arn, |tags| tags.extend(more.clone())).await?;
    Ok(Empty {})
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UntagResource.html>
pub(crate) async fn untag_resource(
    ctx: &Visit<'_>,
    req: UntagResourceInput,
) -> Result<Empty, Error> {
    change(ctx, &req.resource_arn, |tags| tags.retain(|key, _| !req.tag_keys.contains(key)))
        .await?;
    Ok(Empty {})
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTagsForResource.html>
pub(crate) async fn list_tags_for_resource(
    ctx: &Visit<'_>,
    req: ListTagsForResourceInput,
) -> Result<ListTagsForResourceOutput, Error> {
    let tags = change(ctx, &req.resource_arn, |_| {}).await?;
    Ok(ListTagsForResourceOutput { tags: describe::tags(&tags) })
}

/// Changes the tags of whatever the ARN names; gives them as they are then.
async fn change(ctx: &Visit<'_>, arn: &str, act: impl Fn(&mut Tags)) -> Result<Tags, Error> {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let (kind, name) = resource.split_once('/').ok_or(Error::ResourceNotFound)?;
    let (scope, tables) = (ctx.scope(), ctx.tables());
    loop {
        let mut batch = Batch::new();
        let tags = match kind {
            "cluster" => {
                let found = tables.cluster(&scope, name).await?.ok_or(Error::ClusterNotFound)?;
                let mut cluster = found.value.clone();
                act(&mut cluster.tags);
                if cluster != found.value {
                    found.replace(&mut batch, &cluster);
                }
                cluster.tags
            }
            "task-definition" => {
                let revision = Revisioned::parse(name).and_then(|it| Some((it.name, it.revision?)));
                let (family, number) = revision.ok_or(Error::ResourceNotFound)?;
                let found = tables.definition(Kind::TaskDefinition, &scope, family, number).await?;
                let found = found.ok_or(Error::ResourceNotFound)?;
                let mut definition = found.value.clone();
                act(&mut definition.tags);
                if definition != found.value {
                    found.replace(&mut batch, &definition);
                }
                definition.tags
            }
            "task" => {
                let (cluster, id) = name.split_once('/').ok_or(Error::ResourceNotFound)?;
                let id = name_of(id).to_owned();
                let key = TaskKey { scope: scope.clone(), cluster: cluster.to_owned(), id };
                let found = tables.task(&key).await?.ok_or(Error::ResourceNotFound)?;
                let mut task = found.value.clone();
                act(&mut task.tags);
                if task != found.value {
                    found.replace(&mut batch, &task);
                }
                task.tags
            }
            _ => return Err(Error::ResourceNotFound),
        };
        if batch.changes().is_empty() || ctx.room().commit(batch).await? == Commit::Done {
            return Ok(tags);
        }
    }
}
