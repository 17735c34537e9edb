use crate::arn::{FunctionArn, LATEST, Qualifier};
use crate::describe;
use crate::errors::Error;
use crate::model::{Alias, Weighted};
use crate::visit::{Visit, is_revision};
use crate::wire::{AliasConfiguration, AliasRoutingConfiguration, UpdateAliasInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html>
pub(crate) async fn update_alias(
    ctx: &Visit<'_>,
    req: UpdateAliasInput,
) -> Result<AliasConfiguration, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    let also = req.routing_config.map(weighted).transpose()?;
    let not_found = || Error::AliasNotFound(arn.qualified(Qualifier::Alias(req.name.clone())));
    let change = |old: &Alias| {
        is_revision(req.revision_id.as_deref(), &old.revision_id)?;
        Ok::<_, Error>(Alias {
            version: req.function_version.clone().unwrap_or_else(|| old.version.clone()),
            description: req.description.clone().unwrap_or_else(|| old.description.clone()),
            also: also.clone().unwrap_or_else(|| old.also.clone()),
            revision_id: ctx.house().uuid(),
        })
    };
    let function = ctx.function(&arn).await?.value;
    let wanted = change(function.aliases.get(&req.name).ok_or_else(not_found)?)?;
    has_versions(ctx, &arn, &wanted).await?;
    let (alias, _) = ctx
        .change(&arn, |function, _| {
            let alias = function.aliases.get_mut(&req.name).ok_or_else(not_found)?;
            *alias = change(alias)?;
            Ok(alias.clone())
        })
        .await?;
    Ok(describe::alias(&arn, &req.name, &alias))
}

/// The other version of a routing; an empty map takes it away.
pub(super) fn weighted(given: AliasRoutingConfiguration) -> Result<Option<Weighted>, Error> {
    let mut weights = given.additional_version_weights.unwrap_or_default().into_iter();
    let Some((version, weight)) = weights.next() else { return Ok(None) };
    if weights.next().is_some() {
        return Err(Error::invalid(
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
        ));
    }
    if !(0.0..=1.0).contains(&weight) {
        return Err(Error::invalid("Weight of an additional version must be between 0.0 and 1.0"));
    }
    Ok(Some(Weighted { version, weight }))
}

/// Refuses an alias for versions that don't exist, or that would share `$LATEST`.
pub(super) async fn has_versions(
    ctx: &Visit<'_>,
    arn: &FunctionArn,
    alias: &Alias,
) -> Result<(), Error> {
    if let Some(also) = &alias.also {
        if alias.version == LATEST || also.version == LATEST {
            return Err(Error::invalid(
                "$LATEST is not supported for an alias pointing to more than 1 version",
            ));
        }
        if alias.version == also.version {
            return Err(Error::invalid(format!(
                "Invalid function version {}. Function version {} is already included in routing configuration.",
                also.version, also.version
            )));
        }
    }
    ctx.function(arn).await?;
    for version in [Some(&alias.version), alias.also.as_ref().map(|also| &also.version)] {
        let Some(version) = version.filter(|version| *version != LATEST) else { continue };
        let named = arn.with_qualifier(version);
        let Some(Qualifier::Version(number)) = named.qualifier else {
            return Err(Error::FunctionNotFound(named));
        };
        if ctx.tables().version(arn, number).await?.is_none() {
            return Err(Error::FunctionNotFound(named));
        }
    }
    Ok(())
}
