use crate::arn::Qualifier;
use crate::describe;
use crate::errors::Error;
use crate::model::Alias;
use crate::ops::update_alias::{has_versions, weighted};
use crate::visit::Visit;
use crate::wire::{AliasConfiguration, CreateAliasInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html>
pub(crate) async fn create_alias(
    ctx: &Visit<'_>,
    req: CreateAliasInput,
) -> Result<AliasConfiguration, Error> {
    let arn = ctx.function_arn(&req.function_name)?;
    let alias = Alias {
        version: req.function_version,
        description: req.description.unwrap_or_default(),
        also: req.routing_config.map(weighted).transpose()?.flatten(),
        revision_id: ctx.house().uuid(),
    };
    has_versions(ctx, &arn, &alias).await?;
    ctx.change(&arn, |function, _| {
        if function.aliases.contains_key(&req.name) {
            let exists = arn.qualified(Qualifier::Alias(req.name.clone()));
            return Err(Error::AliasExists(exists));
        }
        function.aliases.insert(req.name.clone(), alias.clone());
        Ok(())
    })
    .await?;
    Ok(describe::alias(&arn, &req.name, &alias))
}
