use crate::errors::Error;
use crate::tables;
use crate::visit::{READ, Visit};
use crate::wire::{ListInput, ListTopicsOutput, TopicInput};

/// By name, a hundred at once.
///
/// <https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html>
pub(crate) async fn list_topics(
    ctx: &Visit<'_>,
    req: ListInput,
) -> Result<ListTopicsOutput, Error> {
    let (operation, scope) = ("ListTopics", ctx.scope());
    let after = ctx.position(operation, &scope, req.next_token)?;
    let mut arns = tables::topics(ctx.store(), &scope, after.as_deref(), READ).await?;
    let next_token = ctx.cut(operation, &scope, &mut arns, Clone::clone);
    let topics = arns.into_iter().map(|topic_arn| TopicInput { topic_arn }).collect();
    Ok(ListTopicsOutput { topics, next_token })
}
