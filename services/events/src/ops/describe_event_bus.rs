use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{DeadLetterConfig, DescribeEventBusInput, DescribeEventBusOutput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEventBus.html>
pub(crate) async fn describe_event_bus(
    ctx: &Visit<'_>,
    req: DescribeEventBusInput,
) -> Result<DescribeEventBusOutput, Error> {
    let (name, found) = ctx.bus(req.name.as_deref()).await?;
    let bus = found.value;
    Ok(DescribeEventBusOutput {
        arn: name.arn(),
        name: name.name,
        description: bus.description,
        kms_key_identifier: bus.kms_key_id,
        dead_letter_config: bus.dead_letter.map(|arn| DeadLetterConfig { arn: Some(arn) }),
        policy: bus.policy,
        creation_time: bus.created_at.map(Into::into),
        last_modified_time: bus.modified_at.map(Into::into),
    })
}
