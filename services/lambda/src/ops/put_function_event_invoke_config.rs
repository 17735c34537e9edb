use crate::actor::Actor;
use crate::describe;
use crate::errors::Error;
use crate::model::EventConfig;
use crate::visit::Visit;
use crate::wire::{DestinationConfig, EventInvokeConfigInput, FunctionEventInvokeConfig};

/// Replaces what was configured before.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html>
pub(crate) async fn put_function_event_invoke_config(
    ctx: &Visit<'_>,
    req: EventInvokeConfigInput,
) -> Result<FunctionEventInvokeConfig, Error> {
    set(ctx, req, |_| Ok(EventConfig::default())).await
}

/// Puts what a request says over what `start` gives for the configuration as it is.
pub(super) async fn set(
    ctx: &Visit<'_>,
    req: EventInvokeConfigInput,
    start: impl Fn(Option<&EventConfig>) -> Result<EventConfig, Error>,
) -> Result<FunctionEventInvokeConfig, Error> {
    let arn = ctx.arn(&req.function_name, req.qualifier.as_deref())?;
    let actor = Actor::of(&ctx.room().target(&arn).await?);
    let destinations = req.destination_config.map(destinations).transpose()?;
    let (success, failure) = destinations.clone().unwrap_or_default();
    for destination in [success, failure].iter().flatten() {
        ctx.room().check_destination(&actor, destination).await?;
    }
    let key = arn.qualifier_key();
    let (config, _) = ctx
        .change(&arn, |function, _| {
            let mut config = start(function.event_configs.get(&key))?;
            config.modified_at = ctx.now().as_millis();
            if let Some(retries) = req.maximum_retry_attempts {
                config.retries_max = Some(retries.cast_unsigned());
            }
            if let Some(age) = req.maximum_event_age_in_seconds {
                config.age_seconds_max = Some(age.cast_unsigned());
            }
            if let Some((on_success, on_failure)) = &destinations {
                config.on_success.clone_from(on_success);
                config.on_failure.clone_from(on_failure);
            }
            function.event_configs.insert(key.clone(), config.clone());
            Ok(config)
        })
        .await?;
    Ok(describe::event_config(&arn, &key, &config))
}

type Destinations = (Option<String>, Option<String>);

fn destinations(given: DestinationConfig) -> Result<Destinations, Error> {
    let arn = |given: Option<crate::wire::Destination>| {
        let arn = given.and_then(|given| given.destination).filter(|arn| !arn.is_empty());
        match arn {
            Some(arn) if !crate::destinations::is_destination(&arn) => {
                Err(Error::invalid(format!(
                    "The provided destination config DestinationConfig is not valid: {arn} is no queue, topic, function or event bus"
                )))
            }
            arn => Ok(arn),
        }
    };
    Ok((arn(given.on_success)?, arn(given.on_failure)?))
}
