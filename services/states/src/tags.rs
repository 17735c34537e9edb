//! Tags of machines and activities.

use std::fmt::Display;

use store::{Batch, Found};

use crate::Limits;
use crate::arn::{Qualifier, TaggedArn};
use crate::errors::{Error, Validation};
use crate::model::{Activity, Machine, Tag};
use crate::tables;
use crate::visit::Visit;
use crate::wire;

/// What can be tagged, as it was found.
pub(crate) enum Tagged {
    Machine(Found<Machine>),
    Activity(Found<Activity>),
}

impl Tagged {
    pub(crate) fn tags(&self) -> &[Tag] {
        match self {
            Tagged::Machine(found) => &found.value.tags,
            Tagged::Activity(found) => &found.value.tags,
        }
    }

    /// A batch that gives it these tags, if it hasn't changed since.
    pub(crate) fn with(&self, tags: Vec<Tag>) -> Batch {
        match self {
            Tagged::Machine(found) => {
                tables::change(found, Machine { tags, ..found.value.clone() })
            }
            Tagged::Activity(found) => found.change(Activity { tags, ..found.value.clone() }),
        }
    }
}

/// Versions and aliases have no tags (recorded: tag_state_machine_version).
pub(crate) async fn find(ctx: &Visit<'_>, arn: &TaggedArn, given: &str) -> Result<Tagged, Error> {
    let found = match arn {
        TaggedArn::Machine(arn) if arn.qualifier == Qualifier::None => {
            ctx.tables().machine(arn).await?.map(Tagged::Machine)
        }
        TaggedArn::Machine(_) => None,
        TaggedArn::Activity(arn) => ctx.tables().activity(arn).await?.map(Tagged::Activity),
    };
    found.ok_or_else(|| Error::ResourceNotFound(given.to_owned()))
}

/// The tags of a request, each key once: AWS takes a key that is given twice (recorded: tag_list3). That the
/// last value wins is an assumption.
pub(crate) fn checked(
    resource: &impl Display,
    given: Vec<wire::Tag>,
    limits: &Limits,
) -> Result<Vec<Tag>, Error> {
    let mut tags = Vec::new();
    for tag in given {
        let key = tag.key.unwrap_or_default();
        if key.starts_with("aws:") {
            return Err(Validation::ReservedTagKey.into());
        }
        merge(&mut tags, &[Tag { key, value: tag.value.unwrap_or_default() }]);
    }
    check_count(resource, &tags, limits)?;
    Ok(tags)
}

/// Adds tags; those whose key is there already get the new value.
pub(crate) fn merge(tags: &mut Vec<Tag>, added: &[Tag]) {
    for new in added {
        match tags.iter_mut().find(|tag| tag.key == new.key) {
            Some(tag) => tag.value.clone_from(&new.value),
            None => tags.push(new.clone()),
        }
    }
}

/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#sfn-limits-tagging>
pub(crate) fn check_count(
    resource: &impl Display,
    tags: &[Tag],
    limits: &Limits,
) -> Result<(), Error> {
    let most = limits.tags_max;
    if most < tags.len() {
        return Err(Error::TooManyTags { resource: resource.to_string(), most });
    }
    Ok(())
}
