//! Tags of users, roles, managed policies, instance profiles and identity providers.

use crate::change::Change;
use crate::errors::Error;
use crate::managed;
use crate::tables::{Kind, OidcProvider, Tag};
use crate::visit::{Visit, check_tag_count, checked_tags, existing, shown_tags};
use crate::wire::{Empty, ListTagsInput, ListTagsOutput, TagInput, UntagInput};
use crate::world::World;

use super::{instance_profiles, managed_policies, providers};

/// What a request names: one of its five members is there.
enum Tagged {
    Identity(Kind, String),
    Policy(String),
    Profile(String),
    Provider(String),
}

impl Tagged {
    fn of(
        user: Option<String>,
        role: Option<String>,
        policy: Option<String>,
        profile: Option<String>,
        provider: Option<String>,
    ) -> Result<Self, Error> {
        match (user, role, policy, profile, provider) {
            (Some(name), ..) => Ok(Tagged::Identity(Kind::User, name)),
            (_, Some(name), ..) => Ok(Tagged::Identity(Kind::Role, name)),
            (_, _, Some(arn), ..) => Ok(Tagged::Policy(arn)),
            (_, _, _, Some(name), _) => Ok(Tagged::Profile(name)),
            (_, _, _, _, Some(arn)) => Ok(Tagged::Provider(arn)),
            (None, None, None, None, None) => {
                Err(Error::Validation("The request names nothing that has tags.".to_owned()))
            }
        }
    }

    fn tags(&self, ctx: &Visit<'_>, world: &World) -> Result<Vec<Tag>, Error> {
        let account = ctx.account();
        Ok(match self {
            Tagged::Identity(kind, name) => existing(world, account, *kind, name)?.tags.clone(),
            Tagged::Policy(arn) => managed_policies::existing(world, arn)?.tags.clone(),
            Tagged::Profile(name) => instance_profiles::find(world, account, name)?.tags.clone(),
            Tagged::Provider(arn) => providers::find(ctx, world, arn)?.tags,
        })
    }

    fn put(&self, ctx: &Visit<'_>, change: &mut Change, tags: Vec<Tag>) -> Result<(), Error> {
        let account = ctx.account();
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
            Tagged::Provider(arn) => {
                let provider = providers::find(ctx, &change.world, arn)?;
                change.put_oidc_provider(arn, OidcProvider { tags, ..provider });
            }
        }
        Ok(())
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html>
pub(crate) async fn tag(ctx: &Visit<'_>, req: TagInput) -> Result<Empty, Error> {
    let tagged = Tagged::of(
        req.user_name,
        req.role_name,
        req.policy_arn,
        req.instance_profile_name,
        req.open_i_d_connect_provider_arn,
    )?;
    let added = checked_tags(req.tags)?;
    ctx.change(|change| {
        let mut tags = tagged.tags(ctx, &change.world)?;
        for new in added {
            match tags.iter_mut().find(|tag| tag.key.eq_ignore_ascii_case(&new.key)) {
                Some(tag) => *tag = new,
                None => tags.push(new),
            }
        }
        check_tag_count(&tags)?;
        tagged.put(ctx, change, tags)?;
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagRole.html>
pub(crate) async fn untag(ctx: &Visit<'_>, req: UntagInput) -> Result<Empty, Error> {
    let tagged = Tagged::of(
        req.user_name,
        req.role_name,
        req.policy_arn,
        req.instance_profile_name,
        req.open_i_d_connect_provider_arn,
    )?;
    ctx.change(|change| {
        let mut tags = tagged.tags(ctx, &change.world)?;
        tags.retain(|tag| !req.tag_keys.iter().any(|key| key.eq_ignore_ascii_case(&tag.key)));
        tagged.put(ctx, change, tags)?;
        Ok(Empty {})
    })
    .await
}

/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html>
pub(crate) async fn list_tags(
    ctx: &Visit<'_>,
    req: ListTagsInput,
) -> Result<ListTagsOutput, Error> {
    let tagged = Tagged::of(
        req.user_name,
        req.role_name,
        req.policy_arn,
        req.instance_profile_name,
        req.open_i_d_connect_provider_arn,
    )?;
    let tags = tagged.tags(ctx, &ctx.world())?;
    let tags = shown_tags(&tags).into_iter().enumerate();
    let tags = tags.map(|(place, tag)| (format!("{place:02}"), tag));
    let page = ctx.page("ListTags", tags, req.marker.as_deref(), req.max_items)?;
    Ok(ListTagsOutput { tags: page.items, is_truncated: page.is_truncated, marker: page.marker })
}
