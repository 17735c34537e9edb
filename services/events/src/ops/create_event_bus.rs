use crate::errors::Error;
use crate::identifier::BusName;
use crate::model::EventBus;
use crate::ops::tag_resource::checked;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{CreateEventBusInput, CreateEventBusOutput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html>
pub(crate) async fn create_event_bus(
    ctx: &Visit<'_>,
    req: CreateEventBusInput,
) -> Result<CreateEventBusOutput, Error> {
    if req.name.contains('/') {
        return Err(Error::validation("Event bus name must not contain '/'."));
    }
    let name = BusName { scope: ctx.scope(), name: req.name };
    if name.is_default() {
        return Err(Error::BusExists(name.name));
    }
    let bus = EventBus {
        created_at: Some(ctx.now()),
        modified_at: Some(ctx.now()),
        description: req.description.clone(),
        kms_key_id: req.kms_key_identifier.clone(),
        dead_letter: req.dead_letter_config.clone().and_then(|config| config.arn),
        policy: None,
        tags: checked(req.tags.unwrap_or_default())?,
    };
    match ctx.commit(tables::bus_creation(&name, bus)).await? {
        Commit::Done => Ok(CreateEventBusOutput {
            event_bus_arn: name.arn(),
            description: req.description,
            kms_key_identifier: req.kms_key_identifier,
            dead_letter_config: req.dead_letter_config,
        }),
        Commit::Raced => Err(Error::BusExists(name.name)),
    }
}
