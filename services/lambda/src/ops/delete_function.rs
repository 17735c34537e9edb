use crate::arn::Qualifier;
use crate::errors::Error;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{Empty, QualifiedInput};

/// With a number that version goes, without one the function with everything of it. Its zip file is swept later.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html>
pub(crate) async fn delete_function(ctx: &Visit<'_>, req: QualifiedInput) -> Result<Empty, Error> {
    let arn = ctx.arn(&req.function_name, req.qualifier.as_deref())?;
    match arn.qualifier {
        None => delete_all(ctx, &arn).await?,
        Some(Qualifier::Version(number)) => delete_version(ctx, &arn, number).await?,
        Some(Qualifier::Latest) => {
            return Err(Error::invalid(
                "$LATEST version cannot be deleted without deleting the function.",
            ));
        }
        Some(Qualifier::Alias(_)) => {
            return Err(Error::invalid("Deletion of aliases is not currently supported."));
        }
    }
    ctx.room().fleet.retire(&arn.unqualified());
    Ok(Empty {})
}

async fn delete_all(ctx: &Visit<'_>, arn: &crate::arn::FunctionArn) -> Result<(), Error> {
    loop {
        let found = ctx.function(arn).await?;
        if ctx.room().commit(tables::removal(&found, arn)).await? == Commit::Done {
            return Ok(());
        }
    }
}

async fn delete_version(
    ctx: &Visit<'_>,
    arn: &crate::arn::FunctionArn,
    number: u64,
) -> Result<(), Error> {
    let text = number.to_string();
    ctx.change(arn, |function, batch| {
        let aliases = function.aliases.iter().filter(|(_, alias)| {
            alias.version == text || alias.also.as_ref().is_some_and(|also| also.version == text)
        });
        let aliases: Vec<String> = aliases.map(|(name, _)| name.clone()).collect();
        if !aliases.is_empty() {
            return Err(Error::VersionInUse(aliases));
        }
        if function.published == Some(number) {
            function.published = None;
        }
        tables::delete_version(batch, arn, number);
        Ok(())
    })
    .await?;
    Ok(())
}
