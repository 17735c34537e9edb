//! Tags of users, roles, managed policies and instance profiles.

use crate::change::Change;
use crate::errors::Error;
use crate::managed;
use crate::tables::{Kind, Tag};
use crate::visit::{Visit, check_tag_count, checked_tags, existing, shown_tags};
use crate::wire::{Empty, ListTagsInput, ListTagsOutput, TagInput, UntagInput};
use crate::world::World;

use super::{instance_profiles, managed_policies};

/// What a request names: one of its four members is there.
enum Tagged {
    Identity(Kind, String),
    Policy(String),
    Profile(String),
}

impl Tagged {
    fn of(
        user: Option<String>,
        role: Option<String>,
        policy: Option<String>,
        profile: Option<String>,
    ) -> Result<Self, Error> {
        match (user, role, policy, profile) {
            (Some(name), ..) => Ok(Tagged::Identity(Kind::User, name)),
            (_, Some(name), ..) => Ok(Tagged::Identity(Kind::Role, name)),
            (_, _, Some(arn), _) => Ok(Tagged::Policy(arn)),
            (_, _, _, Some(name)) => Ok(Tagged::Profile(name)),
            (None, None, None, None) => {
                Err(Error::Validation("The request names nothing that has tags.".to_owned()))
            }
        }
    }

    fn tags(&self, world: &World, account: &str) -> Result<Vec<Tag>, Error> {
        Ok(match self {
            Tagged::Identity(kind, name) => existing(world, account, *kind, name)?.tags.clone(),
            Tagged::Policy(arn) => managed_policies::existing(world, arn)?.tags.clone(),
            Tagged::Profile(name) => instance_profiles::find(world, account, name)?.tags.clone(),
        })
    }

    fn put(&self, change: &mut Change, account: &str, tags: Vec<Tag>) -> Result<(), Error> {
        match self {
            Tagged::Identity(kind, name) => {
                let mut identity = (**existing(&change.world, account, *kind, name)?).clone();
                identity.tags = tags;
                change.put_identity(identity)?;
            }
            Tagged::Policy(arn) => {
                managed::refuse_change(arn)?;
                let mut policy = (**managed_policies::existing(&change.world, arn)?).clone();
                policy.tags = tags;
                change.put_policy(arn, policy)?;
            }
            Tagged::Profile(name) => {
                let mut profile = (*instance_profiles::find(&change.world, account, name)?).clone();
                profile.tags = tags;
                change.put_profile(name, profile);
            }
        }
        Ok(())
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html>
pub(crate) async fn tag(ctx: &Visit<'_>, req: TagInput) -> Result<Empty, Error> {
    let tagged =
        Tagged::of(req.user_name, req.role_name, req.policy_arn, req.instance_profile_name)?;
    let added = checked_tags(req.tags)?;
    ctx.change(|change| {
        let mut tags = tagged.tags(&change.world, ctx.account())?;
        for new in added {
            match tags.iter_mut().find(|tag| tag.key.eq_ignore_ascii_case(&new.key)) {
                Some(tag) => *tag = new,
                None => tags.push(new),
            }
        }
        check_tag_count(&tags)?;
        tagged.put(change, ctx.account(), tags)?;
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagRole.html>
pub(crate) async fn untag(ctx: &Visit<'_>, req: UntagInput) -> Result<Empty, Error> {
    let tagged =
        Tagged::of(req.user_name, req.role_name, req.policy_arn, req.instance_profile_name)?;
    ctx.change(|change| {
        let mut tags = tagged.tags(&change.world, ctx.account())?;
        tags.retain(|tag| !req.tag_keys.iter().any(|key| key.eq_ignore_ascii_case(&tag.key)));
        tagged.put(change, ctx.account(), tags)?;
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html>
pub(crate) async fn list_tags(
    ctx: &Visit<'_>,
    req: ListTagsInput,
) -> Result<ListTagsOutput, Error> {
    let tagged =
        Tagged::of(req.user_name, req.role_name, req.policy_arn, req.instance_profile_name)?;
    let tags = tagged.tags(&ctx.world(), ctx.account())?;
    let tags = shown_tags(&tags).into_iter().enumerate();
    let tags = tags.map(|(place, tag)| (format!("{place:02}"), tag));
    let page = ctx.page("ListTags", tags, req.marker.as_deref(), req.max_items)?;
    Ok(ListTagsOutput { tags: page.items, is_truncated: page.is_truncated, marker: page.marker })
}
