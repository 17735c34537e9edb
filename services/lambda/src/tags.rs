//! The tags of functions and of event source mappings.

use std::collections::BTreeMap;

use crate::arn::FunctionArn;
use crate::errors::Error;
use crate::visit::{Commit, Visit};

pub(crate) type Tags = BTreeMap<String, String>;

/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html>
const TAGS_MAX: usize = 50;

/// What an ARN says that bears tags.
enum Tagged {
    Function(FunctionArn),
    /// By its id.
    Mapping(String),
}

impl Tagged {
    fn of(ctx: &Visit<'_>, resource: &str) -> Result<Self, Error> {
        match resource.strip_prefix(&ctx.scope().mapping("")) {
            Some(id) => Ok(Tagged::Mapping(id.to_owned())),
            None => Ok(Tagged::Function(ctx.function_arn(resource)?)),
        }
    }
}

/// The tags that a resource has.
pub(crate) async fn of(ctx: &Visit<'_>, resource: &str) -> Result<Tags, Error> {
    match Tagged::of(ctx, resource)? {
        Tagged::Function(arn) => Ok(ctx.function(&arn).await?.value.tags),
        Tagged::Mapping(id) => {
            let found = ctx.tables().mapping(&ctx.scope(), &id).await?;
            Ok(found.ok_or(Error::MappingNotFound)?.value.tags)
        }
    }
}

/// Changes the tags of a resource, however many others change it at once.
pub(crate) async fn change(
    ctx: &Visit<'_>,
    resource: &str,
    change: impl Fn(&mut Tags),
) -> Result<(), Error> {
    let changed = |tags: &mut Tags| {
        change(tags);
        check(tags)
    };
    let id = match Tagged::of(ctx, resource)? {
        Tagged::Function(arn) => {
            return ctx.change(&arn, |function, _| changed(&mut function.tags)).await.map(drop);
        }
        Tagged::Mapping(id) => id,
    };
    loop {
        let found = ctx.tables().mapping(&ctx.scope(), &id).await?;
        let found = found.ok_or(Error::MappingNotFound)?;
        let mut mapping = found.value.clone();
        changed(&mut mapping.tags)?;
        if ctx.room().commit(found.change(mapping)).await? == Commit::Done {
            return Ok(());
        }
    }
}

/// Whether a resource may have these tags. The sentences are by analogy.
pub(crate) fn check(tags: &Tags) -> Result<(), Error> {
    if tags.keys().any(|key| key.starts_with("aws:")) {
        return Err(Error::invalid("Tag keys that begin with aws: are reserved"));
    }
    if TAGS_MAX < tags.len() {
        return Err(Error::invalid("The number of tags on the resource must not exceed 50"));
    }
    Ok(())
}
