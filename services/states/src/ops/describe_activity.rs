use crate::arn::ActivityArn;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{DescribeActivityInput, DescribeActivityOutput};

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeActivity.html>
pub(crate) async fn describe_activity(
    ctx: &Visit<'_>,
    req: DescribeActivityInput,
) -> Result<DescribeActivityOutput, Error> {
    let arn = ActivityArn::parse(&req.activity_arn)?;
    let found = ctx.tables().activity(&arn).await?;
    let activity = found.ok_or_else(|| Error::ActivityDoesNotExist(arn.to_string()))?.value;
    Ok(DescribeActivityOutput {
        activity_arn: arn.to_string(),
        name: arn.name,
        creation_date: activity.created_at.into(),
        encryption_configuration: activity.encryption,
    })
}
