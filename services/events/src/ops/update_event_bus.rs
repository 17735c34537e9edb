use crate::errors::Error;
use crate::model::EventBus;
use crate::visit::{Commit, Visit};
use crate::wire::{UpdateEventBusInput, UpdateEventBusOutput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateEventBus.html>
pub(crate) async fn update_event_bus(
    ctx: &Visit<'_>,
    req: UpdateEventBusInput,
) -> Result<UpdateEventBusOutput, Error> {
    loop {
        let (name, found) = ctx.bus(req.name.as_deref()).await?;
        let changed = EventBus {
            modified_at: Some(ctx.now()),
            description: req.description.clone(),
            kms_key_id: req.kms_key_identifier.clone(),
            dead_letter: req.dead_letter_config.clone().and_then(|config| config.arn),
            ..found.value.clone()
        };
        if ctx.commit(found.change(changed)).await? == Commit::Done {
            return Ok(UpdateEventBusOutput {
                arn: name.arn(),
                name: name.name,
                description: req.description,
                kms_key_identifier: req.kms_key_identifier,
                dead_letter_config: req.dead_letter_config,
            });
        }
    }
}
