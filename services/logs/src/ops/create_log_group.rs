use crate::errors::Error;
use crate::model::Group;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{CreateLogGroupInput, Empty, LogGroupClass};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>
pub(crate) async fn create_log_group(
    ctx: &Visit<'_>,
    req: CreateLogGroupInput,
) -> Result<Empty, Error> {
    if req.log_group_name.starts_with("aws/") {
        let sentence = "Log groups starting with AWS/ are reserved for AWS.";
        return Err(Error::parameter(sentence));
    }
    let group = Group {
        created_at: ctx.now(),
        retention_days: None,
        tags: req.tags.unwrap_or_default(),
        kms_key_id: req.kms_key_id,
        class: req.log_group_class.unwrap_or(LogGroupClass::Standard),
        is_protected: req.deletion_protection_enabled.unwrap_or(false),
        subscriptions: Vec::new(),
    };
    match ctx.commit(tables::creation(&ctx.scope(), &req.log_group_name, group)).await? {
        Commit::Done => Ok(Empty {}),
        Commit::Raced => Err(Error::GroupExists),
    }
}
